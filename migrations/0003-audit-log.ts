import { type Kysely, sql, SqliteAdapter } from 'kysely'

interface Leaf {
  seq: number
  actor_id: string | null
  entry: string
}

/** Who an event is about, what is kept outside the database, legal holds, witnesses. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = sqlite ? 'integer' : 'bigint'
  const strictly = <T extends { modifyEnd(end: ReturnType<typeof sql>): T }>(builder: T): T =>
    sqlite ? builder.modifyEnd(sql`strict`) : builder

  await strictly(
    db.schema
      .createTable('audit_subject')
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('seq', whole, (column) => column.notNull())
      .addPrimaryKeyConstraint('audit_subject_key', ['subject', 'seq']),
  ).execute()
  await db.schema.createIndex('audit_subject_by_seq').on('audit_subject').columns(['seq', 'subject']).execute()
  await strictly(
    db.schema
      .createTable('legal_hold')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('envelope_id', 'text', (column) => column.notNull().references('envelope.id'))
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('set_at', 'text', (column) => column.notNull())
      .addColumn('set_by', 'text', (column) => column.notNull())
      .addColumn('lifted_at', 'text')
      .addColumn('lifted_by', 'text')
      .addColumn('lift_reason', 'text'),
  ).execute()
  await db.schema
    .createIndex('legal_hold_one_open')
    .unique()
    .on('legal_hold')
    .column('envelope_id')
    .where(sql.ref('lifted_at'), 'is', null)
    .execute()
  await strictly(
    db.schema
      .createTable('witness')
      .addColumn('kind', 'text', (column) => column.primaryKey().notNull())
      .addColumn('size', whole, (column) => column.notNull())
      .addColumn('told_at', 'text')
      .addColumn('failure', 'text')
      .addColumn('failed_at', 'text'),
  ).execute()
  await db.schema.alterTable('checkpoint').addColumn('kept_at', 'text').execute()
  await db.schema.alterTable('audit_clear').addColumn('erased_by', whole).execute()
  await db.schema.createIndex('audit_clear_by_erased_by').on('audit_clear').column('erased_by').execute()
  await db.schema
    .createIndex('audit_clear_by_value')
    .on('audit_clear')
    .columns(['value', 'seq'])
    .where(sql.ref('name'), 'in', sql`('ip', 'email', 'name')`)
    .execute()
  await db.schema.createIndex('audit_leaf_by_type_seq').on('audit_leaf').columns(['type', 'seq']).execute()
  await db.schema.createIndex('audit_leaf_by_at').on('audit_leaf').column('at').execute()
  await fillSubjects(db)
}

/** What was recorded before: whoever acted, and whom the details name. */
async function fillSubjects(db: Kysely<unknown>): Promise<void> {
  for (let after = 0; ;) {
    const { rows } = await sql<Leaf>`select seq, actor_id, entry from audit_leaf where seq > ${after} order by seq limit 2000`.execute(db)
    for (const { seq, actor_id, entry } of rows) {
      const { detail = {} } = JSON.parse(entry) as { detail?: Record<string, unknown> }
      const named = [actor_id, detail['user'], detail['recipient'], detail['contact']].filter((id) => typeof id === 'string')
      for (const subject of new Set(named)) await sql`insert into audit_subject (subject, seq) values (${subject}, ${seq})`.execute(db)
    }
    const last = rows.at(-1)
    if (!last) return
    after = Number(last.seq)
  }
}
