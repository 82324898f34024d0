import type { DialectAdapter } from 'kysely'
import type { Bytes } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'

/**
 * Where chunks are kept outside the database. A chunk's row then has no bytes: it says that the place holds them. Both stand side by side while an
 * installation is carried from one to the other. Every verb throws a Refusal where the place does not answer.
 */
export interface ChunkPlace {
  /** Null where it is not there. Not yet compared with its digest. */
  get(digest: Digest): Promise<Bytes | null>
  /** Written once: what is there already and is right stays. True: it is kept. False: somebody took it away meanwhile. */
  put(digest: Digest, bytes: Bytes): Promise<boolean>
  delete(digest: Digest): Promise<void>
  /** Everything that is kept, with when it was last written. */
  list(): AsyncGenerator<{ readonly digest: Digest; readonly at: Instant }>
  /** Writes, reads and takes away something of its own. */
  probe(): Promise<void>
}

// A transaction has the adapter of its database, so whoever is handed either finds the same place.
const places = new WeakMap<DialectAdapter, ChunkPlace>()

/** From now on, new chunks of this database are kept there. */
export const keepChunksIn = (db: Db, place: ChunkPlace): void => void places.set(db.getExecutor().adapter, place)

/** Null: the database itself. */
export const placeOf = (db: Db): ChunkPlace | null => places.get(db.getExecutor().adapter) ?? null
