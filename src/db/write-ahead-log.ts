import { sql } from 'kysely'
import { isPostgres } from './dialect.ts'
import type { Db } from './open.ts'

/** Frames of the write-ahead log keep the pages as they were; a reader of another process may hold it for a moment. PostgreSQL's log is its administrator's. */
export async function emptyWriteAheadLog(db: Db): Promise<void> {
  if (isPostgres(db)) return
  for (let left = 20; left; left--) {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db)
    if (!rows[0]?.busy) return
    await Bun.sleep(100)
  }
}
