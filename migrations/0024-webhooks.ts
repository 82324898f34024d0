import { type ColumnDataType, type Kysely, sql, SqliteAdapter } from 'kysely'

/** What a declared target is told by itself, and each time that it was told; how far the trail has been read for it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole: ColumnDataType = sqlite ? 'integer' : 'bigint'
  await db.schema
    .alterTable('webhook_target')
    .addColumn('events', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await db.schema
    .alterTable('webhook_target')
    .addColumn('names_people', whole, (column) => column.notNull().defaultTo(0))
    .execute()
  for (const column of ['paused_at', 'former_secret', 'former_until'])
    await db.schema.alterTable('webhook_target').addColumn(column, 'text').execute()

  const delivery = db.schema
    .createTable('webhook_delivery')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('target_id', 'text', (column) => column.notNull().references('webhook_target.id').onDelete('cascade'))
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('seq', whole, (column) => column.notNull())
    .addColumn('envelope_id', 'text')
    .addColumn('recipient_id', 'text')
    .addColumn('happened_at', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempts', whole, (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('due_at', 'text', (column) => column.notNull())
    .addColumn('told_at', 'text')
    .addUniqueConstraint('webhook_delivery_once', ['target_id', 'seq'])
  await (sqlite ? delivery.modifyEnd(sql`strict`) : delivery).execute()
  await db.schema.createIndex('webhook_delivery_by_target').on('webhook_delivery').columns(['target_id', 'happened_at', 'id']).execute()
  await db.schema.createIndex('webhook_delivery_by_status').on('webhook_delivery').columns(['status', 'happened_at']).execute()

  const state = db.schema
    .createTable('webhook_state')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('seq', whole, (column) => column.notNull())
  await (sqlite ? state.modifyEnd(sql`strict`) : state).execute()
  // What happened before is nobody's news.
  await sql`insert into webhook_state (id, seq) select 'trail', coalesce(max(seq), 0) from audit_leaf`.execute(db)
}
