import { type Bytes, LaidAside } from '../base/bytes.ts'
import { type Digest, type Digester, digestOf } from '../base/digest.ts'
import { systemClock } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { chunkBytes, keepChunk, MARKS, sha256 } from './chunks.ts'
import { newDigester } from './digester.ts'

export const CHUNK = 1_048_576

export interface StoredObject {
  readonly digest: Digest
  readonly size: number
}

/** Stored bytes that no longer match their digest: never served as good. */
export class DamagedObject extends Error {
  override name = 'DamagedObject'
}

interface Part {
  readonly chunkDigest: Digest
  readonly size: number
}

/**
 * Writes an object once, chunk by chunk; the row that names it comes last. A crash before that leaves orphan chunks, which are swept.
 * An object that is already there is the same object.
 */
export async function putObject(db: Db, source: Uint8Array | LaidAside | AsyncIterable<Uint8Array>): Promise<StoredObject> {
  const whole = newDigester()
  const parts: Part[] = []
  const pieces = source instanceof Uint8Array ? [source] : source instanceof LaidAside ? source.pieces() : source
  for await (const chunk of chunksOf(pieces)) {
    parts.push(await putChunk(db, chunk, whole))
    // Each is a commit, and a disk may take its time.
    await othersTurn(AT_A_STRETCH - 1)
  }
  return finish(db, whole, parts)
}

/**
 * Writes `base` followed by `tail`. Only the last partial chunk and the tail are new; everything before is shared.
 * `whole` is the running digest of `base`, where the caller has just read it; otherwise base is read here.
 */
export async function appendObject(db: Db, base: Digest, tail: Uint8Array, whole?: Digester): Promise<StoredObject> {
  const running = whole ?? (await digestObject(db, base))
  const parts = await partsOf(db, base)
  const shared = parts.filter((part) => part.size === CHUNK)
  const partial = parts.find((part) => part.size < CHUNK)
  const start = partial ? await readChunk(db, partial) : new Uint8Array()
  running.update(tail)
  const added: Part[] = []
  for await (const chunk of chunksOf([start, tail])) added.push(await putChunk(db, chunk))
  return finish(db, running, [...shared, ...added])
}

/** The object's bytes in order, each chunk compared with its digest, and the whole with the object's. */
export async function* streamObject(db: Db, digest: Digest): AsyncGenerator<Bytes> {
  const whole = newDigester()
  for (const [at, part] of (await partsOf(db, digest)).entries()) {
    const bytes = await readChunk(db, part)
    whole.update(bytes)
    yield bytes
    await othersTurn(at)
  }
  if (digestOf(whole.digest()) !== digest) throw new DamagedObject(`object ${digest} is not what was stored`)
}

/** Bytes from `start` (inclusive) to `end` (exclusive), each chunk compared with its digest. */
export async function* streamRange(db: Db, digest: Digest, start: number, end: number): AsyncGenerator<Bytes> {
  let at = 0
  for (const part of await partsOf(db, digest)) {
    const next = at + part.size
    if (next > start && at < end) yield (await readChunk(db, part)).subarray(Math.max(0, start - at), Math.min(part.size, end - at))
    at = next
  }
}

/** The object for whoever reads it in pieces: it is never held whole. */
export async function laidAside(db: Db, digest: Digest): Promise<LaidAside> {
  const object = await findObject(db, digest)
  if (!object) throw new DamagedObject(`object ${digest} is missing`)
  return new LaidAside(object.size, () => streamObject(db, digest))
}

/** Reading and writing chunks is work of the one thread that everybody shares: after a few of them the others have their turn. */
const AT_A_STRETCH = 4
const othersTurn = (at: number): Promise<void> | undefined =>
  at % AT_A_STRETCH === AT_A_STRETCH - 1 ? new Promise((resolve) => setImmediate(resolve)) : undefined

