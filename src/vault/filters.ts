import { type RawBuilder, sql } from 'kysely'
import { isPostgres } from '../db/dialect.ts'
import type { Db } from '../db/open.ts'
import type { Sort } from './searching.ts'

export const STAGES = ['in-force', 'annulled', 'held', 'imported', 'unverified', 'due', 'disposed'] as const
export type Stage = (typeof STAGES)[number]

/** What is asked of the register; everything that is empty asks nothing. */
export interface VaultQuery {
  readonly search: string
  readonly party: string
  readonly stage: Stage | null
  /** The kind of document, as it is called. */
  readonly kind: string
  /** In hundredths. */
  readonly least: number | null
  readonly most: number | null
  /** Instants: from the first on, before the second. */
  readonly from: string | null
  readonly until: string | null
  /** A folder and what is below it. */
  readonly folder: string | null
  readonly sort: Sort
  /** The moment at which retention is asked about; empty: nothing has ended yet. */
  readonly at: string
  /** One envelope alone. */
  readonly only: string | null
}

export const EVERYTHING: VaultQuery = {
  search: '',
  party: '',
  stage: null,
  kind: '',
  least: null,
  most: null,
  from: null,
  until: null,
  folder: null,
  sort: 'newest',
  at: '',
  only: null,
}

/** Over `vault_entry e`. */
export async function filtersOf(db: Db, query: VaultQuery): Promise<RawBuilder<boolean>> {
  const parts: RawBuilder<unknown>[] = []
  if (query.only) parts.push(sql`e.envelope_id = ${query.only}`)
  if (query.kind) parts.push(sql`e.kind = ${query.kind}`)
  if (query.least !== null) parts.push(sql`e.amount >= ${query.least}`)
  if (query.most !== null) parts.push(sql`e.amount <= ${query.most}`)
  if (query.from) parts.push(sql`e.completed_at >= ${query.from}`)
  if (query.until) parts.push(sql`e.completed_at < ${query.until}`)
  if (query.folder) {
    const folders = await foldersBelow(db, query.folder)
    // One folder is an index in the order of the register; several are asked row by row.
    parts.push(folders.length === 1 ? sql`e.folder_id = ${folders[0]}` : sql`e.folder_id in (${sql.join(folders)})`)
  }
  parts.push(stageOf(query))
  return sql`${sql.join(parts, sql` and `)}`
}

function stageOf({ stage, at }: VaultQuery): RawBuilder<unknown> {
  switch (stage) {
    case 'in-force':
      return sql`e.stage = 'in-force' and e.disposed_at is null`
    case 'annulled':
      return sql`e.stage = 'annulled' and e.stage <> 'in-force'`
    case 'held':
      return sql`e.is_held = 1`
    case 'imported':
      return sql`e.origin = 'imported' and e.origin <> 'issued'`
    case 'unverified':
      return sql`e.origin = 'imported' and e.origin <> 'issued'
        and exists (select 1 from vault_import i where i.envelope_id = e.envelope_id and i.is_verified = 0)`
    case 'due':
      return sql`e.due_at <= ${at} and e.disposed_at is null`
    case 'disposed':
      return sql`e.disposed_at is not null`
    case null:
      return sql`true`
  }
}

/** The folder itself and everything below it. */
export async function foldersBelow(db: Db, id: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`with recursive below (id, depth) as (select id, 0 from vault_folder where id = ${id}
    union all select f.id, depth + 1 from vault_folder f join below on f.parent_id = below.id where depth < 40) select id from below`.execute(
    db,
  )
  return rows.length ? rows.map(({ id: one }) => one) : [id]
}

/** A condition that leaves no more than this is gathered and sorted; otherwise the register is walked in its order. */
const FEW = 4_000

/** The index of the first condition that leaves few rows; null: each leaves many, or the walk is in the order of the condition anyway. */
export async function isNarrow(db: Db, query: VaultQuery): Promise<string | null> {
  if (query.only) return 'sqlite_autoindex_vault_entry_1'
  const candidates: [string, RawBuilder<unknown>][] = []
  const amount = [
    ...(query.least !== null ? [sql`amount >= ${query.least}`] : []),
    ...(query.most !== null ? [sql`amount <= ${query.most}`] : []),
  ]
  if (amount.length) candidates.push(['vault_entry_by_amount_seq', sql.join(amount, sql` and `)])
  if (query.kind) candidates.push(['vault_entry_by_kind_completed_at_seq', sql`kind = ${query.kind}`])
  if (query.folder)
    candidates.push(['vault_entry_by_folder_id_completed_at_seq', sql`folder_id in (${sql.join(await foldersBelow(db, query.folder))})`])
  if (query.stage === 'annulled')
    candidates.push(['vault_entry_by_stage_completed_at_seq', sql`stage = 'annulled' and stage <> 'in-force'`])
  if (query.stage === 'held') candidates.push(['vault_entry_by_is_held_completed_at_seq', sql`is_held = 1`])
  if (query.stage === 'imported' || query.stage === 'unverified')
    candidates.push(['vault_entry_by_origin_completed_at_seq', sql`origin = 'imported' and origin <> 'issued'`])
  if (query.stage === 'due') candidates.push(['vault_entry_by_due_at_seq', sql`due_at <= ${query.at}`])
  if (query.from || query.until)
    candidates.push([
      'vault_entry_by_completed_at_seq',
      sql`${query.from ? sql`completed_at >= ${query.from}` : sql`true`} and ${query.until ? sql`completed_at < ${query.until}` : sql`true`}`,
    ])
  for (const [index, condition] of candidates) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from (select 1 from vault_entry ${indexedBy(db, index)}
      where ${condition} limit ${FEW + 1}) as few`.execute(db)
    if (Number(rows[0]?.count ?? 0) <= FEW) return index
  }
  return null
}

/** SQLite takes the index that it is told; PostgreSQL counts its rows and chooses by itself. */
export const indexedBy = (db: Db, index: string): RawBuilder<unknown> => (isPostgres(db) ? sql`` : sql`indexed by ${sql.raw(index)}`)
