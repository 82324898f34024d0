import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Seals that another authority issued: those that wait to be taken into use, that in use, those that were. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const bytes = sqlite ? 'blob' : 'bytea'
  let seals = db.schema
    .createTable('outside_seal')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('der', bytes, (column) => column.notNull())
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('revocation_lists', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('adopted_at', 'text')
    .addColumn('laid_down_at', 'text')
  if (sqlite) seals = seals.modifyEnd(sql`strict`)
  await seals.execute()
}
