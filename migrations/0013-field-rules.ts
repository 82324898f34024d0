import type { Kysely } from 'kysely'

/** What a field asks of what is entered, when it is asked and what it is worked out from: JSON, `{}` where it is nothing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('field')
    .addColumn('rules', 'text', (column) => column.notNull().defaultTo('{}'))
    .execute()
}
