import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Annulments of finished envelopes and their reversals: appended, never changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = sqlite ? 'integer' : 'bigint'
  let table = db.schema
    .createTable('annulment')
    .addColumn('envelope_id', 'text', (column) => column.notNull().references('envelope.id'))
    .addColumn('number', whole, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('is_public', whole, (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull().references('user.id'))
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('seq', whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('annulment_key', ['envelope_id', 'number'])
  if (sqlite) table = table.modifyEnd(sql`strict`)
  await table.execute()
}
