import type { Clock } from './base/instant.ts'
import type { Config } from './config/config.ts'
import type { SecretKey } from './config/secret-key.ts'
import type { Db } from './db/open.ts'

/** What lives as long as the process. Doors take it apart; a room is given only the parts that it needs. */
export interface House {
  readonly config: Config
  readonly db: Db
  readonly clock: Clock
  readonly secretKey: SecretKey
  /** The authority's unlocked keys; see `authority`. */
  readonly keys: import('./authority/key-store.ts').KeyStore
  /** Tells the worker that there is something to do. */
  readonly wake: () => void
}
