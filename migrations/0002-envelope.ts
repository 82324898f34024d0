import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Pages as pictures, why a dispatch came back, and what a recipient of a finished document may ask again for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = sqlite ? 'integer' : 'bigint'
  let pages = db.schema
    .createTable('page_image')
    .addColumn('object_digest', 'text', (column) => column.notNull())
    .addColumn('page', whole, (column) => column.notNull())
    .addColumn('width', whole, (column) => column.notNull())
    .addColumn('image_digest', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('page_image_key', ['object_digest', 'page', 'width'])
  if (sqlite) pages = pages.modifyEnd(sql`strict`)
  await pages.execute()
  await db.schema.alterTable('envelope').addColumn('dispatch_failure', 'text').execute()
  await db.schema.alterTable('document').addColumn('shown_pages', 'text').execute()
  await db.schema
    .alterTable('frozen_revision')
    .addColumn('serial', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await db.schema.createIndex('envelope_by_status_completed_at').on('envelope').columns(['status', 'completed_at']).execute()
  await db.schema.createIndex('recipient_by_user_id').on('recipient').column('user_id').execute()
  await db.schema.createIndex('recipient_by_email').on('recipient').column('email').execute()
  await db.schema.createIndex('recipient_by_phone').on('recipient').column('phone').execute()
}
