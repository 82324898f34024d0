import { Database as Sqlite } from 'bun:sqlite'
import { CamelCasePlugin, Kysely, type Transaction } from 'kysely'
import type { Database } from './database.ts'
import { runInside } from './guard.ts'
import { mayRepeat } from './postgres-failure.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

/** Reads accept a Db, and therefore a Tx. A function that writes for its caller asks for a Tx. */
export type Db = Kysely<Database>
export type Tx = Transaction<Database>

const PRAGMAS = [
  'busy_timeout = 5000',
  'journal_mode = wal',
  'synchronous = full', // an acknowledged signature survives a power cut
  'foreign_keys = on',
  'trusted_schema = off',
  'cell_size_check = on',
  'secure_delete = on', // a spent code or an erased name leaves no trace in freed pages
]

/** Opens the file of data (or `:memory:`), creating it where it is missing. */
export function openDb(path: string): Db {
  const sqlite = new Sqlite(path, { create: true, strict: true })
  const version = sqlite.query<{ version: string }, []>('select sqlite_version() as version').get()?.version ?? '0'
  if (Bun.semver.order(version, '3.51.3') < 0) throw new Error(`SQLite ${version} may lose pages between two connections; 3.51.3 is needed`)
  for (const pragma of PRAGMAS) sqlite.run(`pragma ${pragma}`)
  const db = new Kysely<Database>({ dialect: sqliteDialect(sqlite), plugins: [new CamelCasePlugin()] })
  return guarded(db)
}

const TRIES = 5

/** Makes every transaction's callback run where the guard sees it, and again where the database asks for it. */
export function guarded(db: Db): Db {
  const begin = db.transaction.bind(db)
  db.transaction = () => {
    const builder = begin()
    const execute = builder.execute.bind(builder)
    builder.execute = async (work) => {
      for (let left = TRIES; ; left--)
        try {
          return await execute((tx) => runInside(() => work(tx)))
        } catch (error) {
          if (left === 0 || !mayRepeat(error)) throw error
        }
    }
    return builder
  }
  return db
}
