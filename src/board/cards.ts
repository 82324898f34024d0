import type { Reader } from '../access/reach.ts'
import { DAY, type Instant } from '../base/instant.ts'
import type { StageKind } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { amongWhich, type Envelope, visibleTo } from '../envelope/envelope.ts'
import { type Filters, isWithin } from '../envelope/filtering.ts'
import { describeEnvelopes, type ListedEnvelope } from '../envelope/list.ts'
import { isFact } from './facts.ts'
import type { Stage } from './stages.ts'

export interface Card extends ListedEnvelope {
  readonly stageId: string
  /** By comparison with this a card is moved. */
  readonly entry: number
  readonly enteredAt: Instant
  readonly waitingFor: readonly string[]
  readonly parties: readonly string[]
  readonly endsSoon: boolean
  readonly isLate: boolean
  /** Of the built-in stages, those whose fact holds: a person may move the card into these and into every own one. */
  readonly facts: readonly StageKind[]
  /** The reader may move it. */
  readonly mayMove: boolean
}

export interface Column {
  readonly stage: Stage
  readonly count: number
  readonly cards: readonly Card[]
  readonly next: CardKey | null
}

/** Where a page of a column ends. */
export interface CardKey {
  readonly enteredAt: Instant
  readonly envelopeId: string
}

export const CARDS = 20

/** How many cards each stage has for this reader under these filters. */
export async function countCards(db: Db, reader: Reader, filters: Filters, at: Instant): Promise<ReadonlyMap<string, number>> {
  const rows = await visibleTo(db, reader)
    .innerJoin('boardCard', 'boardCard.envelopeId', 'envelope.id')
    .select((select) => ['boardCard.stageId', select.fn.countAll<number>().as('count')])
    .where((where) => isWithin(filters, at)(where as never))
    .groupBy('boardCard.stageId')
    .execute()
  return new Map(rows.map(({ stageId, count }) => [stageId, Number(count)]))
}

/** The last that entered first; `next` continues where this page ends. */
export async function listColumn(
  db: Db,
  reader: Reader,
  stageId: string,
  filters: Filters,
  at: Instant,
  after: CardKey | null = null,
): Promise<{ readonly cards: Card[]; readonly next: CardKey | null }> {
  let found = visibleTo(db, reader)
    .innerJoin('boardCard', 'boardCard.envelopeId', 'envelope.id')
    .selectAll('envelope')
    .select(['boardCard.stageId', 'boardCard.entry', 'boardCard.enteredAt'])
    .where('boardCard.stageId', '=', stageId)
    .where((where) => isWithin(filters, at)(where as never))
  if (after)
    found = found.where((where) =>
      where.or([
        where('boardCard.enteredAt', '<', after.enteredAt),
        where.and([where('boardCard.enteredAt', '=', after.enteredAt), where('boardCard.envelopeId', '<', after.envelopeId)]),
      ]),
    )
  const rows = await found
    .orderBy('boardCard.enteredAt', 'desc')
    .orderBy('boardCard.envelopeId', 'desc')
    .limit(CARDS + 1)
    .execute()
  const page = rows.slice(0, CARDS)
  const last = page.at(-1)
  return {
    cards: await describeCards(db, reader, page, at),
    next: rows.length > CARDS && last ? { enteredAt: last.enteredAt, envelopeId: last.id } : null,
  }
}

/** Those of these that the reader sees under these filters, wherever they stand. */
export async function findCards(db: Db, reader: Reader, ids: readonly string[], filters: Filters, at: Instant): Promise<Card[]> {
  if (!ids.length) return []
  const rows = await visibleTo(db, reader)
    .innerJoin('boardCard', 'boardCard.envelopeId', 'envelope.id')
    .selectAll('envelope')
    .select(['boardCard.stageId', 'boardCard.entry', 'boardCard.enteredAt'])
    .where('envelope.id', 'in', [...ids])
    .where((where) => isWithin(filters, at)(where as never))
    .execute()
  return describeCards(db, reader, rows, at)
}

type CardRow = Envelope & { readonly stageId: string; readonly entry: number; readonly enteredAt: Instant }

async function describeCards(db: Db, reader: Reader, rows: readonly CardRow[], at: Instant): Promise<Card[]> {
  if (!rows.length) return []
  const described = await describeEnvelopes(db, reader, rows)
  const recipients = await db
    .selectFrom('recipient')
    .select(['envelopeId', 'side', 'role', 'status', 'company', 'firstName', 'lastName'])
    .where(
      'envelopeId',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('routingOrder')
    .orderBy('position')
    .execute()
  const movable = await amongWhich(
    db,
    reader,
    rows.map(({ id }) => id),
    'edit',
  )
  return rows.map((row, place): Card => {
    const own = recipients.filter(({ envelopeId }) => envelopeId === row.id)
    const entry = described[place]!
    const left = row.deadline && row.status === 'sent' ? Date.parse(row.deadline) - Date.parse(at) : null
    const others = own.filter(({ side }) => side === 'other')
    return {
      ...entry,
      stageId: row.stageId,
      entry: row.entry,
      enteredAt: row.enteredAt,
      waitingFor: entry.people.filter(({ isAsked }) => isAsked).map(({ name }) => name),
      parties: [...new Set(others.map((one) => one.company || `${one.firstName} ${one.lastName}`.trim()))],
      endsSoon: left !== null && left < DAY,
      isLate: left !== null && left < 0,
      facts: FACTS.filter((kind) => isFact(kind, row, own)),
      mayMove: movable.has(row.id),
    }
  })
}

const FACTS: readonly StageKind[] = ['draft', 'sent', 'company-signed', 'other-signed', 'completed', 'declined', 'voided', 'expired']
