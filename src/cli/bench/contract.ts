import type { User } from '../../access/roles.ts'
import type { RecipientAct, UserAct } from '../../audit/act.ts'
import type { Bytes } from '../../base/bytes.ts'
import { type Ceremony, findCeremony } from '../../ceremony/ceremony.ts'
import { consent, currentTerms } from '../../ceremony/consenting.ts'
import { addMark } from '../../ceremony/marks.ts'
import { codeToTell, enterCode } from '../../ceremony/one-time-code.ts'
import { findPreview, makePreview } from '../../ceremony/preview.ts'
import { confirm } from '../../ceremony/signing.ts'
import { completeEnvelope } from '../../envelope/completion.ts'
import { carryOutDispatch, dispatch } from '../../envelope/dispatch.ts'
import { addDocuments } from '../../envelope/documents.ts'
import { changeDraft, findDraft, startDraft } from '../../envelope/drafting.ts'
import { listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { type PlacedField, placeFields } from '../../envelope/fields.ts'
import { currentInvitation, invitationSecret } from '../../envelope/invitation.ts'
import { addRecipient, type RecipientDetails, removeRecipient } from '../../envelope/recipients.ts'
import type { House } from '../../house.ts'

/** A room's verbs in the order in which people call them: a contract sent to so many signers, one after the other. */
export interface SentContract {
  readonly id: string
  readonly signers: readonly Recipient[]
}

const FROM = { ip: '127.0.0.1', userAgent: 'paraphe bench' }
const userAct = (house: House, id: string): UserAct => ({ actor: { kind: 'user', id }, at: house.clock(), ...FROM })
export const recipientAct = (house: House, id: string): RecipientAct => ({
  actor: { kind: 'recipient', id },
  at: house.clock(),
  ...FROM,
})

const SIGNER: RecipientDetails = {
  side: 'other',
  role: 'signer',
  firstName: 'Claire',
  lastName: 'Martin',
  email: 'claire.martin@bench.example',
  phone: null,
  channel: 'email',
  language: 'en',
  routingOrder: 1,
  company: 'North Workshop Ltd',
  companyDetails: '',
  jobTitle: 'Director',
  userId: null,
  contactId: null,
}

export async function sendContract(house: House, user: User, bytes: Bytes, signers: number): Promise<SentContract> {
  const act = userAct(house, user.id)
  const { db } = house
  const { id } = await startDraft(db, act, user)
  for (const recipient of await listRecipients(db, id)) await removeRecipient(db, act, user, id, recipient.id)
  const [document] = await addDocuments(house, act, user, id, { files: [{ name: 'contract.pdf', bytes }] })
  const fields: PlacedField[] = []
  for (let turn = 1; turn <= signers; turn++) {
    const recipient = await addRecipient(db, act, user, id, { ...SIGNER, email: `signer.${turn}@bench.example`, routingOrder: turn })
    const place = (kind: PlacedField['kind'], y: number, height: number): PlacedField => ({
      id: `${kind}${turn}`,
      documentId: document!.id,
      recipientId: recipient.id,
      kind,
      page: 0,
      x: 20 + ((turn - 1) % 3) * 190,
      y: y + Math.floor((turn - 1) / 3) * 120,
      width: 180,
      height,
      required: true,
      readOnly: false,
      label: '',
      value: '',
      fontSize: 10,
    })
    fields.push(place('full-name', 60, 17), place('date-signed', 80, 17), place('signature', 100, 62))
  }
  await changeDraft(db, act, user, id, { title: 'Consulting agreement' })
  await placeFields(db, act, user, id, { version: (await findDraft(db, user, id)).version, fields })
  await dispatch(house, act, user, id, (await findDraft(db, user, id)).version)
  await carryOutDispatch(house, { envelope: id, by: user.id })
  return { id, signers: await listRecipients(db, id) }
}

/** What the browser of a recipient holds who has followed their link. */
export async function linkOf(house: House, recipientId: string): Promise<{ invitationId: string; secret: string }> {
  const invitation = await currentInvitation(house.db, recipientId, house.clock())
  if (!invitation) throw new Error(`${recipientId} has no link`)
  return { invitationId: invitation.id, secret: invitationSecret(house.secretKey, invitation) }
}

/** Terms, code and mark: the recipient has only to look and to confirm. */
export async function identify(house: House, recipientId: string): Promise<Ceremony> {
  const link = await linkOf(house, recipientId)
  const at = async (session?: string): Promise<Ceremony> => (await findCeremony(house, house.clock(), { ...link, session }))!
  const act = recipientAct(house, recipientId)
  const reading = await at()
  const { session: first } = await consent(house, act, reading, (await currentTerms(house.db, reading)).id)
  const code = await house.db
    .selectFrom('oneTimeCode')
    .select('id')
    .where('recipientId', '=', recipientId)
    .orderBy('createdAt', 'desc')
    .executeTakeFirstOrThrow()
  const told = await codeToTell(house.db, house.secretKey, code.id, house.clock())
  const { session } = await enterCode(house, act, await at(first ?? undefined), told!)
  const ceremony = await at(session)
  await addMark(house, act, ceremony, { kind: 'signature', method: 'typed', text: 'Claire Martin', font: 'hand-caveat' })
  return ceremony
}

/** Everything of a signature: appearances, certificate, time stamp, store, record. */
export async function signIdentified(house: House, ceremony: Ceremony): Promise<void> {
  const act = recipientAct(house, ceremony.recipient.id)
  await makePreview(house, act, ceremony)
  const preview = await findPreview(house.db, ceremony, house.clock())
  await confirm(house, act, ceremony, preview!.confirmed)
}

export async function signAndSeal(house: House, { id, signers }: SentContract): Promise<void> {
  for (const signer of signers) await signIdentified(house, await identify(house, signer.id))
  await completeEnvelope(house, { envelope: id })
}
