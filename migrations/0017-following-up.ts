import { type ColumnDataType, type Kysely, sql, SqliteAdapter } from 'kysely'

type Columns = Readonly<Record<string, readonly [type: ColumnDataType | ReturnType<typeof sql>, isNeeded: boolean]>>

/** Handing over, the next reminder, drawing on a phone, what a sender is told and how, and what the figures of the start page are counted from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const whole = sqlite ? 'integer' : 'bigint'
  const make = async (name: string, columns: Columns, key: readonly string[]): Promise<void> => {
    let builder = db.schema.createTable(name)
    for (const [column, [type, isNeeded]] of Object.entries(columns))
      builder = builder.addColumn(column, type, (made) => (isNeeded ? made.notNull() : made))
    builder = builder.addPrimaryKeyConstraint(`${name}_key`, key as never[])
    await (sqlite ? builder.modifyEnd(sql`strict`) : builder).execute()
  }
  const needed = ['text', true] as const
  const optional = ['text', false] as const

  await db.schema
    .alterTable('envelope')
    .addColumn('delegation', 'text', (column) => column.notNull().defaultTo('nobody'))
    .execute()
  await db.schema.alterTable('recipient').addColumn('remind_at', 'text').execute()
  await db.schema
    .createIndex('recipient_by_remind_at')
    .on('recipient')
    .column('remind_at')
    .where(sql.ref('remind_at'), 'is not', null)
    .execute()
  // The next round looks up when whoever is under way is really due.
  await sql`update recipient set remind_at = '2000-01-01T00:00:00.000Z' where status = 'invited'`.execute(db)
  await db.schema.createIndex('message_by_recipient_id_kind').on('message').columns(['recipient_id', 'kind']).execute()

  await make(
    'phone_pad',
    {
      id: needed,
      session_id: needed,
      recipient_id: needed,
      kind: needed,
      secret_hash: needed,
      device_hash: optional,
      object_digest: optional,
      sent: [whole, true],
      created_at: needed,
      expires_at: needed,
      opened_at: optional,
      sent_at: optional,
      ended_at: optional,
    },
    ['id'],
  )
  await db.schema.createIndex('phone_pad_by_recipient_id').on('phone_pad').columns(['recipient_id', 'created_at']).execute()

  await make(
    'notification',
    {
      id: needed,
      user_id: needed,
      kind: needed,
      key: needed,
      envelope_id: optional,
      recipient_id: optional,
      params: needed,
      mailing: needed,
      digest_id: optional,
      created_at: needed,
      read_at: optional,
    },
    ['id'],
  )
  await db.schema.createIndex('notification_once').unique().on('notification').columns(['user_id', 'key']).execute()
  await db.schema.createIndex('notification_by_user_id_created_at').on('notification').columns(['user_id', 'created_at', 'id']).execute()
  await db.schema.createIndex('notification_unread').on('notification').column('user_id').where(sql.ref('read_at'), 'is', null).execute()
  await db.schema
    .createIndex('notification_for_digest')
    .on('notification')
    .columns(['mailing', 'created_at'])
    .where(sql.ref('digest_id'), 'is', null)
    .execute()
  await db.schema.createIndex('notification_by_digest_id').on('notification').column('digest_id').execute()
  await make('notification_choice', { user_id: needed, kind: needed, mailing: needed }, ['user_id', 'kind'])

  // Lists and figures of the start page are walks through these alone, whoever reads.
  for (const columns of [
    ['dispatched_at', 'sender_id', 'responsible_id', 'is_public'],
    ['completed_at', 'sender_id', 'responsible_id', 'is_public', 'dispatched_at'],
    ['ended_at', 'status', 'sender_id', 'responsible_id', 'is_public'],
    ['status', 'deadline', 'sender_id', 'responsible_id', 'is_public'],
    ['status', 'dispatched_at', 'sender_id', 'responsible_id', 'is_public'],
  ])
    await db.schema
      .createIndex(`envelope_by_${columns.slice(0, 2).join('_')}`)
      .on('envelope')
      .columns(columns)
      .execute()
}
