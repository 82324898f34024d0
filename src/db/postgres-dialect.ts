import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type OperationNode,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { Refusal } from '../base/refusal.ts'
import { refuseInside } from './guard.ts'
import { unavailableOr } from './postgres-failure.ts'
import type { Client, Pool } from './postgres-pool.ts'

/** Whoever writes holds it until the end of their transaction, on whichever node. Any number that nobody else takes. */
const WRITER = 8_315_177_001

/**
 * Kysely on postgres.js, with the promise that SQLite keeps by itself: one writer at a time. Every transaction begins by waiting for its turn, and so
 * does a statement that writes outside one. So a room that reads, decides and writes needs no other lock, the log has one writer, and no
 * transaction fails because of another. Reads go beside them.
 */
export const postgresDialect = (pool: Pool): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new PostgresDriver(pool),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

class PostgresDriver implements Driver {
  readonly #pool: Pool
  constructor(pool: Pool) {
    this.#pool = pool
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<Connection> {
    refuseInside()
    return new Connection(await this.#pool.take())
  }
  beginTransaction = (connection: Connection, { accessMode }: TransactionSettings): Promise<void> =>
    connection.begin(accessMode === 'read only' ? 'reader' : 'writer')
  commitTransaction = (connection: Connection): Promise<void> => connection.end('commit')
  rollbackTransaction = (connection: Connection): Promise<void> => connection.end('rollback')
  savepoint = (connection: Connection, name: string): Promise<void> => connection.run(`savepoint "${name}"`)
  rollbackToSavepoint = (connection: Connection, name: string): Promise<void> => connection.run(`rollback to savepoint "${name}"`)
  releaseSavepoint = (connection: Connection, name: string): Promise<void> => connection.run(`release savepoint "${name}"`)
  async releaseConnection(connection: Connection): Promise<void> {
    this.#pool.giveBack(connection.client)
  }
  destroy = (): Promise<void> => this.#pool.close()
}

class Connection implements DatabaseConnection {
  readonly client: Client
  /** In a transaction: how often the connection had been lost when it began. */
  #began: number | null = null
  constructor(client: Client) {
    this.client = client
  }

  async begin(as: 'reader' | 'writer'): Promise<void> {
    // One message, so that nobody is left with half of it.
    await this.run(
      as === 'reader' ? 'begin isolation level repeatable read read only' : `begin; select pg_advisory_xact_lock(${WRITER})`,
    ).catch(async (error: unknown) => {
      await this.run('rollback').catch(() => {})
      throw error
    })
    this.#began = this.client.losses
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    const isLost = this.#isLost()
    if (!isLost || how === 'commit') await this.run(how).finally(() => (this.#began = null))
    this.#began = null
  }

  async run(text: string): Promise<void> {
    await this.#told(() => this.client.sql.unsafe(text))
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#began !== null || !writes(query)) return this.#execute<R>(query)
    await this.begin('writer')
    try {
      const answer = await this.#execute<R>(query)
      await this.end('commit')
      return answer
    } catch (error) {
      if (this.#began !== null) await this.end('rollback').catch(() => {})
      throw error
    }
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize = 100): AsyncIterableIterator<QueryResult<R>> {
    const cursor = this.client.sql.unsafe(query.sql, parametersOf(query)).cursor(chunkSize)
    for await (const rows of cursor) yield { rows: Array.from(rows) as R[] }
  }

  #isLost = (): boolean => this.#began !== null && this.#began !== this.client.losses

  async #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // Statements of changing shape (long IN lists) are not kept.
    const prepare = query.sql.length < 2_000
    const result = await this.#told(() => this.client.sql.unsafe(query.sql, parametersOf(query), { prepare }))
    const { command, count } = result
    return { rows: Array.from(result) as R[], ...(CHANGES.has(command) ? { numAffectedRows: BigInt(count) } : {}) }
  }

  /** A connection that was lost and made again knows nothing of the transaction: nothing more of it is done. */
  async #told<T>(work: () => PromiseLike<T>): Promise<T> {
    if (this.#isLost()) throw new Refusal('unavailable', 'database.away')
    try {
      return await work()
    } catch (error) {
      throw unavailableOr(error)
    }
  }
}

const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

const parametersOf = ({ parameters }: CompiledQuery): never[] => parameters.map(asParameter) as never[]

/** PostgreSQL keeps no U+0000 in a text, and takes no boolean for a number. */
const asParameter = (value: unknown): unknown =>
  typeof value === 'boolean' ? Number(value) : typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : (value ?? null)

const WRITES: ReadonlySet<OperationNode['kind']> = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode', 'MergeQueryNode'])

/** A chunk is named by its digest and never changed: whoever puts it there needs no turn. */
const writes = ({ query, sql }: CompiledQuery): boolean =>
  query.kind === 'RawNode' ? /^\s*(?:insert|update|delete)\b/i.test(sql) : WRITES.has(query.kind) && !sql.startsWith('insert into "chunk"')
