import { type Expression, sql, type SqlBool } from 'kysely'
import { fullName } from '../access/roles.ts'
import type { Reader } from '../access/reach.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { countedInOrder, visibleInOrder, visibleTo } from './envelope.ts'
import { nameOf } from './telling.ts'

/** How many of each list stand on the start page; the lists themselves have the rest. */
const SHOWN = 5
const SOON = 7 * DAY
const LATELY = 30 * DAY

export interface Brief {
  readonly id: string
  readonly title: string
  /** Null: the reader's own. */
  readonly sender: string | null
  /** Whose turn it is. */
  readonly waitsFor: readonly string[]
  readonly dispatchedAt: Instant | null
  readonly deadline: Instant | null
  readonly completedAt: Instant | null
}

export interface Overview {
  /** Sent and not finished, the longest under way first: somebody else is to act. */
  readonly others: readonly Brief[]
  /** Within a week of their deadline, the nearest first. */
  readonly endingSoon: readonly Brief[]
  /** Of the last thirty days, the newest first. */
  readonly finished: readonly Brief[]
  /** Something that the reader sees has ever been begun. */
  readonly hasAny: boolean
}

/** What stands where, for whoever reads: each list is a short walk through an index. */
export async function readOverview(db: Db, reader: Reader, at: Instant): Promise<Overview> {
  const brief = (query: ReturnType<typeof visibleInOrder>) =>
    query.select([
      'envelope.id',
      'envelope.title',
      'envelope.senderId',
      'envelope.dispatchedAt',
      'envelope.deadline',
      'envelope.completedAt',
    ])
  const [others, endingSoon, finished, any] = [
    await brief(visibleInOrder(db, reader))
      .where('envelope.status', '=', 'sent')
      .where((where) =>
        where.exists(
          where
            .selectFrom('recipient')
            .select('recipient.id')
            .whereRef('recipient.envelopeId', '=', 'envelope.id')
            .where('recipient.status', '=', 'invited')
            .where((other) => other.or([other('recipient.userId', 'is', null), other('recipient.userId', '!=', reader.id)])),
        ),
      )
      .orderBy('envelope.dispatchedAt')
      .orderBy('envelope.id')
      .limit(SHOWN)
      .execute(),
    await brief(visibleInOrder(db, reader))
      .where('envelope.status', '=', 'sent')
      .where('envelope.deadline', '>', at)
      .where('envelope.deadline', '<=', later(at, SOON))
      .orderBy('envelope.deadline')
      .orderBy('envelope.id')
      .limit(SHOWN)
      .execute(),
    await brief(visibleInOrder(db, reader))
      .where('envelope.completedAt', '>', later(at, -LATELY))
      .orderBy('envelope.completedAt', 'desc')
      .orderBy('envelope.id', 'desc')
      .limit(SHOWN)
      .execute(),
    await visibleTo(db, reader).select('envelope.id').limit(1).executeTakeFirst(),
  ] as const
  const rows = [...others, ...endingSoon, ...finished]
  const asked = await askedIn(
    db,
    [...others, ...endingSoon].map(({ id }) => id),
  )
  const senders = await namesOf(
    db,
    rows.flatMap(({ senderId }) => (senderId === reader.id ? [] : [senderId])),
  )
  const shown = ({ senderId, ...row }: (typeof rows)[number]): Brief => ({
    ...row,
    sender: senders.get(senderId) ?? null,
    waitsFor: asked.filter(({ envelopeId }) => envelopeId === row.id).map(nameOf),
  })
  return { others: others.map(shown), endingSoon: endingSoon.map(shown), finished: finished.map(shown), hasAny: any !== undefined }
}

const askedIn = async (db: Db, ids: readonly string[]) =>
  ids.length
    ? db
        .selectFrom('recipient')
        .select(['envelopeId', 'firstName', 'lastName'])
        .where('envelopeId', 'in', [...new Set(ids)])
        .where('status', '=', 'invited')
        .orderBy('routingOrder')
        .orderBy('position')
        .execute()
    : []

async function namesOf(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (!ids.length) return new Map()
  const users = await db
    .selectFrom('user')
    .select(['id', 'firstName', 'lastName'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Map(users.map((user) => [user.id, fullName(user)]))
}

export interface Span {
  readonly from: Instant
  /** Up to here, and not this moment itself. */
  readonly to: Instant
}

export interface Counted {
  readonly sent: number
  readonly completed: number
  readonly declined: number
}

export interface Figures {
  /** In the order of the spans. */
  readonly counted: readonly Counted[]
  /** Of the last span: what came to an end in it, completed or not. */
  readonly ended: number
  /** Milliseconds from the dispatch to the completion, in the middle of the newest thousand of the last span; null: none. */
  readonly median: number | null
}

/** The median is taken of so many at the most. */
export const MEDIAN_OF = 1_000

/** How much was sent, completed and declined in each span, for whoever reads. One statement counts them all, each by a range of an index. */
export async function readFigures(db: Db, reader: Reader, spans: readonly Span[]): Promise<Figures> {
  const count = (column: 'dispatchedAt' | 'completedAt' | 'endedAt', { from, to }: Span, also: Expression<SqlBool> = sql<SqlBool>`1 = 1`) =>
    sql<number>`(${countedInOrder(db, reader)
      .select(sql<number>`count(*)`.as('count'))
      .where(`envelope.${column}`, '>=', from)
      .where(`envelope.${column}`, '<', to)
      .where(also)})`
  // By the moment, which the span bounds, and not by the status, which half of all may share.
  const declined = sql<SqlBool>`coalesce(${sql.ref('envelope.status')}, '') = 'declined'`
  const last = spans.at(-1)!
  const asked = [
    ...spans.flatMap((span) => [count('dispatchedAt', span), count('completedAt', span), count('endedAt', span, declined)]),
    count('endedAt', last),
  ]
  const named = sql.join(asked.map((one, at) => sql`${one} as ${sql.ref(`n${at}`)}`))
  const { rows } = await sql<Record<string, number>>`select ${named}`.execute(db)
  const numbers = Object.values(rows[0]!).map(Number)
  const counted = spans.map((_, at): Counted => ({
    sent: numbers[at * 3]!,
    completed: numbers[at * 3 + 1]!,
    declined: numbers[at * 3 + 2]!,
  }))
  return { counted, ended: numbers.at(-1)! + counted.at(-1)!.completed, median: await medianOf(db, reader, last) }
}

async function medianOf(db: Db, reader: Reader, { from, to }: Span): Promise<number | null> {
  const rows = await countedInOrder(db, reader)
    .select(['envelope.dispatchedAt', 'envelope.completedAt'])
    .where('envelope.completedAt', '>=', from)
    .where('envelope.completedAt', '<', to)
    .orderBy('envelope.completedAt', 'desc')
    .limit(MEDIAN_OF)
    .execute()
  const took = rows
    .flatMap(({ dispatchedAt, completedAt }) => (dispatchedAt && completedAt ? [Date.parse(completedAt) - Date.parse(dispatchedAt)] : []))
    .sort((a, b) => a - b)
  if (!took.length) return null
  const middle = Math.floor(took.length / 2)
  return took.length % 2 ? took[middle]! : (took[middle - 1]! + took[middle]!) / 2
}
