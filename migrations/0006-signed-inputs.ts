import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Documents that arrive signed have their certificate of completion beside them; files that recipients attach. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = sqlite ? 'integer' : 'bigint'
  await db.schema.alterTable('document').addColumn('certifies', 'text').execute()
  let attachments = db.schema
    .createTable('attachment')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('field_id', 'text', (column) => column.notNull())
    .addColumn('recipient_id', 'text', (column) => column.notNull().references('recipient.id'))
    .addColumn('object_digest', 'text', (column) => column.notNull())
    .addColumn('file_name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('size', whole, (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
  if (sqlite) attachments = attachments.modifyEnd(sql`strict`)
  await attachments.execute()
  await db.schema.createIndex('attachment_by_recipient_id').on('attachment').column('recipient_id').execute()
  await db.schema.createIndex('attachment_by_object_digest').on('attachment').column('object_digest').execute()
}
