import type { Reader } from '../access/reach.ts'
import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import { reached, reachOf } from './reach.ts'

const MOST = 200

/** The kinds of documents that a reader may choose from: each is one step in the index, however many entries are of it. */
export async function kindsOf(db: Db, reader: Reader): Promise<string[]> {
  const { rows } = await sql<{ kind: string }>`with recursive k (kind, n) as (
      select min(kind), 1 from vault_entry where kind > ''
      union all select (select min(kind) from vault_entry where kind > k.kind), n + 1 from k where k.kind is not null and n < ${MOST})
    select kind from k where kind is not null`.execute(db)
  const reach = await reachOf(db, reader)
  const shown: string[] = []
  for (const { kind } of rows) {
    // A kind that stands only where the reader may not look is not told.
    const some = await sql`select 1 from vault_entry e where e.kind = ${kind} and ${reached(reach)} limit 1`.execute(db)
    if (some.rows.length) shown.push(kind)
  }
  return shown
}