export async function readObject(db: Db, digest: Digest): Promise<Bytes> {
  // Held once: a large object is never there twice, in pieces and as a whole.
  const whole = new Uint8Array((await findObject(db, digest))?.size ?? 0)
  let at = 0
  for await (const piece of streamObject(db, digest)) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** The running digest of everything in the object. Hashed once: where a chunk is wrong, so is the whole, and nothing is given out. */
export async function digestObject(db: Db, digest: Digest): Promise<Digester> {
  const whole = newDigester()
  for (const [at, part] of (await partsOf(db, digest)).entries()) {
    whole.update(await storedChunk(db, part))
    await othersTurn(at)
  }
  if (digestOf(whole.copy().digest()) !== digest) throw new DamagedObject(`object ${digest} is not what was stored`)
  return whole
}

export async function findObject(db: Db, digest: Digest): Promise<StoredObject | null> {
  return (await db.selectFrom('object').select(['digest', 'size']).where('digest', '=', digest).executeTakeFirst()) ?? null
}

async function partsOf(db: Db, digest: Digest): Promise<readonly Part[]> {
  if (!(await findObject(db, digest))) throw new DamagedObject(`object ${digest} is missing`)
  return db.selectFrom('objectPart').select(['chunkDigest', 'size']).where('objectDigest', '=', digest).orderBy('position').execute()
}

async function readChunk(db: Db, part: Part): Promise<Bytes> {
  const bytes = await storedChunk(db, part)
  if (sha256(bytes) !== part.chunkDigest) throw new DamagedObject(`chunk ${part.chunkDigest} is not what was stored`)
  return bytes
}

/** As it is kept, not yet compared with its digest. */
async function storedChunk(db: Db, part: Part): Promise<Bytes> {
  const bytes = await chunkBytes(db, part.chunkDigest)
  if (bytes?.length !== part.size) throw new DamagedObject(`chunk ${part.chunkDigest} is not what was stored`)
  return bytes
}

async function putChunk(db: Db, bytes: Bytes, whole?: Digester): Promise<Part> {
  whole?.update(bytes)
  const chunkDigest = sha256(bytes)
  await keepChunk(db, chunkDigest, bytes)
  return { chunkDigest, size: bytes.length }
}

async function finish(db: Db, whole: Digester, parts: readonly Part[]): Promise<StoredObject> {
  const digest = digestOf(whole.digest())
  const size = parts.reduce((total, part) => total + part.size, 0)
  const rows = parts.map((part, position) => ({ objectDigest: digest, position, ...part }))
  const write = async (tx: Db): Promise<void> => {
    for (let at = 0; at < rows.length; at += 500)
      await tx
        .insertInto('objectPart')
        .values(rows.slice(at, at + 500))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    await refuseMissingChunks(tx, parts)
    // Stored again is stored now: an object that nothing names yet is swept by its age.
    const createdAt = systemClock()
    await tx
      .insertInto('object')
      .values({ digest, size, createdAt })
      .onConflict((conflict) => conflict.column('digest').doUpdateSet({ createdAt }))
      .execute()
  }
  if (db.isTransaction) await write(db)
  else await db.transaction().execute(write)
  return { digest, size }
}

/** A chunk that stood there already may have been swept since it was found: then nothing is stored, and the caller tries again. */
async function refuseMissingChunks(db: Db, parts: readonly Part[]): Promise<void> {
  const digests = [...new Set(parts.map(({ chunkDigest }) => chunkDigest))]
  for (let at = 0; at < digests.length; at += 500) {
    const some = digests.slice(at, at + 500)
    const rows = await db.selectFrom('chunk').select('digest').where('digest', 'in', some).where('bytes', 'not in', MARKS).execute()
    if (rows.length !== some.length) throw new DamagedObject('a chunk went while its object was being stored')
  }
}

/** The same bytes in pieces of CHUNK, the last one shorter; copies, because a source may use its buffer again. */
async function* chunksOf(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Bytes> {
  let chunk = new Uint8Array(CHUNK)
  let filled = 0
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      const take = Math.min(CHUNK - filled, piece.length - at)
      chunk.set(piece.subarray(at, at + take), filled)
      filled += take
      at += take
      if (filled === CHUNK) {
        yield chunk
        chunk = new Uint8Array(CHUNK)
        filled = 0
      }
    }
  }
  if (filled) yield chunk.slice(0, filled)
}
