import { type ColumnDataType, type CreateTableBuilder, type Kysely, sql, SqliteAdapter } from 'kysely'

type Columns = CreateTableBuilder<string, never>
type Row = Record<string, string | number | null>

/** The directory as a register: keys to sort and search by, imports and merges that can be taken back, rights of stamps, numbers and their series. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const integer: ColumnDataType = sqlite ? 'integer' : 'bigint'
  const bytes: ColumnDataType = sqlite ? 'blob' : 'bytea'
  const table = (name: string, build: (table: Columns) => Columns) => {
    const builder = build(db.schema.createTable(name) as unknown as Columns)
    return (sqlite ? builder.modifyEnd(sql`strict`) : builder).execute()
  }
  const text = (builder: Columns, ...names: string[]): Columns =>
    names.reduce((made, name) => {
      const column = name.replace('?', '')
      return made.addColumn(column as never, 'text', (one) => (name.endsWith('?') ? one : one.notNull())) as Columns
    }, builder)

  for (const column of ['name_key', 'company_key', 'search_text', 'company_details'])
    await db.schema
      .alterTable('contact')
      .addColumn(column, 'text', (one) => one.notNull().defaultTo(''))
      .execute()
  await db.schema.alterTable('contact').addColumn('merged_into', 'text').execute()
  await fillKeys(db)
  for (const columns of [
    ['name_key', 'id'],
    ['company_key', 'name_key', 'id'],
    ['updated_at', 'id'],
    ['merged_into'],
    ['email'],
    ['phone'],
  ])
    await db.schema
      .createIndex(`contact_by_${columns.join('_')}`)
      .on('contact')
      .columns(columns)
      .execute()
  await db.schema.createIndex('recipient_by_contact_id').on('recipient').column('contact_id').execute()

  await table('contact_import', (made) =>
    text(made, 'user_id', 'file_name', 'format', 'choices', 'created_at', 'imported_at?', 'undone_at?')
      .addColumn('id' as never, 'text', (one) => one.primaryKey().notNull())
      .addColumn('content' as never, bytes)
      .addColumn('added' as never, integer, (one) => one.notNull().defaultTo(0))
      .addColumn('updated' as never, integer, (one) => one.notNull().defaultTo(0))
      .addColumn('skipped' as never, integer, (one) => one.notNull().defaultTo(0)),
  )
  await db.schema.createIndex('contact_import_by_user_id').on('contact_import').columns(['user_id', 'created_at']).execute()
  await table('contact_import_row', (made) =>
    text(made, 'import_id', 'contact_id', 'kind', 'before?').addPrimaryKeyConstraint('contact_import_row_key', [
      'import_id',
      'contact_id',
    ] as never[]),
  )
  await db.schema.createIndex('contact_import_row_by_contact_id').on('contact_import_row').column('contact_id').execute()
  await table('contact_merge', (made) =>
    text(made, 'kept_id', 'merged_id', 'before', 'user_id', 'at', 'undone_at?').addColumn('id' as never, 'text', (one) =>
      one.primaryKey().notNull(),
    ),
  )
  await db.schema.createIndex('contact_merge_by_kept_id').on('contact_merge').column('kept_id').execute()
  await db.schema.createIndex('contact_merge_by_merged_id').on('contact_merge').column('merged_id').execute()
  /** Two that were said not to be the same person. */
  await table('contact_distinct', (made) =>
    text(made, 'first_id', 'second_id', 'user_id', 'at').addPrimaryKeyConstraint('contact_distinct_key', [
      'first_id',
      'second_id',
    ] as never[]),
  )

  await db.schema
    .alterTable('stamp')
    .addColumn('for_everyone', integer, (one) => one.notNull().defaultTo(1))
    .execute()
  await table('stamp_grant', (made) =>
    text(made, 'stamp_id', 'kind', 'subject_id').addPrimaryKeyConstraint('stamp_grant_key', ['stamp_id', 'kind', 'subject_id'] as never[]),
  )

  await db.schema
    .alterTable('numbering_series')
    .addColumn('is_default', integer, (one) => one.notNull().defaultTo(1))
    .execute()
  await db.schema.alterTable('numbering_series').addColumn('removed_at', 'text').execute()
  await db.schema.alterTable('field').addColumn('series_id', 'text').execute()
  await table('issued_number', (made) =>
    text(made, 'series_id', 'value', 'at')
      .addColumn('year' as never, integer, (one) => one.notNull())
      .addColumn('number' as never, integer, (one) => one.notNull())
      .addColumn('envelope_id' as never, 'text')
      .addPrimaryKeyConstraint('issued_number_key', ['series_id', 'year', 'number'] as never[]),
  )
  await db.schema.createIndex('issued_number_by_envelope_id').on('issued_number').column('envelope_id').execute()
  await recordNumbers(db)
  await separateBanks(db)
}

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .replaceAll('đ', 'd')
    .replace(/\s+/g, ' ')
    .trim()

async function fillKeys(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<Row>`select id, first_name, last_name, company, email, phone, job_title from contact`.execute(db)
  for (const row of rows) {
    const all = ['first_name', 'last_name', 'company', 'job_title', 'email', 'phone'].map((name) => row[name] ?? '').join(' ')
    await sql`update contact set name_key = ${fold(`${row['last_name']} ${row['first_name']}`)}, company_key = ${fold(String(row['company']))},
      search_text = ${fold(all)} where id = ${row['id']}`.execute(db)
  }
}

/** Every number that was given so far, with its envelope; they were all `year-0001` of one series a company. */
async function recordNumbers(db: Kysely<unknown>): Promise<void> {
  const { rows } =
    await sql<Row>`select distinct envelope.id as envelope, envelope.updated_at as at, field.value as value, series.id as series
    from field join document on document.id = field.document_id join envelope on envelope.id = document.envelope_id
    join numbering_series as series on series.legal_entity_id = envelope.legal_entity_id
    where field.kind = 'number' and field.value <> ''`.execute(db)
  for (const { envelope, at, value, series } of rows) {
    const [, year, number] = /^(\d{4})-(\d+)$/.exec(String(value)) ?? []
    if (!number) continue
    await sql`insert into issued_number (series_id, year, number, envelope_id, value, at)
      values (${series}, ${Number(year)}, ${Number(number)}, ${envelope}, ${value}, ${at}) on conflict do nothing`.execute(db)
  }
}

/** The bank was one text; now it has a name, an IBAN and a BIC. What was typed stays as the name. */
async function separateBanks(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ id: string; details: string }>`select id, details from legal_entity`.execute(db)
  for (const { id, details } of rows) {
    const { bank, ...others } = JSON.parse(details) as Record<string, string>
    if (bank === undefined) continue
    const bankName = bank.split('\n').filter(Boolean).join(', ')
    await sql`update legal_entity set details = ${JSON.stringify({ ...others, bankName })} where id = ${id}`.execute(db)
  }
}
