import { type ColumnDataType, type CreateTableBuilder, type Kysely, sql, SqliteAdapter } from 'kysely'

type Columns = CreateTableBuilder<string, never>
const onSqlite = (db: Kysely<unknown>): boolean => db.getExecutor().adapter instanceof SqliteAdapter

/**
 * Columns as `name type?` words: text unless said otherwise; `?` may be null; `*` is the primary key; `>table` refers to that table's id.
 * Valid on SQLite (STRICT tables) and PostgreSQL.
 */
async function table(db: Kysely<unknown>, name: string, columns: string, key?: readonly string[]): Promise<void> {
  const sqlite = onSqlite(db)
  const types: Record<string, ColumnDataType | ReturnType<typeof sql>> = {
    text: 'text',
    integer: sqlite ? 'integer' : 'bigint',
    real: sqlite ? 'real' : 'double precision',
    bytes: sqlite ? 'blob' : 'bytea',
  }
  let builder = db.schema.createTable(name) as unknown as Columns
  for (const line of columns.trim().split(/\s*[,\n]\s*/)) {
    const [column = '', ...words] = line.split(/\s+/)
    const type = types[words.find((word) => word in types) ?? 'text']!
    const refers = words.find((word) => word.startsWith('>'))?.slice(1)
    builder = builder.addColumn(column as never, type as never, (made) => {
      let definition = made
      if (words.includes('*')) definition = definition.primaryKey()
      if (!words.includes('?')) definition = definition.notNull()
      if (words.includes('unique')) definition = definition.unique()
      if (refers) definition = definition.references(`${refers}.id`)
      return definition
    }) as Columns
  }
  if (key) builder = builder.addPrimaryKeyConstraint(`${name}_key`, key as never[]) as Columns
  if (sqlite) builder = builder.modifyEnd(sql`strict`) as Columns
  await builder.execute()
}

const index = (db: Kysely<unknown>, on: string, columns: readonly string[]) =>
  db.schema
    .createIndex(`${on}_by_${columns.join('_')}`)
    .on(on)
    .columns(columns as string[])
    .execute()

