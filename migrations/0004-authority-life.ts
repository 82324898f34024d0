import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Until when the last time stamp of a document proves, what opens the authority's keys, and the records of acts upon them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const bytes = sqlite ? 'blob' : 'bytea'
  await db.schema.alterTable('revision').addColumn('proof_until', 'text').execute()
  await db.schema.createIndex('revision_by_kind_proof_until').on('revision').columns(['kind', 'proof_until']).execute()
  let protector = db.schema
    .createTable('key_protector')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('salt', bytes, (column) => column.notNull())
    .addColumn('wrapped', bytes, (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
  if (sqlite) protector = protector.modifyEnd(sql`strict`)
  await protector.execute()
  let record = db.schema
    .createTable('key_ceremony')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('object_digest', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
  if (sqlite) record = record.modifyEnd(sql`strict`)
  await record.execute()
  await db.schema.createIndex('certificate_by_created_at_id').on('certificate').columns(['created_at', 'id']).execute()
  await db.schema.createIndex('certificate_by_issuer_id').on('certificate').columns(['issuer_id', 'revoked_at']).execute()
}
