import type { Reader } from '../access/reach.ts'
import type { UserRow } from '../db/database.ts'
import type { UserAct } from '../audit/act.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { companyDetailsOf, type LegalEntity } from '../setting/legal-entity.ts'
import { changingDraft } from './drafting.ts'
import { type Envelope, listRecipients, type Recipient } from './envelope.ts'
import { entitled } from './entitlement.ts'

/** What the sender decides about somebody. */
export type RecipientDetails = Pick<
  Recipient,
  | 'side'
  | 'role'
  | 'firstName'
  | 'lastName'
  | 'email'
  | 'phone'
  | 'channel'
  | 'language'
  | 'routingOrder'
  | 'company'
  | 'companyDetails'
  | 'jobTitle'
  | 'userId'
  | 'contactId'
> & { /** Null or left out: no role of a template. */ readonly roleName?: string | null }

/** Nobody: what is left of a person once a role stands in their place. */
export const NOBODY = {
  firstName: '',
  lastName: '',
  email: null,
  phone: null,
  company: '',
  companyDetails: '',
  jobTitle: '',
  userId: null,
  contactId: null,
} as const satisfies Partial<Recipient>

export const MOST_RECIPIENTS = 60
export const HIGHEST_ORDER = 99

/** `opens`: their turn is a new one; whoever had it, and everybody after, moves one on. */
export function addRecipient(
  db: Db,
  act: UserAct,
  owner: Reader,
  envelopeId: string,
  details: RecipientDetails,
  opens = false,
): Promise<Recipient> {
  return changingDraft(db, act, owner, envelopeId, (tx, draft) => putRecipient(tx, owner, draft, details, opens))
}

/** In the caller's transaction. */
export async function putRecipient(tx: Tx, owner: Reader, draft: Envelope, details: RecipientDetails, opens: boolean): Promise<Recipient> {
  if ((await listRecipients(tx, draft.id)).length >= MOST_RECIPIENTS)
    throw new Refusal('invalid', 'recipient.too-many', { most: MOST_RECIPIENTS })
  const entitled = await checked(tx, owner, details)
  await refuseTwinRole(tx, draft.id, null, entitled.roleName)
  if (opens) await makeRoom(tx, draft.id, details.routingOrder)
  return insertRecipient(tx, draft, entitled)
}

/** Whoever fills the roles of a template tells them apart by their names. */
async function refuseTwinRole(tx: Tx, envelopeId: string, id: string | null, roleName: string | null): Promise<void> {
  if (!roleName) return
  const same = (await listRecipients(tx, envelopeId)).some((one) => one.id !== id && one.roleName?.toLowerCase() === roleName.toLowerCase())
  if (same) throw new Refusal('invalid', 'template.role-taken', { name: roleName })
}

async function makeRoom(tx: Tx, envelopeId: string, from: number): Promise<void> {
  for (const { id, routingOrder } of await listRecipients(tx, envelopeId))
    if (routingOrder >= from)
      await tx
        .updateTable('recipient')
        .set({ routingOrder: Math.min(HIGHEST_ORDER, routingOrder + 1) })
        .where('id', '=', id)
        .execute()
}

export function changeRecipient(
  db: Db,
  act: UserAct,
  owner: Reader,
  envelopeId: string,
  id: string,
  details: RecipientDetails,
  opens = false,
): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    await findRecipient(tx, envelopeId, id)
    const entitled = await checked(tx, owner, details)
    await refuseTwinRole(tx, envelopeId, id, entitled.roleName)
    if (opens) await makeRoom(tx, envelopeId, details.routingOrder)
    await tx.updateTable('recipient').set(entitled).where('id', '=', id).execute()
  })
}

/** With the fields that were theirs. */
export function removeRecipient(db: Db, act: UserAct, owner: Reader, envelopeId: string, id: string): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    await findRecipient(tx, envelopeId, id)
    await tx.deleteFrom('field').where('recipientId', '=', id).execute()
    await tx.deleteFrom('recipient').where('id', '=', id).execute()
  })
}

/** The whole order anew: those named first act first, each in a turn of their own. Whoever is not named keeps their place behind them. */
export function orderRecipients(db: Db, act: UserAct, owner: Reader, envelopeId: string, ids: readonly string[]): Promise<void> {
  return changingDraft(db, act, owner, envelopeId, async (tx) => {
    const recipients = await listRecipients(tx, envelopeId)
    const place = (id: string): number => (ids.includes(id) ? ids.indexOf(id) : ids.length)
    const ordered = recipients.toSorted((a, b) => place(a.id) - place(b.id))
    for (const [at, { id }] of ordered.entries())
      await tx
        .updateTable('recipient')
        .set({ position: at, routingOrder: at + 1 })
        .where('id', '=', id)
        .execute()
  })
}

export async function findRecipient(db: Db, envelopeId: string, id: string): Promise<Recipient> {
  const recipient = await db
    .selectFrom('recipient')
    .selectAll()
    .where('id', '=', id)
    .where('envelopeId', '=', envelopeId)
    .executeTakeFirst()
  if (!recipient) throw new Refusal('not_found', 'recipient.unknown')
  return recipient
}

/** Written for a draft that the caller has found; nothing of an earlier life is taken over. */
export async function insertRecipient(tx: Tx, envelope: Pick<Envelope, 'id'>, details: RecipientDetails): Promise<Recipient> {
  const position = (await listRecipients(tx, envelope.id)).length
  const recipient: Recipient = {
    id: newId('rcp'),
    envelopeId: envelope.id,
    position,
    ...onlyDetails(details),
    asksStamp: 0,
    status: 'waiting',
    openedAt: null,
    consentedAt: null,
    consentDisclosureId: null,
    identifiedAt: null,
    identifiedHow: null,
    signedAt: null,
    declinedAt: null,
    declineReason: null,
    certificateSerial: null,
    remindAt: null,
  }
  await tx.insertInto('recipient').values(recipient).execute()
  return recipient
}

/** The company first. */
export const recipientOfUser = (
  user: UserRow,
  entity: Pick<LegalEntity, 'legalName' | 'country' | 'address' | 'details'>,
): RecipientDetails => ({
  side: 'company',
  role: 'signer',
  firstName: user.firstName,
  lastName: user.lastName,
  email: user.email,
  phone: user.phone,
  channel: 'email',
  language: user.language,
  routingOrder: 1,
  company: entity.legalName,
  companyDetails: companyDetailsOf(entity),
  jobTitle: user.jobTitle,
  userId: user.id,
  contactId: null,
})

async function checked(tx: Tx, owner: Reader, details: RecipientDetails): Promise<ReturnType<typeof onlyDetails>> {
  if (!Number.isInteger(details.routingOrder) || details.routingOrder < 1 || details.routingOrder > HIGHEST_ORDER)
    throw new Refusal('invalid', 'number.invalid')
  return entitled(tx, owner, onlyDetails(details))
}

const onlyDetails = (details: RecipientDetails): RecipientDetails & Pick<Recipient, 'roleName'> => ({
  side: details.side,
  role: details.role,
  firstName: details.firstName,
  lastName: details.lastName,
  email: details.email,
  phone: details.phone,
  channel: details.channel,
  language: details.language,
  routingOrder: details.routingOrder,
  company: details.company,
  companyDetails: details.companyDetails,
  jobTitle: details.jobTitle,
  userId: details.userId,
  contactId: details.contactId,
  roleName: details.roleName ?? null,
})
