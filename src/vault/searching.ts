import type { Reader } from '../access/reach.ts'
import { type RawBuilder, sql } from 'kysely'
import { readDocumentId } from '../base/document-id.ts'
import type { Db } from '../db/open.ts'
import { filtersOf, indexedBy, isNarrow, type VaultQuery } from './filters.ts'
import { keysOf, MOST_LANES, type Reach, reachOf, reached } from './reach.ts'
import { hitsOfText, readTextQuery, type TextWish } from './text-index.ts'

export const PAGE = 50
/** So many hits of a search are put in the order that is asked for; of more, the newest in the vault come first. */
export const MOST_SORTED = 300

export const SORTS = ['newest', 'oldest', 'title', 'party', 'size'] as const
export type Sort = (typeof SORTS)[number]

/** Where the page before ended: the value that is sorted by, and the entry's number. */
export interface Cursor {
  readonly value: string
  readonly seq: number
}

const COLUMNS: Readonly<Record<Sort, { readonly column: string; readonly descends: boolean }>> = {
  newest: { column: 'completed_at', descends: true },
  oldest: { column: 'completed_at', descends: false },
  title: { column: 'title_key', descends: false },
  party: { column: 'party_key', descends: false },
  size: { column: 'size', descends: true },
}

export interface FoundPage {
  /** The numbers of the entries, in their order. */
  readonly seqs: readonly number[]
  readonly next: Cursor | null
  /** More answer than can be put in the order that was asked for. */
  readonly isUnsorted: boolean
}

interface Wish {
  readonly db: Db
  readonly reach: Reach
  readonly where: RawBuilder<boolean>
  readonly sort: Sort
  readonly after: Cursor | null
  readonly limit: number
}

/**
 * One page of what a reader may see, by keyset: the cost is that of a page, whatever the vault holds. Each way below reads an index in the order that is
 * asked for, or gathers what a narrow condition leaves; none reads the whole table.
 */
export async function findPage(
  db: Db,
  reader: Reader,
  query: VaultQuery,
  page: { readonly after: Cursor | null; readonly limit?: number },
): Promise<FoundPage> {
  const reach = await reachOf(db, reader)
  const where = sql<boolean>`${reached(reach)} and ${await filtersOf(db, query)}`
  const wish: Wish = { db, reach, where, sort: query.sort, after: page.after, limit: (page.limit ?? PAGE) + 1 }
  const wordsWanted = await wordsOf(db, reach, query)
  if (wordsWanted === 'nothing') return { seqs: [], next: null, isUnsorted: false }
  if (wordsWanted) return findByWords(db, wish, wordsWanted)
  return pageOf(await run(db, await wayOf(db, wish, query)), wish)
}

async function wayOf(db: Db, wish: Wish, query: VaultQuery): Promise<RawBuilder<Row>> {
  const narrow = await isNarrow(db, query)
  if (narrow) return gathered(wish, narrow)
  const { people, withPublic, isKeeper } = wish.reach
  if (isKeeper || people === null || withPublic || people.length > MOST_LANES) return walked(wish)
  if (isByDate(wish.sort)) return laned(wish, people)
  return (await reachesFew(db, wish.reach, people)) ? ownGathered(wish, people) : walked(wish)
}

interface Row {
  readonly seq: number
  readonly value: string | number
}

const run = async (db: Db, statement: RawBuilder<Row>): Promise<readonly Row[]> => (await statement.execute(db)).rows
const isByDate = (sort: Sort): boolean => sort === 'newest' || sort === 'oldest'

const valueOf = (sort: Sort) => sql.raw(`e.${COLUMNS[sort].column}`)
const orderOf = (sort: Sort, alias = 'e') => {
  const { column, descends } = COLUMNS[sort]
  const way = descends ? 'desc' : 'asc'
  return sql.raw(`${alias}.${column} ${way}, ${alias}.seq ${way}`)
}
function beyond({ sort, after }: Wish, alias = 'e'): RawBuilder<boolean> {
  if (!after) return sql`true`
  const { column, descends } = COLUMNS[sort]
  const value = sort === 'size' ? Number(after.value) : after.value
  return sql`(${sql.raw(`${alias}.${column}`)}, ${sql.raw(`${alias}.seq`)}) ${sql.raw(descends ? '<' : '>')} (${value}, ${after.seq})`
}

/** In the order of the index of what is sorted by; right and filters are asked of each row. */
const walked = (wish: Wish): RawBuilder<Row> =>
  sql<Row>`select e.seq, ${valueOf(wish.sort)} as value from vault_entry e ${indexedBy(wish.db, `vault_entry_by_${COLUMNS[wish.sort].column}_seq`)} where ${wish.where} and ${beyond(wish)}
    order by ${orderOf(wish.sort)} limit ${wish.limit}`

/** What a narrow condition leaves is few: gathered by its own index, then sorted. */
const gathered = (wish: Wish, index: string): RawBuilder<Row> =>
  sql<Row>`select e.seq, ${valueOf(wish.sort)} as value from vault_entry e ${indexedBy(wish.db, index)} where ${wish.where} and ${beyond(wish)}
    order by ${orderOf(wish.sort)} limit ${wish.limit}`

