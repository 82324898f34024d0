import { type Kysely, SqliteAdapter } from 'kysely'

/** A link that listed pages of others may show inside them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  await db.schema
    .alterTable('invitation')
    .addColumn('embedded', sqlite ? 'integer' : 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
}
