import postgres, { type Sql } from 'postgres'
import { Refusal } from '../base/refusal.ts'

/** Milliseconds. A statement that takes longer, a wait for one's turn, a node that fell silent in the middle of a transaction. */
const LIMITS = { statement_timeout: 60_000, lock_timeout: 30_000, idle_in_transaction_session_timeout: 60_000 }
/** Seconds for a connection to be made; milliseconds until one is free, and after which it is made anew. */
const CONNECTING = 10
const WAITING = 30_000
const LIFE = 3_600_000

/** One connection, made at its first statement and made again where it was lost. */
export interface Client {
  readonly sql: Sql
  readonly madeAt: number
  /** How often it was lost: a transaction that began before is over. */
  losses: number
}

/** The connections of this node. The driver's own pool is not used: whom it could not connect stays in its line, and takes a later connection with it. */
export class Pool {
  readonly #url: string
  readonly #size: number
  readonly #free: Client[] = []
  readonly #waiting: ((client: Client) => void)[] = []
  #count = 0
  #isClosed = false

  /** Throws a TypeError where the address cannot be read. */
  constructor(url: string, size: number) {
    this.#url = url
    this.#size = size
    this.#free.push(this.#made())
  }

  async take(): Promise<Client> {
    if (this.#isClosed) throw new Refusal('unavailable', 'database.away')
    const free = this.#free.pop() ?? (this.#count < this.#size ? this.#made() : null)
    return free ?? this.#turn()
  }

  giveBack(client: Client): void {
    const isOld = performance.now() - client.madeAt > LIFE
    if (isOld || this.#isClosed) {
      this.#count--
      void client.sql.end({ timeout: 5 }).catch(() => {})
    }
    if (this.#isClosed) return
    const next = this.#waiting.shift()
    if (next) next(isOld ? this.#made() : client)
    else if (!isOld) this.#free.push(client)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#free.splice(0).map(({ sql }) => sql.end({ timeout: 5 })))
  }

  #turn(): Promise<Client> {
    const { promise, resolve, reject } = Promise.withResolvers<Client>()
    const give = (client: Client): void => {
      clearTimeout(alarm)
      resolve(client)
    }
    const alarm = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(give), 1)
      reject(new Refusal('unavailable', 'database.busy'))
    }, WAITING)
    this.#waiting.push(give)
    return promise
  }

  #made(): Client {
    this.#count++
    const client = { sql: connectionTo(this.#url, () => client.losses++), madeAt: performance.now(), losses: 0 }
    return client
  }
}

const byNumber = (oid: number) => ({ to: oid, from: [oid], serialize: String, parse: Number })

/** Values as SQLite gives them: numbers for all numbers, 1 and 0 for yes and no, plain bytes. */
export const connectionTo = (url: string, onLoss: () => void = () => {}): Sql =>
  postgres(url, {
    max: 1,
    connect_timeout: CONNECTING,
    // Either would end a connection in the middle of a transaction.
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    // Whoever asks is told at once, and asks again.
    backoff: () => 0.1,
    onclose: onLoss,
    onnotice: () => {},
    connection: { application_name: 'paraphe', ...LIMITS, client_min_messages: 'warning', TimeZone: 'UTC' },
    types: {
      whole: byNumber(20),
      exact: byNumber(1700),
      yes: { to: 16, from: [16], serialize: (value: unknown) => (value ? 't' : 'f'), parse: (text: string) => (text === 't' ? 1 : 0) },
      bytes: {
        to: 17,
        from: [17],
        serialize: (value: Uint8Array) => `\\x${value.toHex()}`,
        parse: (text: string) => Uint8Array.fromHex(text.slice(2)),
      },
    },
  }) as unknown as Sql
