import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { readPhoneNumber } from '../base/phone-number.ts'
import { Refusal } from '../base/refusal.ts'
import type { Language, MessageRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { type Message, type MessageKind, messageOf, type MessageParams } from './message.ts'
import { masked } from './masked.ts'

export const DELIVERY = 'message.deliver'

export interface NewMessage {
  readonly kind: MessageKind
  readonly channel: 'email' | 'sms'
  readonly address: string
  readonly language: Language
  readonly envelopeId?: string
  readonly recipientId?: string
  readonly userId?: string
  readonly params?: MessageParams
}

/** Writes the message and its delivery in the transaction that causes it: neither exists without the other. Returns its id. */
export async function queueMessage(tx: Tx, act: Act, message: NewMessage): Promise<string> {
  const { kind, channel, language } = message
  const address = channel === 'email' ? readEmailAddress(message.address) : readPhoneNumber(message.address)
  if (!address) throw new Refusal('invalid', channel === 'email' ? 'user.address-invalid' : 'person.phone-invalid')
  const id = newId('msg')
  const { envelopeId = null, recipientId = null, userId = null, params = {} } = message
  await tx
    .insertInto('message')
    .values({
      id,
      kind,
      channel,
      address,
      language,
      envelopeId,
      recipientId,
      userId,
      params: JSON.stringify(params),
      status: 'waiting',
      createdAt: act.at,
      sentAt: null,
      openedAt: null,
      openedBy: null,
    })
    .execute()
  await append(tx, act, {
    type: 'message.queued',
    ...(envelopeId ? { envelopeId } : {}),
    detail: { message: id, kind, channel, address: masked(address) },
  })
  await enqueue(tx, act.at, { kind: DELIVERY, payload: { message: id }, key: `${DELIVERY} ${id}` })
  return id
}

/** What is not sent yet is not sent any more: the link or the code in it is over. */
export async function withdrawMessages(
  tx: Tx,
  which: { readonly envelopeId?: string; readonly recipientId?: string; readonly kinds?: readonly MessageKind[] },
): Promise<void> {
  let query = tx.updateTable('message').set({ status: 'withdrawn' }).where('status', '=', 'waiting')
  if (which.envelopeId) query = query.where('envelopeId', '=', which.envelopeId)
  if (which.recipientId) query = query.where('recipientId', '=', which.recipientId)
  if (which.kinds) query = query.where('kind', 'in', [...which.kinds])
  if (which.envelopeId || which.recipientId) await query.execute()
}

export interface Attempt {
  readonly at: Instant
  readonly outcome: 'sent' | 'deferred' | 'failed'
  readonly detail: string
}

export interface OutboxLine extends Message {
  /** The oldest first. */
  readonly attempts: readonly Attempt[]
  readonly envelopeTitle: string | null
  /** To whom it goes, by name. */
  readonly addressee: string | null
}

/** As an administrator looks at them: what is under way waits still, and what they opened they have handed over themselves. */
export const OUTBOX_GROUPS = ['waiting', 'handed-over', 'sent', 'failed', 'withdrawn'] as const
export type OutboxGroup = (typeof OUTBOX_GROUPS)[number]

export const outboxGroupOf = ({ status, openedAt }: Pick<MessageRow, 'status' | 'openedAt'>): OutboxGroup =>
  status === 'waiting' || status === 'sending' ? (openedAt ? 'handed-over' : 'waiting') : status

export const OUTBOX_PAGE = 50

/** Newest first, one page of them. */
export async function listMessages(
  db: Db,
  { group, page = 1 }: { group?: OutboxGroup | undefined; page?: number } = {},
): Promise<{ lines: OutboxLine[]; more: boolean }> {
  let query = db
    .selectFrom('message')
    .leftJoin('envelope', 'envelope.id', 'message.envelopeId')
    .leftJoin('recipient', 'recipient.id', 'message.recipientId')
    .leftJoin('user', 'user.id', 'message.userId')
    .selectAll('message')
    .select([
      'envelope.title as envelopeTitle',
      'recipient.firstName as recipientFirst',
      'recipient.lastName as recipientLast',
      'user.firstName as userFirst',
      'user.lastName as userLast',
    ])
    .orderBy('message.createdAt', 'desc')
    .orderBy('message.id')
    .limit(OUTBOX_PAGE + 1)
    .offset((page - 1) * OUTBOX_PAGE)
  if (group === 'waiting' || group === 'handed-over')
    query = query
      .where('message.status', 'in', ['waiting', 'sending'])
      .where('message.openedAt', group === 'waiting' ? 'is' : 'is not', null)
  else if (group) query = query.where('message.status', '=', group)
  const rows = await query.execute()
  const shown = rows.slice(0, OUTBOX_PAGE)
  const attempts = await attemptsOf(
    db,
    shown.map(({ id }) => id),
  )
  const lines = shown.map(({ envelopeTitle, recipientFirst, recipientLast, userFirst, userLast, ...row }) => ({
    ...messageOf(row),
    envelopeTitle,
    addressee: [recipientFirst ?? userFirst, recipientLast ?? userLast].filter(Boolean).join(' ') || null,
    attempts: attempts.get(row.id) ?? [],
  }))
  return { lines, more: rows.length > OUTBOX_PAGE }
}

async function attemptsOf(db: Db, ids: readonly string[]): Promise<Map<string, Attempt[]>> {
  if (!ids.length) return new Map()
  const rows = await db.selectFrom('messageAttempt').selectAll().where('messageId', 'in', ids).orderBy('at').execute()
  return Map.groupBy(rows, ({ messageId }) => messageId)
}

export async function countMessages(db: Db): Promise<Record<OutboxGroup, number>> {
  const rows = await db
    .selectFrom('message')
    .select((select) => ['status', select.fn.countAll<number>().as('count'), select.fn.count<number>('openedAt').as('opened')])
    .groupBy('status')
    .execute()
  const counts: Record<OutboxGroup, number> = { waiting: 0, 'handed-over': 0, sent: 0, failed: 0, withdrawn: 0 }
  for (const { status, ...row } of rows) {
    const [count, opened] = [Number(row.count), Number(row.opened)]
    if (status === 'waiting' || status === 'sending') {
      counts.waiting += count - opened
      counts['handed-over'] += opened
    } else counts[status] += count
  }
  return counts
}

export async function findMessage(db: Db, id: string): Promise<Message> {
  const row = await db.selectFrom('message').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'message.unknown')
  return messageOf(row)
}

/** Tries a failed message once more, because an administrator asks. */
export async function retryMessage(tx: Tx, act: Act, id: string): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('message')
    .set({ status: 'waiting' })
    .where('id', '=', id)
    .where('status', '=', 'failed')
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'message.not-failed')
  await append(tx, act, { type: 'message.queued', detail: { message: id, again: true, ...(await maskedAddress(tx, id)) } })
  await enqueue(tx, act.at, { kind: DELIVERY, payload: { message: id }, key: `${DELIVERY} ${id}` })
}

/** What waited for a channel is delivered once there is one. */
export async function releaseWaiting(tx: Tx, act: Act, channel: 'email' | 'sms'): Promise<void> {
  const rows = await tx
    .selectFrom('message')
    .select('id')
    .where('status', '=', 'waiting')
    .where('channel', '=', channel)
    .where('openedAt', 'is', null)
    .execute()
  for (const { id } of rows) await enqueue(tx, act.at, { kind: DELIVERY, payload: { message: id }, key: `${DELIVERY} ${id}` })
}

async function maskedAddress(tx: Tx, id: string): Promise<{ address: string }> {
  return { address: masked((await findMessage(tx, id)).address) }
}
