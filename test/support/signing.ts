import { expect } from 'bun:test'
import { join } from 'node:path'
import type { RecipientAct, UserAct } from '../../src/audit/act.ts'
import type { User } from '../../src/access/roles.ts'
import { findUserByAddress } from '../../src/access/users.ts'
import type { Instant } from '../../src/base/instant.ts'
import { type Ceremony, findCeremony } from '../../src/ceremony/ceremony.ts'
import { consent, currentTerms } from '../../src/ceremony/consenting.ts'
import { fieldsToFill } from '../../src/ceremony/filling.ts'
import { addMark } from '../../src/ceremony/marks.ts'
import { codeToTell, enterCode } from '../../src/ceremony/one-time-code.ts'
import { findPreview, makePreview } from '../../src/ceremony/preview.ts'
import { confirm } from '../../src/ceremony/signing.ts'
import { addDocuments } from '../../src/envelope/documents.ts'
import { dispatch } from '../../src/envelope/dispatch.ts'
import { startDraft, findDraft, changeDraft } from '../../src/envelope/drafting.ts'
import { type Envelope, listRecipients, type Recipient } from '../../src/envelope/envelope.ts'
import { type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import { currentInvitation, invitationSecret } from '../../src/envelope/invitation.ts'
import { addRecipient, type RecipientDetails, removeRecipient } from '../../src/envelope/recipients.ts'
import type { House } from '../../src/house.ts'
import type { TestHouse } from './house.ts'

export const CONTRACT = new Uint8Array(await Bun.file(join(import.meta.dir, '../../static/sample/contract.en.pdf')).arrayBuffer())

export const actOf = (house: House, user: Pick<User, 'id'>, at: Instant = house.clock()): UserAct => ({
  actor: { kind: 'user', id: user.id },
  at,
  ip: '192.0.2.7',
  userAgent: 'test',
})
export const recipientAct = (house: House, id: string): RecipientAct => ({
  actor: { kind: 'recipient', id },
  at: house.clock(),
  ip: '198.51.100.4',
  userAgent: 'phone',
})

export const CLAIRE: RecipientDetails = {
  side: 'company',
  role: 'signer',
  firstName: 'Claire',
  lastName: 'Martin',
  email: 'claire@acme.example',
  phone: null,
  channel: 'email',
  language: 'en',
  routingOrder: 1,
  company: 'Acme Ltd',
  companyDetails: '',
  jobTitle: 'Director',
  userId: null,
  contactId: null,
}
export const MARIE: RecipientDetails = {
  ...CLAIRE,
  side: 'other',
  firstName: 'Marie',
  lastName: 'Dupont',
  email: 'marie@client.example',
  language: 'fr',
  routingOrder: 2,
  company: 'Maison Dupont',
  jobTitle: 'Gérante',
}

export const ann = async ({ house }: TestHouse): Promise<User> => (await findUserByAddress(house.db, 'ann@acme.example'))!

/** A draft with a contract and these people, each with a name, a box and a signature on its second page. */
export async function draftFor(
  { house }: TestHouse,
  user: User,
  people: readonly RecipientDetails[] = [CLAIRE, MARIE],
  files: readonly Uint8Array<ArrayBuffer>[] = [CONTRACT],
): Promise<Envelope> {
  const act = actOf(house, user)
  const draft = await startDraft(house.db, act, user)
  for (const { id } of await listRecipients(house.db, draft.id)) await removeRecipient(house.db, act, user, draft.id, id)
  const documents = await addDocuments(house, act, user, draft.id, {
    files: files.map((bytes, at) => ({ name: `contract-${at + 1}.pdf`, bytes })),
  })
  const fields: PlacedField[] = []
  for (const [at, details] of people.entries()) {
    const { id } = await addRecipient(house.db, act, user, draft.id, details)
    if (details.role === 'copy') continue
    for (const document of documents) {
      const pages = (JSON.parse(document.pages) as unknown[]).length
      const place = (kind: PlacedField['kind'], y: number, width: number, height: number): PlacedField => ({
        id: `${kind}${at}${document.id}`,
        documentId: document.id,
        recipientId: id,
        kind,
        page: Math.min(1, pages - 1),
        x: 20 + (at % 3) * 190,
        y: y + Math.floor(at / 3) * 120,
        width,
        height,
        required: true,
        readOnly: false,
        label: '',
        value: '',
        fontSize: 10,
      })
      fields.push(place('full-name', 60, 165, 17), place('date-signed', 80, 165, 17))
      if (details.role === 'signer') fields.push(place('signature', 100, 180, 62))
    }
  }
  await changeDraft(house.db, act, user, draft.id, { title: 'Consulting agreement' })
  const { version } = await findDraft(house.db, user, draft.id)
  await placeFields(house.db, act, user, draft.id, { version, fields })
  return findDraft(house.db, user, draft.id)
}

export async function send(test: TestHouse, user: User, draft: Envelope): Promise<void> {
  await dispatch(test.house, actOf(test.house, user), user, draft.id, draft.version)
  await test.drain()
}

export const recipientNamed = async ({ house }: TestHouse, envelopeId: string, firstName: string): Promise<Recipient> => {
  const found = (await listRecipients(house.db, envelopeId)).find((recipient) => recipient.firstName === firstName)
  expect(found).toBeDefined()
  return found!
}

/** The ceremony as the holder of the link has it in their browser. */
export async function open(test: TestHouse, recipientId: string, session?: string): Promise<Ceremony> {
  const { house } = test
  const invitation = await currentInvitation(house.db, recipientId, house.clock())
  const held = { invitationId: invitation!.id, secret: invitationSecret(house.secretKey, invitation!), session }
  const ceremony = await findCeremony(house, house.clock(), held)
  expect(ceremony).not.toBeNull()
  return ceremony!
}

/** The newest code of a recipient, read as the worker reads it. */
export async function codeOf({ house }: TestHouse, recipientId: string): Promise<string> {
  const row = await house.db
    .selectFrom('oneTimeCode')
    .select('id')
    .where('recipientId', '=', recipientId)
    .orderBy('createdAt', 'desc')
    .executeTakeFirstOrThrow()
  return (await codeToTell(house.db, house.secretKey, row.id, house.clock()))!
}

/** Terms, code: the session of a recipient who may fill in. */
export async function identify(test: TestHouse, recipientId: string): Promise<string> {
  const { house } = test
  const ceremony = await open(test, recipientId)
  const act = recipientAct(house, recipientId)
  const { session } = await consent(house, act, ceremony, (await currentTerms(house.db, ceremony)).id)
  const code = await codeOf(test, recipientId)
  return (await enterCode(house, act, await open(test, recipientId, session!), code)).session
}

/** The whole of one recipient's path, with a typed signature. */
export async function sign(test: TestHouse, recipientId: string): Promise<string> {
  const { house } = test
  const session = await identify(test, recipientId)
  const act = recipientAct(house, recipientId)
  const ceremony = await open(test, recipientId, session)
  const asked = await fieldsToFill(house.db, ceremony, house.clock())
  if (asked.some(({ kind }) => kind === 'signature'))
    await addMark(house, act, ceremony, {
      kind: 'signature',
      method: 'typed',
      text: `${ceremony.recipient.firstName} ${ceremony.recipient.lastName}`,
      font: 'hand-caveat',
    })
  await makePreview(house, act, ceremony)
  const preview = await findPreview(house.db, ceremony, house.clock())
  await confirm(house, act, ceremony, preview!.confirmed)
  return session
}
