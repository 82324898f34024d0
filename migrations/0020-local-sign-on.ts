import { type Kysely, sql, SqliteAdapter } from 'kysely'

const needed = ['text', true] as const
const optional = ['text', false] as const

/** How a session was opened and when its person was last asked who they are; second factors; links for a forgotten password. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = [sqlite ? sql`integer` : sql`bigint`, true] as const
  const bytes = [sqlite ? sql`blob` : sql`bytea`, true] as const
  const make = async (
    name: string,
    columns: Readonly<Record<string, readonly ['text' | ReturnType<typeof sql>, boolean]>>,
  ): Promise<void> => {
    let builder = db.schema.createTable(name)
    for (const [column, [type, isNeeded]] of Object.entries(columns))
      builder = builder.addColumn(column, type, (made) => (isNeeded ? made.notNull() : made))
    builder = builder.addPrimaryKeyConstraint(`${name}_key`, ['id'] as never[])
    await (sqlite ? builder.modifyEnd(sql`strict`) : builder).execute()
  }
  const index = (on: string, column: string, unique = false) => {
    const made = db.schema.createIndex(`${on}_by_${column}`).on(on).column(column)
    return (unique ? made.unique() : made).execute()
  }

  await db.schema
    .alterTable('user_session')
    .addColumn('method', 'text', (column) => column.notNull().defaultTo('password'))
    .execute()
  for (const column of ['factor', 'proved_at', 'proved_by']) await db.schema.alterTable('user_session').addColumn(column, 'text').execute()

  await make('half_session', {
    id: needed,
    token_hash: needed,
    user_id: needed,
    method: needed,
    needs: needed,
    known_device: whole,
    created_at: needed,
    ended_at: optional,
    ip: optional,
    user_agent: optional,
  })
  await index('half_session', 'token_hash', true)
  await index('half_session', 'user_id')

  await make('totp', {
    id: needed,
    user_id: needed,
    sealed_secret: bytes,
    created_at: needed,
    confirmed_at: optional,
    /** The number of the last half minute whose code was used. */
    last_step: whole,
  })
  await index('totp', 'user_id')

  await make('recovery_code', { id: needed, user_id: needed, hash: needed, created_at: needed, used_at: optional })
  await index('recovery_code', 'user_id')

  await make('passkey', {
    id: needed,
    credential_id: needed,
    user_id: needed,
    public_key: bytes,
    counter: whole,
    transports: needed,
    name: needed,
    created_at: needed,
    last_used_at: optional,
  })
  await index('passkey', 'credential_id', true)
  await index('passkey', 'user_id')

  await make('password_link', {
    id: needed,
    token_hash: needed,
    user_id: needed,
    address: needed,
    created_at: needed,
    expires_at: needed,
    used_at: optional,
  })
  await index('password_link', 'token_hash', true)
  await index('password_link', 'user_id')
}
