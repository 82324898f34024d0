import { fullName, type User } from '../access/roles.ts'
import type { Instant } from '../base/instant.ts'
import type { RecipientRole } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { listDocuments } from './envelope.ts'

/** What somebody of the house is asked for. */
export interface WaitingEnvelope {
  readonly recipientId: string
  readonly role: RecipientRole
  readonly title: string
  readonly sender: string
  readonly sentAt: Instant
  readonly deadline: Instant | null
  readonly documents: readonly string[]
}

/** Whoever's turn has come in an envelope that still runs; the nearest deadline first. */
export async function listWaiting(db: Db, user: Pick<User, 'id'>, at: Instant, most = 200): Promise<WaitingEnvelope[]> {
  const rows = await db
    .selectFrom('recipient')
    .innerJoin('envelope', 'envelope.id', 'recipient.envelopeId')
    .innerJoin('user', 'user.id', 'envelope.senderId')
    .select([
      'recipient.id as recipientId',
      'recipient.role',
      'envelope.id as envelopeId',
      'envelope.title',
      'envelope.dispatchedAt',
      'envelope.createdAt',
      'envelope.deadline',
      'user.firstName',
      'user.lastName',
    ])
    .where('recipient.userId', '=', user.id)
    .where('recipient.status', '=', 'invited')
    .where('envelope.status', '=', 'sent')
    .where((where) => where.or([where('envelope.deadline', 'is', null), where('envelope.deadline', '>', at)]))
    .orderBy('envelope.deadline')
    .orderBy('envelope.id')
    .limit(most)
    .execute()
  return Promise.all(
    rows.map(async ({ recipientId, role, envelopeId, title, dispatchedAt, createdAt, deadline, ...sender }) => ({
      recipientId,
      role,
      title,
      sender: fullName(sender),
      sentAt: dispatchedAt ?? createdAt,
      deadline,
      documents: (await listDocuments(db, envelopeId)).map((document) => document.title),
    })),
  )
}

/** How many there are. */
export async function countWaiting(db: Db, user: Pick<User, 'id'>): Promise<number> {
  const row = await db
    .selectFrom('recipient')
    .innerJoin('envelope', 'envelope.id', 'recipient.envelopeId')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('recipient.userId', '=', user.id)
    .where('recipient.status', '=', 'invited')
    .where('envelope.status', '=', 'sent')
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}
