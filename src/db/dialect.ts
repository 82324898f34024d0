import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely'

/** Whether it is PostgreSQL, where the few statements that no builder can write for both databases part. */
export const isPostgres = (db: Pick<Kysely<never>, 'getExecutor'>): boolean => db.getExecutor().adapter instanceof PostgresAdapter

/** The texts as rows of one column, `value`; one parameter, however many they are. */
export type Rows = (texts: readonly string[]) => RawBuilder<unknown>

export const rowsIn = (db: Parameters<typeof isPostgres>[0]): Rows =>
  isPostgres(db)
    ? (texts) => sql`(select value from jsonb_array_elements_text(cast(cast(${JSON.stringify(texts)} as text) as jsonb)) as texts (value))`
    : (texts) => sql`(select value from json_each(${JSON.stringify(texts)}))`
