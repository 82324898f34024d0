import type { Kysely } from 'kysely'

/** What in the file a field stands for: a text tag or a field of the form with which it arrived. Empty where it is nothing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('field')
    .addColumn('origin', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
}
