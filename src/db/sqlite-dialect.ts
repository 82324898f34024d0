import type { Database as Sqlite, SQLQueryBindings, Statement } from 'bun:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { failpoint } from '../base/failpoint.ts'
import { refuseInside } from './guard.ts'

/** Kysely on bun:sqlite: one connection, transactions that take the write lock at once, statements prepared once. */
export const sqliteDialect = (sqlite: Sqlite): Dialect => ({
  createAdapter: () => new Adapter(),
  createDriver: () => new SqliteDriver(sqlite),
  createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
})

class Adapter extends SqliteAdapter {
  // The driver's own waiting line takes the place of Kysely's, which asks no guard and would wait for ever.
  override get supportsMultipleConnections(): boolean {
    return true
  }
  // SQLite rolls a schema back like any other change: what is migrated is migrated whole, or not at all.
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection
  #turn: Promise<void> = Promise.resolve()
  #pass: () => void = () => {}
  readonly #sqlite: Sqlite
  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
    this.#connection = new SqliteConnection(sqlite)
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    refuseInside()
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    await before
    this.#pass = resolve
    return this.#connection
  }
  // Deferred transactions that turn into writers fail with SQLITE_BUSY whatever the time-out: take the write lock at once.
  beginTransaction = async (): Promise<void> => void this.#sqlite.run('begin immediate')
  commitTransaction = async (): Promise<void> => void this.#sqlite.run('commit')
  async rollbackTransaction(): Promise<void> {
    // A full disk makes SQLite roll back by itself; a second rollback would hide the first error.
    if (this.#sqlite.inTransaction) this.#sqlite.run('rollback')
  }
  savepoint = async (_: DatabaseConnection, name: string): Promise<void> => void this.#sqlite.run(`savepoint "${name}"`)
  rollbackToSavepoint = async (_: DatabaseConnection, name: string): Promise<void> => void this.#sqlite.run(`rollback to "${name}"`)
  releaseSavepoint = async (_: DatabaseConnection, name: string): Promise<void> => void this.#sqlite.run(`release "${name}"`)
  async releaseConnection(): Promise<void> {
    this.#pass()
  }
  async destroy(): Promise<void> {
    this.#sqlite.close()
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #sqlite: Sqlite
  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    failpoint('database.statement')
    const statement = this.#prepare(query.sql)
    const parameters = query.parameters as SQLQueryBindings[]
    if (statement.columnNames.length > 0) return { rows: statement.all(...parameters) as R[] }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    for (const row of this.#prepare(query.sql).iterate(...(query.parameters as SQLQueryBindings[]))) yield { rows: [row as R] }
  }
  /** bun:sqlite keeps what `query` prepares; statements of changing shape (long IN lists, migrations) are not kept. */
  #prepare(text: string): Statement {
    return text.length < 2_000 ? this.#sqlite.query(text) : this.#sqlite.prepare(text)
  }
}
