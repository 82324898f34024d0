import { type ColumnDataType, type Kysely, sql, SqliteAdapter } from 'kysely'

/** Stages, cards, triggers and rules of the board; who is responsible for an envelope; notes; saved views. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole: ColumnDataType = sqlite ? 'integer' : 'bigint'
  /** Columns as words: text unless a number (`#`); `?` may be null; `*` is the primary key; `>table` goes with that table's row. */
  const table = async (name: string, columns: string, unique?: readonly string[]): Promise<void> => {
    let builder = db.schema.createTable(name)
    for (const column of columns.trim().split(/\s*,\s*/)) {
      const [named = '', ...marks] = column.split(/\s+/)
      const refers = marks.find((mark) => mark.startsWith('>'))?.slice(1)
      builder = builder.addColumn(named, marks.includes('#') ? whole : 'text', (made) => {
        let definition = marks.includes('?') ? made : made.notNull()
        if (marks.includes('*')) definition = definition.primaryKey()
        if (refers) definition = definition.references(`${refers}.id`).onDelete('cascade')
        return definition
      })
    }
    if (unique) builder = builder.addUniqueConstraint(`${name}_once`, [...unique] as never[])
    if (sqlite) builder = builder.modifyEnd(sql`strict`)
    await builder.execute()
  }
  const index = (on: string, ...columns: string[]) =>
    db.schema
      .createIndex(`${on}_by_${columns.join('_')}`)
      .on(on)
      .columns(columns)
      .execute()

  await db.schema.alterTable('envelope').addColumn('responsible_id', 'text').execute()
  await index('envelope', 'responsible_id')
  await table('stage', 'id *, kind ?, names, colour, icon, position #, hidden_at ?, created_at, removed_at ?')
  await table('board_trigger', 'id *, event, label, value, stage_id >stage, created_at')
  await table('board_state', 'id *, seq #, changes #')
  await table('board_card', 'envelope_id * >envelope, stage_id >stage, entry #, entries #, entered_at, change #')
  await index('board_card', 'stage_id', 'entered_at', 'envelope_id')
  await index('board_card', 'change')
  await table(
    'card_move',
    'id *, envelope_id >envelope, from_stage, from_entry #, from_entered_at, to_stage, to_entry #, at, by_kind, by_id, undone_at ?',
  )
  await index('card_move', 'envelope_id', 'to_entry')
  await table(
    'board_rule',
    `id *, stage_id >stage, position #, switched_off_at ?, wait #, unit, stays #, conditions, action, created_at, updated_at,
    removed_at ?`,
  )
  await index('board_rule', 'stage_id', 'position')
  await table(
    'rule_run',
    `id *, rule_id >board_rule, envelope_id >envelope, stage_id, entry #, chain, status, reason, detail, created_at, due_at, done_at ?`,
    ['rule_id', 'envelope_id', 'entry'],
  )
  await index('rule_run', 'envelope_id', 'status')
  await index('rule_run', 'created_at', 'id')
  await table('webhook_target', 'id *, name, url, sealed_secret, created_at, removed_at ?')
  await table('envelope_note', 'id *, envelope_id >envelope, user_id ?, rule_id ?, text, at')
  await index('envelope_note', 'envelope_id', 'at')
  await table('saved_view', 'id *, user_id >user, name, surface, query, is_default #, position #, created_at')
  await index('saved_view', 'user_id', 'position')

  for (const [at, [kind, colour, icon]] of BUILT_IN.entries()) {
    const row = { id: `stg_${kind}`, kind, names: '{}', colour, icon, position: at, hidden_at: null, created_at: BEGINNING }
    await sql`insert into stage (id, kind, names, colour, icon, position, hidden_at, created_at)
      values (${row.id}, ${row.kind}, ${row.names}, ${row.colour}, ${row.icon}, ${row.position}, ${row.hidden_at}, ${row.created_at})`.execute(
      db,
    )
  }
  for (const [event, stage] of Object.entries(TRIGGERS))
    await sql`insert into board_trigger (id, event, label, value, stage_id, created_at)
      values (${`trg_${event}`}, ${event}, ${''}, ${''}, ${`stg_${stage}`}, ${BEGINNING})`.execute(db)
  // What was here before the board stands where it is; its past sets nothing off.
  await sql`insert into board_card (envelope_id, stage_id, entry, entries, entered_at, change)
    select id, case when status in ('draft', 'sending') then 'stg_draft' when status in ('completed', 'declined', 'voided', 'expired')
      then 'stg_' || status
      when exists (select 1 from recipient where envelope_id = envelope.id and side = 'other' and role <> 'copy')
        and not exists (select 1 from recipient where envelope_id = envelope.id and side = 'other' and role <> 'copy' and status <> 'signed')
        then 'stg_other-signed'
      when exists (select 1 from recipient where envelope_id = envelope.id and side = 'company' and role <> 'copy')
        and not exists (select 1 from recipient where envelope_id = envelope.id and side = 'company' and role <> 'copy' and status <> 'signed')
        then 'stg_company-signed'
      else 'stg_sent' end, 1, 1, updated_at, 0 from envelope`.execute(db)
  await sql`insert into board_state (id, seq, changes) select 'board', coalesce(max(seq), 0), 0 from audit_leaf`.execute(db)
}

const BEGINNING = '1970-01-01T00:00:00.000Z'

const BUILT_IN = [
  ['draft', 'grey', 'pen'],
  ['sent', 'blue', 'mail'],
  ['company-signed', 'violet', 'building'],
  ['other-signed', 'teal', 'people'],
  ['completed', 'green', 'seal'],
  ['declined', 'red', 'cross'],
  ['voided', 'grey', 'undo'],
  ['expired', 'amber', 'clock'],
] as const

const TRIGGERS = {
  drafted: 'draft',
  sent: 'sent',
  'company-signed': 'company-signed',
  'other-signed': 'other-signed',
  completed: 'completed',
  declined: 'declined',
  voided: 'voided',
  expired: 'expired',
} as const
