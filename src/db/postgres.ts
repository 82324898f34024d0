import { CamelCasePlugin, HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression, sql } from 'kysely'
import type { Database } from './database.ts'
import { type Db, guarded } from './open.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { Pool } from './postgres-pool.ts'

/** The oldest that is tested. */
const OLDEST = 150_000
const CONNECTIONS = 10
/** `in ()` is no SQL there. */
const NO_EMPTY_LISTS = new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })

/** Opens no connection yet: each is made when it is asked for. `connections`: of this node at the most. */
export function openPostgres(url: string, connections = CONNECTIONS): Db {
  return guarded(
    new Kysely<Database>({ dialect: postgresDialect(new Pool(url, connections)), plugins: [new CamelCasePlugin(), NO_EMPTY_LISTS] }),
  )
}

/** A database in which nothing of this house can be kept. */
export class UnfitDatabase extends Error {
  override name = 'UnfitDatabase'
}

/** A clear sentence where the server is too old or keeps its texts in another encoding. */
export async function refuseUnfit(db: Db): Promise<void> {
  const { rows } = await sql<{ version: string; encoding: string }>`select current_setting('server_version_num') as version,
    current_setting('server_encoding') as encoding`.execute(db)
  const [{ version, encoding } = { version: '0', encoding: '' }] = rows
  if (Number(version) < OLDEST) throw new UnfitDatabase('PARAPHE_DATABASE_URL: PostgreSQL 15 or later is needed')
  if (encoding !== 'UTF8') throw new UnfitDatabase(`PARAPHE_DATABASE_URL: the database keeps texts in ${encoding}; make one in UTF8`)
}
