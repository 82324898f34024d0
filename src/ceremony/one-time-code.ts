import type { Act, RecipientAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { equalBytes, fromUtf8, randomBytes, utf8 } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { DAY, HOUR, type Instant, later, MINUTE, SECOND } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { OneTimeCodeRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import type { Envelope, Recipient } from '../envelope/envelope.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { addressOf, nameOf, tellRecipient } from '../envelope/telling.ts'
import { enqueue } from '../jobs/queue.ts'
import { isChannelConfigured } from '../mail/channel.ts'
import { masked } from '../mail/masked.ts'
import { withdrawMessages } from '../mail/outbox.ts'
import { type Ceremony, type CeremonySession, type CeremonyTools, verifySession } from './ceremony.ts'

export const CODE_LIFE = 5 * MINUTE
export const RESEND_AFTER = 30 * SECOND
export const TRIES = 5
const CODES_AN_HOUR = 5
const TRIES_A_DAY = 25

/** The job that erases what is left of a code once it is over. */
export const CODE_ERASURE = 'code.erase'

export type OneTimeCode = OneTimeCodeRow

/** Six digits, each of the million as likely as the other: what does not divide evenly is drawn again. */
export function newCode(): string {
  for (;;) {
    const drawn = new DataView(randomBytes(4).buffer).getUint32(0)
    if (drawn < 4_294_000_000) return String(drawn % 1_000_000).padStart(6, '0')
  }
}

/** Under the key outside the database, bound to this code's row and this session: twenty bits in a plain hash would be guessed in a second. */
const hashOf = (secretKey: SecretKey, id: string, sessionId: string, code: string): Digest =>
  digestOf(secretKey.authenticate('one-time-code', id, sessionId, code))

/** Another code for this session; the one before stops working. */
export async function sendCode(tools: CeremonyTools, act: RecipientAct, ceremony: Ceremony): Promise<void> {
  const { session } = ceremony
  if (!session) throw new Refusal('forbidden', 'ceremony.not-identified')
  await tools.db.transaction().execute(async (tx) => {
    const { recipient, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    await tx.updateTable('ceremonySession').set({ lastSeenAt: act.at }).where('id', '=', session.id).execute()
    await issueCode(tx, tools, act, { recipient, envelope, session })
  })
  tools.wake()
}

/** In the transaction of the caller: the code, its message and its erasure. */
export async function issueCode(
  tx: Tx,
  { secretKey }: Pick<CeremonyTools, 'secretKey'>,
  act: RecipientAct,
  { recipient, envelope, session }: { recipient: Recipient; envelope: Envelope; session: Pick<CeremonySession, 'id'> },
): Promise<void> {
  const recent = await tx
    .selectFrom('oneTimeCode')
    .select(['createdAt', 'replacedAt'])
    .where('recipientId', '=', recipient.id)
    .where('createdAt', '>', later(act.at, -HOUR))
    .orderBy('createdAt', 'desc')
    .execute()
  if (recent.length >= CODES_AN_HOUR) throw new Refusal('rate_limited', 'code.too-many')
  // A code that a correction has ended went to another address: nobody has to wait for it.
  const last = recent.find(({ replacedAt }) => !replacedAt)
  if (last && act.at < later(last.createdAt, RESEND_AFTER))
    throw new Refusal('rate_limited', 'code.too-soon', { seconds: secondsUntil(act.at, later(last.createdAt, RESEND_AFTER)) })
  await tx
    .updateTable('oneTimeCode')
    .set({ replacedAt: act.at, sealed: null })
    .where('recipientId', '=', recipient.id)
    .where('replacedAt', 'is', null)
    .where('usedAt', 'is', null)
    .execute()
  await withdrawMessages(tx, { recipientId: recipient.id, kinds: ['code'] })
  const id = newId('otc')
  const code = newCode()
  const expiresAt = later(act.at, CODE_LIFE)
  await tx
    .insertInto('oneTimeCode')
    .values({
      id,
      recipientId: recipient.id,
      sessionId: session.id,
      codeHash: hashOf(secretKey, id, session.id, code),
      sealed: secretKey.seal('one-time-code', id, utf8(code)),
      createdAt: act.at,
      expiresAt,
      tries: 0,
      usedAt: null,
      replacedAt: null,
      handedOverAt: null,
    })
    .execute()
  await append(tx, act, {
    type: 'ceremony.code-sent',
    envelopeId: envelope.id,
    detail: { recipient: recipient.id, channel: recipient.channel, address: masked(addressOf(recipient)) },
  })
  await tellRecipient(tx, act, 'code', envelope, recipient, { code: id })
  await enqueue(tx, act.at, { kind: CODE_ERASURE, payload: { code: id }, key: `${CODE_ERASURE} ${id}`, runAt: expiresAt })
}

/** What is left of a code in the file of data goes once it is over. */
export async function eraseCode(db: Db, id: string): Promise<void> {
  await db.updateTable('oneTimeCode').set({ sealed: null }).where('id', '=', id).execute()
}

/** The code as its recipient is told it; null once it was sent, used, replaced or late. */
export async function codeToTell(db: Db, secretKey: SecretKey, id: string, at: Instant): Promise<string | null> {
  const row = await db.selectFrom('oneTimeCode').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row?.sealed || row.usedAt || row.replacedAt || row.expiresAt <= at) return null
  return fromUtf8(secretKey.open('one-time-code', id, row.sealed))
}

/** The administrator has read it in the Outbox: the record says so from then on. */
export async function markCodeHandedOver(tx: Tx, act: Act, id: string): Promise<void> {
  const row = await tx
    .selectFrom('oneTimeCode')
    .innerJoin('recipient', 'recipient.id', 'oneTimeCode.recipientId')
    .select(['recipient.id', 'recipient.envelopeId', 'recipient.firstName', 'recipient.lastName'])
    .where('oneTimeCode.id', '=', id)
    .executeTakeFirst()
  if (!row) return
  await tx.updateTable('oneTimeCode').set({ handedOverAt: act.at }).where('id', '=', id).execute()
  await append(tx, act, {
    type: 'ceremony.code-handed-over',
    envelopeId: row.envelopeId,
    detail: { recipient: row.id },
    clear: { name: nameOf(row) },
  })
}

export async function liveCode(db: Db, at: Instant, sessionId: string): Promise<OneTimeCode | null> {
  const row = await newestCode(db, sessionId)
  return row && !row.usedAt && !row.replacedAt && row.expiresAt > at && row.tries < TRIES ? row : null
}

const newestCode = (db: Db, sessionId: string): Promise<OneTimeCode | undefined> =>
  db.selectFrom('oneTimeCode').selectAll().where('sessionId', '=', sessionId).orderBy('createdAt', 'desc').executeTakeFirst()

type Entered = { readonly ok: true; readonly session: string } | { readonly ok: false; readonly refusal: Refusal }

/**
 * Five tries a code, each counted before it is looked at; of two right answers at once one is accepted. The session goes on under a new
 * token. A wrong try is committed with its event, and told only then.
 */
export async function enterCode(tools: CeremonyTools, act: RecipientAct, ceremony: Ceremony, typed: string): Promise<{ session: string }> {
  const { session } = ceremony
  if (!session) throw new Refusal('forbidden', 'ceremony.not-identified')
  const code = typed.replaceAll(/[\s\u00a0\u202f-]/g, '')
  if (!/^\d{6}$/.test(code)) throw new Refusal('invalid', 'code.malformed')
  const entered = await tools.db.transaction().execute(async (tx): Promise<Entered> => {
    const { recipient, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    const refused = (refusal: Refusal): Entered => ({ ok: false, refusal })
    const row = await newestCode(tx, session.id)
    if (row?.usedAt) return refused(new Refusal('conflict', 'code.used'))
    if (!row || row.replacedAt || row.expiresAt <= act.at) return refused(new Refusal('gone', 'code.late'))
    if ((await triesToday(tx, act.at, recipient.id)) >= TRIES_A_DAY) return refused(new Refusal('rate_limited', 'code.too-many'))
    const { numUpdatedRows } = await tx
      .updateTable('oneTimeCode')
      .set((set) => ({ tries: set('tries', '+', 1) }))
      .where('id', '=', row.id)
      .where('tries', '<', TRIES)
      .where('usedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return refused(new Refusal('rate_limited', 'code.over'))
    if (!equalBytes(utf8(hashOf(tools.secretKey, row.id, session.id, code)), utf8(row.codeHash))) {
      await append(tx, act, {
        type: 'ceremony.code-refused',
        envelopeId: envelope.id,
        detail: { recipient: recipient.id, tries: row.tries + 1 },
        clear: { name: nameOf(recipient) },
      })
      const left = TRIES - row.tries - 1
      return refused(left ? new Refusal('invalid', 'code.wrong', { left }) : new Refusal('rate_limited', 'code.over'))
    }
    await tx.updateTable('oneTimeCode').set({ usedAt: act.at, sealed: null }).where('id', '=', row.id).where('usedAt', 'is', null).execute()
    const how = {
      channel: recipient.channel,
      address: masked(addressOf(recipient)),
      linkHandedOver: ceremony.invitation.handedOverAt !== null,
      codeHandedOver: row.handedOverAt !== null,
      inPerson: ceremony.invitation.inPerson === 1,
    } satisfies IdentifiedHow
    await tx
      .updateTable('recipient')
      .set({ identifiedAt: act.at, identifiedHow: JSON.stringify(how) })
      .where('id', '=', recipient.id)
      .execute()
    await append(tx, act, {
      type: 'ceremony.identified',
      envelopeId: envelope.id,
      detail: { recipient: recipient.id, ...how },
      clear: { name: nameOf(recipient) },
    })
    return { ok: true, session: await verifySession(tx, act.at, session) }
  })
  if (!entered.ok) throw entered.refusal
  return { session: entered.session }
}

/** How a recipient was identified: what stands on the certificate of completion. */
export interface IdentifiedHow {
  readonly channel: 'email' | 'sms'
  readonly address: string
  readonly linkHandedOver: boolean
  readonly codeHandedOver: boolean
  readonly inPerson: boolean
}

async function triesToday(db: Db, at: Instant, recipientId: string): Promise<number> {
  const row = await db
    .selectFrom('oneTimeCode')
    .select((select) => select.fn.sum<number | null>('tries').as('tries'))
    .where('recipientId', '=', recipientId)
    .where('createdAt', '>', later(at, -DAY))
    .executeTakeFirst()
  return Number(row?.tries ?? 0)
}

const secondsUntil = (at: Instant, then: Instant): number => Math.max(1, Math.ceil((Date.parse(then) - Date.parse(at)) / SECOND))

/** It leaves the server, or waits in the Outbox for the administrator to hand it over. */
export type CodeWay = 'sent' | 'waiting'

/** What the page of the code says: where it went, how long it works, when another may be asked for. */
export async function codeFacts(
  db: Db,
  { recipient, session }: Pick<Ceremony, 'recipient' | 'session'>,
  at: Instant,
): Promise<{ address: string; way: CodeWay; expiresAt: Instant | null; resendAt: Instant | null }> {
  const row = session ? await newestCode(db, session.id) : undefined
  const live = row && !row.usedAt && !row.replacedAt && row.expiresAt > at && row.tries < TRIES
  return {
    address: masked(addressOf(recipient)),
    way: (await isChannelConfigured(db, recipient.channel)) ? 'sent' : 'waiting',
    expiresAt: live ? row.expiresAt : null,
    resendAt: row && at < later(row.createdAt, RESEND_AFTER) ? later(row.createdAt, RESEND_AFTER) : null,
  }
}
