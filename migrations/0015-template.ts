import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Templates with their versions and folders; sending one to many from a table; a public page where a visitor starts an envelope of their own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = sqlite ? ('integer' as const) : ('bigint' as const)
  const strict = <Builder extends { modifyEnd(end: ReturnType<typeof sql>): Builder }>(builder: Builder): Builder =>
    sqlite ? builder.modifyEnd(sql`strict`) : builder
  await db.schema.alterTable('envelope').addColumn('template_id', 'text').execute()
  await db.schema.alterTable('envelope').addColumn('template_version', whole).execute()
  await db.schema.alterTable('envelope').addColumn('deadline_days', whole).execute()
  await db.schema.createIndex('envelope_by_template_id').on('envelope').column('template_id').execute()
  await db.schema.alterTable('recipient').addColumn('role_name', 'text').execute()
  await strict(
    db.schema
      .createTable('template_folder')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('parent_id', 'text', (column) => column.references('template_folder.id'))
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull()),
  ).execute()
  await strict(
    db.schema
      .createTable('template')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('owner_id', 'text', (column) => column.notNull().references('user.id'))
      .addColumn('is_public', whole, (column) => column.notNull())
      .addColumn('folder_id', 'text', (column) => column.references('template_folder.id'))
      .addColumn('design_id', 'text', (column) => column.notNull().references('envelope.id'))
      .addColumn('latest', whole, (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addColumn('archived_at', 'text'),
  ).execute()
  await db.schema.createIndex('template_by_owner_id').on('template').column('owner_id').execute()
  await db.schema.createIndex('template_by_design_id').unique().on('template').column('design_id').execute()
  await strict(
    db.schema
      .createTable('template_version')
      .addColumn('template_id', 'text', (column) => column.notNull().references('template.id'))
      .addColumn('number', whole, (column) => column.notNull())
      .addColumn('envelope_id', 'text', (column) => column.notNull().unique().references('envelope.id'))
      .addColumn('design_version', whole, (column) => column.notNull())
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('published_at', 'text', (column) => column.notNull())
      .addColumn('published_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('template_version_key', ['template_id', 'number']),
  ).execute()
  await strict(
    db.schema
      .createTable('bulk_send')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('template_id', 'text', (column) => column.notNull().references('template.id'))
      .addColumn('template_version', whole, (column) => column.notNull())
      .addColumn('owner_id', 'text', (column) => column.notNull().references('user.id'))
      .addColumn('file_name', 'text', (column) => column.notNull())
      .addColumn('columns', 'text', (column) => column.notNull())
      .addColumn('mapping', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('started_at', 'text')
      .addColumn('ended_at', 'text'),
  ).execute()
  await db.schema.createIndex('bulk_send_by_template_id').on('bulk_send').column('template_id').execute()
  await strict(
    db.schema
      .createTable('bulk_row')
      .addColumn('bulk_id', 'text', (column) => column.notNull().references('bulk_send.id'))
      .addColumn('line', whole, (column) => column.notNull())
      .addColumn('cells', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('params', 'text')
      .addColumn('envelope_id', 'text')
      .addPrimaryKeyConstraint('bulk_row_key', ['bulk_id', 'line']),
  ).execute()
  await db.schema.createIndex('bulk_row_by_envelope_id').unique().on('bulk_row').column('envelope_id').execute()
  await strict(
    db.schema
      .createTable('self_service_link')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('template_id', 'text', (column) => column.notNull().references('template.id'))
      .addColumn('owner_id', 'text', (column) => column.notNull().references('user.id'))
      .addColumn('generation', whole, (column) => column.notNull())
      .addColumn('capacity', whole)
      .addColumn('uses', whole, (column) => column.notNull())
      .addColumn('ends_at', 'text')
      .addColumn('switched_off_at', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull()),
  ).execute()
  await db.schema.createIndex('self_service_link_by_template_id').on('self_service_link').column('template_id').execute()
  await strict(
    db.schema
      .createTable('self_service_request')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('link_id', 'text', (column) => column.notNull().references('self_service_link.id'))
      .addColumn('first_name', 'text', (column) => column.notNull())
      .addColumn('last_name', 'text', (column) => column.notNull())
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('address', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('proven_at', 'text')
      .addColumn('envelope_id', 'text'),
  ).execute()
  await db.schema.createIndex('self_service_request_by_link_id').on('self_service_request').column('link_id').execute()
}
