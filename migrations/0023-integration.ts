import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Tokens of the API, what they have left of their rate, answers kept for a repeated request, files uploaded before they are used; service accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  /** Columns as words: text unless a number (`#`); `?` may be null; `*` is the primary key; `>table` goes with that table's row. */
  const table = async (name: string, columns: string, key: readonly string[] = []): Promise<void> => {
    let builder = db.schema.createTable(name)
    for (const column of columns.trim().split(/\s*,\s*/)) {
      const [named = '', ...marks] = column.split(/\s+/)
      const refers = marks.find((mark) => mark.startsWith('>'))?.slice(1)
      builder = builder.addColumn(named, marks.includes('#') ? (sqlite ? 'integer' : 'bigint') : 'text', (made) => {
        let definition = marks.includes('?') ? made : made.notNull()
        if (marks.includes('*')) definition = definition.primaryKey()
        if (marks.includes('!')) definition = definition.unique()
        if (refers) definition = definition.references(`${refers}.id`).onDelete('cascade')
        return definition
      })
    }
    if (key.length) builder = builder.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[])
    if (sqlite) builder = builder.modifyEnd(sql`strict`)
    await builder.execute()
  }
  const index = (on: string, ...columns: string[]) =>
    db.schema
      .createIndex(`${on}_by_${columns.join('_')}`)
      .on(on)
      .columns(columns)
      .execute()

  await db.schema
    .alterTable('user')
    .addColumn('is_service', sqlite ? 'integer' : 'bigint', (made) => made.notNull().defaultTo(0))
    .execute()
  await table(
    'api_token',
    `id *, user_id >user, name, hint, hash !, scopes, addresses, created_at, created_by, expires_at ?, last_used_at ?, last_used_ip ?,
    ended_at ?, ended_by ?`,
  )
  await index('api_token', 'user_id')
  await table('api_rate', 'token_id * >api_token, full_at #')
  await table('api_answer', 'scope, key, request, status # ?, headers, body, started_at', ['scope', 'key'])
  await index('api_answer', 'started_at')
  await table('api_upload', 'id *, user_id >user, file_name, object_digest, size #, created_at, expires_at')
  await index('api_upload', 'expires_at')
}
