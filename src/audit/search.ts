import { sql } from 'kysely'
import { contains, searchWords } from '../db/containing.ts'
import { readDocumentId } from '../base/document-id.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { EVENT_TYPES, type EventNoun, type EventType } from './event.ts'
import type { TrailEntry } from './trail.ts'

export interface TrailSearch {
  /** One type, or all of one noun. */
  readonly type?: EventType | EventNoun | undefined
  /** Words of a name, an address or a number of a person who acted or is named; or exactly an IP address, a name or an address that an entry bears. */
  readonly person?: string | undefined
  /** A document ID, an envelope's id, or words of its title. */
  readonly envelope?: string | undefined
  /** Inclusive. */
  readonly from?: Instant | undefined
  /** Exclusive. */
  readonly to?: Instant | undefined
  /** Only entries before this number: the next page. */
  readonly before?: number | undefined
  /** Only entries after this number, those next to it: the page before. */
  readonly after?: number | undefined
  readonly limit?: number | undefined
}

export interface FoundEntry extends TrailEntry {
  readonly envelopeId: string | null
}

export interface FoundPage {
  /** Newest first. */
  readonly entries: readonly FoundEntry[]
  /** Where older ones begin, and newer ones; null where there are none. */
  readonly older: number | null
  readonly newer: number | null
}

/** One page of the trail. */
export async function searchTrail(db: Db, search: TrailSearch): Promise<FoundPage> {
  const { before, after, limit = 50 } = search
  const isBack = after !== undefined
  let query = (await matching(db, search))
    .select(['seq', 'envelopeId', 'entry'])
    .orderBy('seq', isBack ? 'asc' : 'desc')
    .limit(limit + 1)
  if (before !== undefined) query = query.where('seq', '<', before)
  if (isBack) query = query.where('seq', '>', after)
  const leaves = await query.execute()
  const shown = leaves.slice(0, limit)
  if (isBack) shown.reverse()
  const more = leaves.length > limit
  const [first, last] = [shown[0]?.seq ?? null, shown.at(-1)?.seq ?? null]
  return {
    entries: await withClear(db, shown),
    older: isBack || more ? last : null,
    newer: isBack ? (more ? first : null) : before === undefined ? null : first,
  }
}

/** Every entry that matches, newest first, read in pieces. */
export async function* everyEntry(db: Db, search: Omit<TrailSearch, 'before' | 'after' | 'limit'>): AsyncGenerator<readonly FoundEntry[]> {
  for (let before: number | undefined; ;) {
    const { entries, older }: FoundPage = await searchTrail(db, { ...search, before, limit: 500 })
    if (entries.length) yield entries
    if (older === null) return
    before = older
  }
}

/** As many entries about somebody as are looked up at once in a few milliseconds. */
const FEW = 5_000

async function matching(db: Db, { type, person, envelope, from, to }: TrailSearch) {
  let query = db.selectFrom('auditLeaf')
  if (type)
    query = query.where(
      'type',
      'in',
      EVENT_TYPES.filter((one) => one === type || one.startsWith(`${type}.`)),
    )
  if (envelope) query = query.where('envelopeId', 'in', envelopesNamed(db, envelope))
  if (person) {
    const found = about(db, person).unionAll(bearing(db, person))
    // Few: they are looked up. Many, such as everybody behind one address: they are met on the way through the log.
    const { rows } = await sql<{ count: number }>`select count(*) as count from (${found.limit(FEW + 1)}) as few`.execute(db)
    query =
      Number(rows[0]?.count ?? 0) <= FEW
        ? query.where('seq', 'in', found)
        : query.where((where) =>
            where.or([
              where.exists(about(db, person).where(sql<boolean>`audit_subject.seq = audit_leaf.seq`)),
              where.exists(bearing(db, person).where(sql<boolean>`audit_clear.seq = audit_leaf.seq`)),
            ]),
          )
  }
  // Times never go back, so a span of time is a span of numbers.
  if (from) query = query.where('seq', '>=', (await firstSince(db, from)) ?? Number.MAX_SAFE_INTEGER)
  const end = to && (await firstSince(db, to))
  if (end) query = query.where('seq', '<', end)
  return query
}

const firstSince = async (db: Db, at: Instant): Promise<number | undefined> =>
  (await db.selectFrom('auditLeaf').select('seq').where('at', '>=', at).orderBy('at').orderBy('seq').limit(1).executeTakeFirst())?.seq

function envelopesNamed(db: Db, text: string) {
  const documentId = readDocumentId(text)
  if (documentId) return db.selectFrom('document').select('envelopeId as id').where('documentId', '=', documentId)
  if (/^env_\w{20}$/.test(text)) return db.selectFrom('envelope').select('id').where('id', '=', text)
  return db
    .selectFrom('envelope')
    .select('id')
    .where(holdsAll(sql.ref('title'), text))
}

/** Entries in which somebody of that name acts or is named. */
function about(db: Db, person: string) {
  const people = (['user', 'recipient', 'contact'] as const).map((table) =>
    db
      .selectFrom(table)
      .select('id')
      .where(holdsAll(sql`(first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, ''))`, person)),
  )
  const [users, recipients, contacts] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]]
  return db.selectFrom('auditSubject').select('seq').where('subject', 'in', users.unionAll(recipients).unionAll(contacts))
}

/** Entries with exactly this clear text; the names are those of the index. */
const bearing = (db: Db, text: string) =>
  db
    .selectFrom('auditClear')
    .select('seq')
    .where(sql<boolean>`name in ('ip', 'email', 'name')`)
    .where('value', '=', text)

/** Each word somewhere; what a person types is never a pattern. */
const holdsAll = (column: ReturnType<typeof sql>, text: string) =>
  sql<boolean>`(${sql.join(
    searchWords(text).map((word) => contains(column, word)),
    sql` and `,
  )})`

async function withClear(
  db: Db,
  leaves: readonly { readonly seq: number; readonly envelopeId: string | null; readonly entry: string }[],
): Promise<FoundEntry[]> {
  if (!leaves.length) return []
  const sides = await db
    .selectFrom('auditClear')
    .select(['seq', 'name', 'value'])
    .where(
      'seq',
      'in',
      leaves.map(({ seq }) => seq),
    )
    .execute()
  const clear = Map.groupBy(sides, ({ seq }) => seq)
  return leaves.map(({ seq, entry, envelopeId }) => {
    const { at, type, actor, detail } = JSON.parse(entry) as Omit<TrailEntry, 'clear'>
    return {
      seq,
      at,
      type,
      actor,
      detail: detail ?? {},
      envelopeId,
      clear: Object.fromEntries((clear.get(seq) ?? []).map(({ name, value }) => [name, value])),
    }
  })
}
