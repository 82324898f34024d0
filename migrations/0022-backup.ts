import { type ColumnDataType, type Kysely, sql, SqliteAdapter } from 'kysely'

type Column = readonly [name: string, type: ColumnDataType | 'whole', isNeeded: boolean]

/** Each backup and each drill, with how far it came and how it ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const columns: readonly Column[] = [
    ['kind', 'text', true],
    ['origin', 'text', true],
    ['folder', 'text', true],
    ['started_at', 'text', true],
    ['seen_at', 'text', true],
    ['ended_at', 'text', false],
    ['outcome', 'text', false],
    ['backup_id', 'text', false],
    ['phase', 'text', true],
    ['done', 'whole', true],
    ['total', 'whole', true],
    ['chunks', 'whole', true],
    ['new_chunks', 'whole', true],
    ['written', 'whole', true],
    ['reason', 'text', false],
    ['params', 'text', true],
  ]
  let table = db.schema.createTable('backup_run').addColumn('id', 'text', (column) => column.notNull().primaryKey())
  for (const [name, type, isNeeded] of columns)
    table = table.addColumn(name, type === 'whole' ? (sqlite ? 'integer' : 'bigint') : type, (column) =>
      isNeeded ? column.notNull() : column,
    )
  await (sqlite ? table.modifyEnd(sql`strict`) : table).execute()
  await db.schema.createIndex('backup_run_by_kind_started_at').on('backup_run').columns(['kind', 'started_at']).execute()
}
