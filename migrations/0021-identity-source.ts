import { type Kysely, sql, SqliteAdapter } from 'kysely'

/** Directories and identity providers, what they give, who comes from them, and what following them came to. A `?` may be null. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = sqlite ? sql`integer` : sql`bigint`
  const make = async (name: string, columns: string, key: readonly string[] = ['id']): Promise<void> => {
    let builder = db.schema.createTable(name)
    for (const words of columns.split(',').map((part) => part.trim().split(' ')))
      builder = builder.addColumn(words[0]!, words.includes('whole') ? whole : 'text', (made) =>
        words.includes('?') ? made : made.notNull(),
      )
    builder = builder.addPrimaryKeyConstraint(`${name}_key`, key as never[])
    await (sqlite ? builder.modifyEnd(sql`strict`) : builder).execute()
  }
  const index = (on: string, columns: readonly string[], unique = false) => {
    const made = db.schema
      .createIndex(`${on}_by_${columns.join('_')}`)
      .on(on)
      .columns(columns as string[])
    return (unique ? made.unique() : made).execute()
  }

  // settings: JSON; sealed_secret: the service account's password or the client's secret, under the key outside the database.
  await make('identity_source', 'id, kind, name, settings, sealed_secret ?, created_at, switched_on_at ?, removed_at ?')
  await make('identity_mapping', 'id, source_id, group_key, group_name, target_kind, target_id, created_at')
  await index('identity_mapping', ['source_id', 'group_key', 'target_kind', 'target_id'], true)
  // disabled_at: the source took the account's sign-in, and may give it back; an administrator's no is the account's own.
  await make('identity', 'user_id, source_id, subject, name, created_at, seen_at, disabled_at ?', ['user_id'])
  await index('identity', ['source_id', 'subject'], true)
  await make('identity_given', 'user_id, target_kind, target_id, source_id, created_at', ['user_id', 'target_kind', 'target_id'])
  await make('identity_session', 'session_id, source_id, subject, provider_session ?, sealed_token ?, created_at', ['session_id'])
  await index('identity_session', ['source_id', 'subject'])
  // What a provider's answer was for, once it was taken; and tokens of its own that were taken.
  await make('identity_answer', 'digest, at', ['digest'])
  await make(
    'identity_round',
    'id, source_id, started_at, ended_at ?, outcome ?, known whole, found whole, changed whole, disabled whole, enabled whole, missing, detail',
  )
  await index('identity_round', ['source_id', 'started_at'])
  await make('break_glass_use', 'id, user_id, at, ip ?, seen_at ?, seen_by ?')
}
