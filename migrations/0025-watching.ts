import { type ColumnDataType, type Kysely, sql, SqliteAdapter } from 'kysely'

type Columns = Readonly<Record<string, readonly [type: ColumnDataType | ReturnType<typeof sql>, isNeeded: boolean]>>

/** Whom the house spoke to last, what is amiss and who was told of it, and what the last examination found. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const make = async (name: string, columns: Columns, key: readonly string[]): Promise<void> => {
    let builder = db.schema.createTable(name)
    for (const [column, [type, isNeeded]] of Object.entries(columns))
      builder = builder.addColumn(column, type, (made) => (isNeeded ? made.notNull() : made))
    builder = builder.addPrimaryKeyConstraint(`${name}_key`, key as never[])
    await (sqlite ? builder.modifyEnd(sql`strict`) : builder).execute()
  }
  const whole = [sqlite ? ('integer' as const) : ('bigint' as const), true] as const
  const needed = ['text', true] as const
  const optional = ['text', false] as const

  await db.schema.alterTable('job').addColumn('request_id', 'text').execute()
  // What is under way, of each kind; few rows of many.
  await db.schema.createIndex('job_open').on('job').columns(['kind', 'run_at']).where(sql.ref('done_at'), 'is', null).execute()
  await db.schema
    .createIndex('user_session_open')
    .on('user_session')
    .column('last_seen_at')
    .where(sql.ref('ended_at'), 'is', null)
    .execute()
  await db.schema
    .createIndex('rule_run_open')
    .on('rule_run')
    .columns(['status', 'due_at'])
    .where(sql.ref('status'), 'in', [sql.lit('waiting'), sql.lit('failed')])
    .execute()
  // One way to tell administrators; what waited of the earlier one is told anew.
  await sql`update message set kind = 'alarm' where kind = 'vault-fault'`.execute(db)
  await make('readiness', { name: needed, at: needed }, ['name'])
  await make('outbound_use', { kind: needed, host: needed, port: whole, used_at: needed, times: whole }, ['kind', 'host', 'port'])
  await make('alarm', { id: needed, cause: needed, facts: needed, raised_at: needed, seen_at: needed, ended_at: optional }, ['id'])
  await db.schema.createIndex('alarm_one_open').unique().on('alarm').column('cause').where(sql.ref('ended_at'), 'is', null).execute()
  await db.schema.createIndex('alarm_by_raised_at').on('alarm').column('raised_at').execute()
  await make(
    'examination',
    { id: needed, asked_by: optional, started_at: needed, ended_at: optional, done: whole, total: whole, checks: needed },
    ['id'],
  )
  await db.schema.createIndex('examination_by_started_at').on('examination').column('started_at').execute()
}