export async function up(db: Kysely<unknown>): Promise<void> {
  await table(db, 'setting', 'key *, value, updated_at')
  await table(db, 'object', 'digest *, size integer, created_at')
  await table(db, 'chunk', 'digest *, bytes bytes')
  await table(db, 'object_part', 'object_digest, position integer, chunk_digest, size integer', ['object_digest', 'position'])
  await index(db, 'object_part', ['chunk_digest'])
  await table(db, 'legal_entity', 'id *, legal_name, country, address, details, logo_digest ?, is_default integer, created_at')
  await table(
    db,
    'user',
    `id *, email unique, first_name, last_name, job_title, phone ?, language, password_hash ?, role, may_sign integer,
    may_stamp integer, created_at, disabled_at ?`,
  )
  await table(db, 'user_session', `id *, token_hash unique, user_id >user, created_at, last_seen_at, ended_at ?, ip ?, user_agent ?`)
  await index(db, 'user_session', ['user_id'])
  await table(db, 'attempt', 'bucket, at')
  await index(db, 'attempt', ['bucket', 'at'])
  await table(db, 'audit_leaf', 'seq integer *, at, type, actor_kind, actor_id ?, envelope_id ?, entry, hash bytes')
  await index(db, 'audit_leaf', ['envelope_id', 'seq'])
  await table(db, 'audit_node', 'level integer, position integer, hash bytes', ['level', 'position'])
  await table(db, 'audit_clear', 'seq integer, name, salt bytes, value ?', ['seq', 'name'])
  await table(db, 'checkpoint', 'size integer *, root bytes, note, at')
  await table(
    db,
    'job',
    `id *, kind, payload, key ?, run_at, attempts integer, lease_until ?, last_error ?, created_at, done_at ?, failed_at ?`,
  )
  await index(db, 'job', ['done_at', 'failed_at', 'run_at'])
  await db.schema
    .createIndex('job_one_open_per_key')
    .unique()
    .on('job')
    .column('key')
    .where(sql.ref('done_at'), 'is', null)
    .where(sql.ref('failed_at'), 'is', null)
    .execute()
  await table(db, 'idempotency', 'scope, key, answer, at', ['scope', 'key'])
  await table(db, 'authority_key', 'id *, purpose, algorithm, spki bytes, wrapped bytes ?, created_at, retired_at ?')
  await table(
    db,
    'certificate',
    `id *, serial unique, purpose, subject, der bytes, key_id ? >authority_key, issuer_id ?, not_before, not_after,
    recipient_id ?, created_at, revoked_at ?, revocation_reason ?`,
  )
  await index(db, 'certificate', ['purpose', 'created_at'])
  await table(db, 'revocation_list', 'issuer_id, number integer, der bytes, this_update, next_update', ['issuer_id', 'number'])
  await table(
    db,
    'contact',
    `id *, owner_id ? >user, first_name, last_name, email ?, phone ?, company, job_title, language ?, comment, created_at,
    updated_at, removed_at ?`,
  )
  await table(db, 'stamp', 'id *, name, legal_entity_id ? >legal_entity, object_digest, created_at, removed_at ?')
  await table(
    db,
    'numbering_series',
    `id *, legal_entity_id >legal_entity, name, prefix, per_year integer, year integer, next integer, digits integer`,
  )
  await table(db, 'disclosure', 'id *, language, version integer, text, digest, created_at')
  await table(
    db,
    'envelope',
    `id *, title, sender_id >user, legal_entity_id >legal_entity, status, subject, message, language, deadline ?, reminders,
    version integer, is_sample integer, created_at, updated_at, dispatched_at ?, completed_at ?, ended_at ?, end_reason ?, ended_by ?`,
  )
  await index(db, 'envelope', ['sender_id', 'updated_at'])
  await index(db, 'envelope', ['status', 'updated_at'])
  await table(
    db,
    'document',
    `id *, envelope_id >envelope, position integer, title, file_name, document_id unique, original_digest, source_digest,
    pages, findings, created_at`,
  )
  await index(db, 'document', ['envelope_id'])
  await table(
    db,
    'recipient',
    `id *, envelope_id >envelope, position integer, side, role, first_name, last_name, email ?, phone ?, channel, language,
    routing_order integer, company, company_details, job_title, user_id ?, contact_id ?, asks_stamp integer, status, opened_at ?, consented_at ?,
    consent_disclosure_id ?, identified_at ?, identified_how ?, signed_at ?, declined_at ?, decline_reason ?, certificate_serial ?`,
  )
  await index(db, 'recipient', ['envelope_id'])
  await table(
    db,
    'field',
    `id *, document_id >document, recipient_id ? >recipient, kind, page integer, x real, y real, width real, height real,
    required integer, read_only integer, label, value, font_size real`,
  )
  await index(db, 'field', ['document_id'])
  await table(db, 'field_entry', 'field_id *, recipient_id >recipient, value, updated_at')
  await index(db, 'field_entry', ['recipient_id'])
  await table(db, 'mark', `id *, recipient_id >recipient, kind, method, source, object_digest, width integer, height integer, created_at`)
  await index(db, 'mark', ['recipient_id'])
  await table(
    db,
    'revision',
    `document_id >document, number integer, kind, object_digest, size integer, recipient_id ?, head, facts, created_at`,
    ['document_id', 'number'],
  )
  await index(db, 'revision', ['object_digest'])
  await table(
    db,
    'frozen_revision',
    `id *, recipient_id >recipient, document_id >document, after integer, digest, state, preview_digest, created_at`,
  )
  await db.schema.createIndex('frozen_revision_one').unique().on('frozen_revision').columns(['recipient_id', 'document_id']).execute()
  await table(
    db,
    'invitation',
    `id *, recipient_id >recipient, generation integer, created_at, expires_at ?, revoked_at ?, handed_over_at ?,
    in_person integer`,
  )
  await index(db, 'invitation', ['recipient_id'])
  await table(
    db,
    'ceremony_session',
    `id *, token_hash unique, invitation_id >invitation, recipient_id >recipient, created_at, last_seen_at,
    verified_at ?, ended_at ?, ip ?, user_agent ?`,
  )
  await table(
    db,
    'one_time_code',
    `id *, recipient_id >recipient, session_id >ceremony_session, code_hash, sealed bytes ?, created_at, expires_at,
    tries integer, used_at ?, replaced_at ?, handed_over_at ?`,
  )
  await index(db, 'one_time_code', ['recipient_id', 'created_at'])
  await table(
    db,
    'vault_link',
    `id *, envelope_id >envelope, recipient_id >recipient, generation integer, created_at, expires_at, revoked_at ?`,
  )
  await table(
    db,
    'message',
    `id *, kind, channel, address, language, envelope_id ? >envelope, recipient_id ? >recipient, user_id ? >user, params, status,
    created_at, sent_at ?, opened_at ?, opened_by ?`,
  )
  await index(db, 'message', ['status', 'created_at'])
  await index(db, 'message', ['envelope_id'])
  await table(db, 'message_attempt', 'id *, message_id >message, at, outcome, detail')
  await index(db, 'message_attempt', ['message_id'])
  await appendOnly(db, 'audit_leaf')
}

/** A defence against our own mistakes; whoever owns the file can drop it, and the tree then tells. */
async function appendOnly(db: Kysely<unknown>, name: string): Promise<void> {
  for (const verb of ['update', 'delete']) {
    if (onSqlite(db)) {
      await sql
        .raw(`create trigger ${name}_no_${verb} before ${verb} on ${name} begin select raise(abort, '${name} is append-only'); end`)
        .execute(db)
      continue
    }
    await sql
      .raw(
        `create or replace function ${name}_no_${verb}() returns trigger language plpgsql as
      $$ begin raise exception '${name} is append-only'; end $$`,
      )
      .execute(db)
    await sql
      .raw(`create trigger ${name}_no_${verb} before ${verb} on ${name} for each row execute function ${name}_no_${verb}()`)
      .execute(db)
  }
}
