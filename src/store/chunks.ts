import { type Bytes, utf8 } from '../base/bytes.ts'
import type { Digest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { placeOf } from './place.ts'

export const sha256 = (bytes: Uint8Array): Digest => new Bun.CryptoHasher('sha256').update(bytes).digest('hex') as Digest

/** In a row's bytes: the place outside holds them. */
export const OUTSIDE: Bytes = new Uint8Array()
/** In a row's bytes: the place is about to forget them, and whoever brings them again waits. */
const DOOMED = utf8('doomed')
/** In a row's bytes: somebody is about to give them to the place, which forgets none of that name meanwhile. */
const COMING = utf8('coming')
/** What stands in a row that is no chunk, and is not there for anybody. */
export const MARKS: readonly Bytes[] = [DOOMED, COMING]

/** Whether a row holds a mark, and not a chunk whose bytes are just these. */
export const isMark = (digest: Digest, bytes: Uint8Array): boolean =>
  MARKS.some((mark) => Buffer.from(bytes).equals(mark)) && sha256(bytes) !== digest
const isDoomed = (digest: Digest, bytes: Uint8Array): boolean => isMark(digest, bytes) && Buffer.from(bytes).equals(DOOMED)

/** As it stands in the database or outside, not yet compared with its digest. Null where it is not there. */
export async function chunkBytes(db: Db, digest: Digest): Promise<Bytes | null> {
  const row = await db.selectFrom('chunk').select('bytes').where('digest', '=', digest).executeTakeFirst()
  if (!row || isMark(digest, row.bytes)) return null
  return row.bytes.length ? row.bytes : ((await placeOf(db)?.get(digest)) ?? null)
}

const TURNS = 50
const TURN = 100

/**
 * Kept when this returns. A mark first, then the place, then the row that says so: nobody sweeps what is on its way, and a crash leaves a mark
 * that is no chunk, and bytes that are swept.
 */
export async function keepChunk(db: Db, digest: Digest, bytes: Bytes): Promise<void> {
  const place = placeOf(db)
  if (!place) return insert(db, digest, bytes)
  for (let turn = 0; turn < TURNS; turn++) {
    const known = await db.selectFrom('chunk').select('bytes').where('digest', '=', digest).executeTakeFirst()
    if (!known) await insert(db, digest, COMING)
    else if (!isMark(digest, known.bytes)) return
    else if (isDoomed(digest, known.bytes)) await Bun.sleep(TURN)
    else {
      if (!(await place.put(digest, bytes))) continue
      await db.updateTable('chunk').set({ bytes: OUTSIDE }).where('digest', '=', digest).where('bytes', '=', COMING).execute()
    }
  }
  throw new Refusal('unavailable', 'vault.unreachable')
}

const insert = async (db: Db, digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<void> =>
  void (await db
    .insertInto('chunk')
    .values({ digest, bytes })
    .onConflict((conflict) => conflict.doNothing())
    .execute())

/**
 * Takes away what the place holds and no row names, once it is older than `before`. A row is put down first, so that nobody takes what goes for
 * something that is kept; a crash leaves that row, and the next sweep ends it. Answers how many went.
 */
export async function sweepPlace(db: Db, before: string): Promise<number> {
  const place = placeOf(db)
  if (!place) return 0
  let gone = 0
  const forget = async (digest: Digest): Promise<void> => {
    await place.delete(digest)
    await db.deleteFrom('chunk').where('digest', '=', digest).where('bytes', '=', DOOMED).execute()
    gone++
  }
  const left = await db.selectFrom('chunk').select('digest').where('bytes', '=', DOOMED).execute()
  for (const { digest } of left) if (isDoomed(digest, DOOMED)) await forget(digest)
  for await (const { digest, at } of place.list()) {
    if (at >= before) continue
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('chunk')
      .values({ digest, bytes: DOOMED })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    // A mark as old as that is of somebody who died; whoever lives and brings the same bytes sees that it is gone, and begins again.
    const isOurs = numInsertedOrUpdatedRows === 1n || (await takeMark(db, digest))
    if (isOurs) await forget(digest)
  }
  return gone
}

async function takeMark(db: Db, digest: Digest): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('chunk')
    .set({ bytes: DOOMED })
    .where('digest', '=', digest)
    .where('bytes', '=', COMING)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