/**
 * A lane is what one index holds in order for one person, or for one folder with rights of its own: the page is among the first of each. What stands in two
 * lanes is one row.
 */
function laned(wish: Wish, people: readonly string[]): RawBuilder<Row> {
  const { where, sort, limit, reach } = wish
  const ofPerson = sql`select e.seq from vault_person p ${first(reach)} vault_entry e on e.seq = p.seq
    where p.user_id = k.value and ${where} and ${beyond(wish, 'p')} order by ${orderOf(sort, 'p')} limit ${limit}`
  const ofScope = sql`select e.seq from vault_entry e where e.scope_id = k.value and ${where} and ${beyond(wish)}
    order by ${orderOf(sort)} limit ${limit}`
  const lanes = [lanesOf(reach, people, ofPerson), ...(reach.scopes.length ? [lanesOf(reach, reach.scopes, ofScope)] : [])]
  return sql<Row>`select e.seq, ${valueOf(sort)} as value from (${sql.join(lanes, sql` union `)}) l ${first(reach)} vault_entry e on e.seq = l.seq
    order by ${orderOf(sort)} limit ${limit}`
}

/** Each of the lanes reads no more than a page of its own index; `k.value` is whose it is. */
const lanesOf = ({ rows, isPostgres }: Reach, ids: readonly string[], lane: RawBuilder<unknown>): RawBuilder<unknown> =>
  isPostgres
    ? sql`select x.seq from ${rows(ids)} k cross join lateral (${lane}) x`
    : sql`select x.seq from ${rows(ids)} k cross join vault_entry x on x.seq in (${lane})`

/** What stands before it is read first: SQLite keeps the order of a cross join. */
const first = ({ isPostgres }: Pick<Reach, 'isPostgres'>): RawBuilder<unknown> => (isPostgres ? sql`join` : sql`cross join`)

/** What a person reaches by themselves and by the folders that name them, in no order. */
const ownSeqs = ({ scopes, rows }: Reach, people: readonly string[]): RawBuilder<unknown> =>
  sql`select seq from vault_person where user_id in ${rows(people)}
    union select seq from vault_entry where scope_id in ${rows(scopes)}`

const FEW_OWN = 20_000

async function reachesFew(db: Db, reach: Reach, people: readonly string[]): Promise<boolean> {
  const { rows } = await sql<{
    count: number
  }>`select count(*) as count from (select 1 from (${ownSeqs(reach, people)}) as own limit ${FEW_OWN + 1}) as few`.execute(db)
  return Number(rows[0]?.count ?? 0) <= FEW_OWN
}

const ownGathered = (wish: Wish, people: readonly string[]): RawBuilder<Row> =>
  sql<Row>`select e.seq, ${valueOf(wish.sort)} as value from (${ownSeqs(wish.reach, people)}) o ${first(wish.reach)} vault_entry e on e.seq = o.seq
    where ${wish.where} and ${beyond(wish)} order by ${orderOf(wish.sort)} limit ${wish.limit}`

/** What is typed as words, as a party, or as the number of a document. `nothing`: it can name nothing. */
async function wordsOf(db: Db, reach: Reach, query: VaultQuery): Promise<TextWish | 'nothing' | null> {
  const [typed, named] = [query.search.trim(), query.party.trim()]
  if (!typed && !named) return null
  const documentId = readDocumentId(typed)
  const text = documentId ? { words: [], phrases: [documentId] } : readTextQuery(typed)
  const party = readTextQuery(named)
  if ((typed && !text) || (named && !party)) return 'nothing'
  return { text, party, keys: await keysOf(db, reach) }
}

/**
 * The index gives its rows in the order of their numbers by itself, so one reading tells both whether few answer, and which come first where many do.
 * A cursor without a value goes on in that order.
 */
async function findByWords(db: Db, wish: Wish, wanted: TextWish): Promise<FoundPage> {
  const { from, condition, seq } = await hitsOfText(db, wanted)
  const isOn = wish.after?.value === ''
  const before = isOn ? sql`${seq} < ${wish.after!.seq}` : sql`true`
  const most = isOn ? wish.limit : Math.max(MOST_SORTED + 1, wish.limit)
  const found = await run(
    db,
    sql<Row>`select e.seq, '' as value from ${from} where ${condition} and ${wish.where} and ${before} order by ${seq} desc limit ${most}`,
  )
  if (isOn || found.length > MOST_SORTED) return { ...pageOf(found.slice(0, wish.limit), wish), isUnsorted: true }
  const seqs = wish.reach.rows(found.map((row) => String(row.seq)))
  return pageOf(
    await run(
      db,
      sql<Row>`select e.seq, ${valueOf(wish.sort)} as value from ${seqs} k ${first(wish.reach)} vault_entry e on e.seq = cast(k.value as bigint)
        where ${beyond(wish)} order by ${orderOf(wish.sort)} limit ${wish.limit}`,
    ),
    wish,
  )
}

function pageOf(rows: readonly Row[], { limit }: Wish): FoundPage {
  const shown = rows.slice(0, limit - 1)
  const last = shown.at(-1)
  return {
    seqs: shown.map(({ seq }) => Number(seq)),
    next: rows.length === limit && last ? { value: String(last.value), seq: Number(last.seq) } : null,
    isUnsorted: false,
  }
}
