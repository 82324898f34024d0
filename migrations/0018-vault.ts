import { type ColumnDataType, type CreateTableBuilder, type Kysely, sql, SqliteAdapter } from 'kysely'

type Columns = CreateTableBuilder<string, never>
const onSqlite = (db: Kysely<unknown>): boolean => db.getExecutor().adapter instanceof SqliteAdapter

/** Columns as `name type?` words: text unless said otherwise; `?` may be null; `*` is the primary key; `>table` refers to that table's id. */
async function table(db: Kysely<unknown>, name: string, columns: string, key?: readonly string[]): Promise<void> {
  const sqlite = onSqlite(db)
  const types: Record<string, ColumnDataType | ReturnType<typeof sql>> = {
    text: 'text',
    integer: sqlite ? 'integer' : 'bigint',
    words: sql`tsvector`,
  }
  let builder = db.schema.createTable(name) as unknown as Columns
  for (const line of columns.trim().split(/\s*[,\n]\s*/)) {
    const [column = '', ...words] = line.split(/\s+/)
    const type = types[words.find((word) => word in types) ?? 'text']!
    const refers = words.find((word) => word.startsWith('>'))?.slice(1)
    builder = builder.addColumn(column as never, type as never, (made) => {
      let definition = made
      if (words.includes('*')) definition = definition.primaryKey()
      if (words.includes('counted')) definition = sqlite ? definition.autoIncrement() : definition.generatedByDefaultAsIdentity()
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

/** Of rows that few rows are: no room for the others. */
const indexWhere = (db: Kysely<unknown>, on: string, columns: readonly string[], where: string) =>
  sql`create index ${sql.raw(`${on}_by_${columns.join('_')}`)} on ${sql.raw(on)} (${sql.raw(columns.join(', '))}) where ${sql.raw(where)}`.execute(
    db,
  )

/**
 * The vault's register as a table of its own, folders with rights, the index of words, imports, retention, disposal, four eyes over a hold, and what
 * the sweep finds.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await register(db)
  await folders(db)
  await keeping(db)
  await table(
    db,
    'vault_import',
    'envelope_id * >envelope, digest unique, file_name, report, answer, is_verified integer, imported_at, imported_by',
  )
  await table(
    db,
    'vault_sweep',
    `id *, started_at, ended_at ?, objects integer, bytes integer, documents integer, faults integer, after_object, after_document,
    is_whole integer`,
  )
  await table(db, 'vault_fault', 'id *, kind, subject, envelope_id ?, document_id ?, detail, found_at, seen_at, told_at ?, resolved_at ?')
  await index(db, 'vault_fault', ['subject', 'kind'])
  await indexWhere(db, 'vault_fault', ['found_at'], 'resolved_at is null')
}

async function register(db: Kysely<unknown>): Promise<void> {
  await table(
    db,
    'vault_entry',
    `seq integer * counted, envelope_id unique >envelope, owner_id, folder_id ?, scope_id ?, completed_at, title, title_key, parties,
    party_key, size integer, stage, is_held integer, origin, kind, amount integer ?, currency, class_id ?, due_at ?, indexed_at ?,
    index_failure ?, disposed_at ?`,
  )
  for (const columns of [
    ['completed_at', 'seq'],
    ['title_key', 'seq'],
    ['party_key', 'seq'],
    ['size', 'seq'],
    ['owner_id', 'completed_at', 'seq'],
    ['kind', 'completed_at', 'seq'],
  ])
    await index(db, 'vault_entry', columns)
  await indexWhere(db, 'vault_entry', ['folder_id', 'completed_at', 'seq'], 'folder_id is not null')
  await indexWhere(db, 'vault_entry', ['scope_id', 'completed_at', 'seq'], 'scope_id is not null')
  await indexWhere(db, 'vault_entry', ['stage', 'completed_at', 'seq'], "stage <> 'in-force'")
  await indexWhere(db, 'vault_entry', ['is_held', 'completed_at', 'seq'], 'is_held = 1')
  await indexWhere(db, 'vault_entry', ['origin', 'completed_at', 'seq'], "origin <> 'issued'")
  await indexWhere(db, 'vault_entry', ['amount', 'seq'], 'amount is not null')
  await indexWhere(db, 'vault_entry', ['due_at', 'seq'], 'due_at is not null')
  await indexWhere(db, 'vault_entry', ['indexed_at', 'seq'], 'indexed_at is null')
  // Whom an entry belongs to, and who took part in it: what "own" means, in the order of the register.
  await table(db, 'vault_person', 'user_id, completed_at, seq integer', ['user_id', 'completed_at', 'seq'])
  await index(db, 'vault_person', ['seq'])
  if (onSqlite(db)) {
    await sql`create virtual table vault_text using fts5(keys, heading, parties, body, tokenize="unicode61 remove_diacritics 2", columnsize=0, prefix='2 3 4')`.execute(
      db,
    )
    // Which words there are, for what begins with some letters.
    await sql`create virtual table vault_word using fts5vocab(vault_text, instance)`.execute(db)
    // Words of what was erased leave the pages of the file at once.
    await sql`insert into vault_text(vault_text, rank) values ('secure-delete', 1)`.execute(db)
  } else {
    // The texts as they are, and their words in pieces: a piece holds the words of one column with their places.
    await table(db, 'vault_text', 'seq integer *, heading, parties, body')
    await table(db, 'vault_text_piece', 'seq integer, part, position integer, words words', ['seq', 'part', 'position'])
    await sql`create index vault_text_piece_by_words on vault_text_piece using gin (words)`.execute(db)
  }
  const names = sql`trim(r.first_name || ' ' || r.last_name) || case when r.company = '' then '' else ' · ' || r.company end`
  const parties = (from: ReturnType<typeof sql>) =>
    onSqlite(db)
      ? sql`coalesce((select group_concat(${names}, char(10)) from ${from}), '')`
      : sql`coalesce((select string_agg(${names}, chr(10)) from ${from}), '')`
  await sql`insert into vault_entry (envelope_id, owner_id, completed_at, title, title_key, parties, party_key, size, stage, is_held, origin, kind, currency)
    select e.id, e.sender_id, e.completed_at, e.title, lower(substr(e.title, 1, 120)),
      ${parties(sql`recipient r where r.envelope_id = e.id`)},
      lower(coalesce((select trim(r.first_name || ' ' || r.last_name) from recipient r where r.envelope_id = e.id order by case r.side when 'other' then 0 else 1 end, r.routing_order, r.position limit 1), '')),
      coalesce((select sum(v.size) from revision v join document d on d.id = v.document_id where d.envelope_id = e.id
        and v.number = (select max(n.number) from revision n where n.document_id = v.document_id)), 0),
      case (select a.kind from annulment a where a.envelope_id = e.id order by a.number desc limit 1) when 'annulled' then 'annulled' else 'in-force' end,
      case when exists (select 1 from legal_hold h where h.envelope_id = e.id and h.lifted_at is null) then 1 else 0 end,
      'issued', '', ''
    from envelope e where e.status = 'completed' order by e.completed_at, e.id`.execute(db)
  await sql`insert into vault_person (user_id, completed_at, seq)
    select v.owner_id, v.completed_at, v.seq from vault_entry v
    union select r.user_id, v.completed_at, v.seq from vault_entry v join recipient r on r.envelope_id = v.envelope_id where r.user_id is not null`.execute(
    db,
  )
  if (onSqlite(db))
    await sql`insert into vault_text (rowid, keys, heading, parties, body)
      select v.seq,
        (select group_concat('u' || replace(p.user_id, '_', ''), ' ') from vault_person p where p.seq = v.seq),
        v.title || ' ' || coalesce((select group_concat(d.title || ' ' || d.file_name || ' ' || d.document_id || ' ' || replace(d.document_id, '-', ''), ' ') from document d where d.envelope_id = v.envelope_id), ''),
        v.parties || ' ' || coalesce((select group_concat(r.email, ' ') from recipient r where r.envelope_id = v.envelope_id and r.email is not null), ''), ''
      from vault_entry v`.execute(db)
}

async function folders(db: Kysely<unknown>): Promise<void> {
  // scope_id: the nearest folder, itself or above, that has rights of its own; null: the owner's rights hold.
  await table(
    db,
    'vault_folder',
    'id *, parent_id ? >vault_folder, name, name_key, scope_id ?, has_own_rights integer, class_id ?, created_at, created_by',
  )
  await sql`create unique index vault_folder_by_place on vault_folder (coalesce(parent_id, ''), name_key)`.execute(db)
  await index(db, 'vault_folder', ['scope_id'])
  await table(db, 'vault_folder_right', 'folder_id >vault_folder, subject_kind, subject_id, right', [
    'folder_id',
    'subject_kind',
    'subject_id',
  ])
}

async function keeping(db: Kysely<unknown>): Promise<void> {
  for (const column of ['lift_asked_at', 'lift_asked_by', 'lift_asked_reason'])
    await db.schema.alterTable('legal_hold').addColumn(column, 'text').execute()
  await table(db, 'retention_class', 'id *, name, years integer ?, until ?, action, is_default integer, created_at, removed_at ?')
  // By the kind of the document; folders name their class themselves.
  await table(db, 'retention_rule', 'kind *, class_id >retention_class')
  await table(
    db,
    'disposal',
    `id *, reason, asked_by, asked_at, decision ?, decided_by ?, decided_at ?, decision_reason ?, done_at ?, certificate_digest ?,
    certificate_document_id ?`,
  )
  await table(db, 'disposal_entry', 'disposal_id >disposal, envelope_id >envelope, disposed_at ?, kept_because ?', [
    'disposal_id',
    'envelope_id',
  ])
  await index(db, 'disposal_entry', ['envelope_id'])
  // What may still be said of a document whose bytes are gone.
  await table(
    db,
    'disposed_document',
    `id *, envelope_id >envelope, disposal_id >disposal, document_id unique, issuer, title, original_digest, digest, size integer, pages integer,
    prepared_at, completed_at, disposed_at, was_issued integer`,
  )
  await table(db, 'disposed_revision', 'document_id >disposed_document, number integer, kind, digest', ['document_id', 'number'])
  await index(db, 'disposed_revision', ['digest'])
}
