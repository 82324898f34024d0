import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { type Bytes, randomBytes } from '../../src/base/bytes.ts'
import type { Digest } from '../../src/base/digest.ts'
import type { Db } from '../../src/db/open.ts'
import { appendObject, CHUNK, DamagedObject, findObject, putObject, readObject, streamRange } from '../../src/store/object.ts'
import { keepChunksIn } from '../../src/store/place.ts'
import { s3Place } from '../../src/store/s3.ts'
import { openTestDb } from '../support/database.ts'
import { openS3, type S3Server } from '../support/s3.ts'

const large = (size: number) => {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 65_536) bytes.set(randomBytes(Math.min(65_536, size - at)), at)
  return bytes
}

let s3: S3Server
beforeAll(async () => {
  s3 = await openS3()
}, 30_000)
afterAll(() => s3?.[Symbol.asyncDispose]())

type Rewrite = (db: Db, digest: Digest, change: (bytes: Bytes) => Bytes) => Promise<void>

/** Each a database of its own, which keeps chunks in itself or in the bucket; and another hand that changes what is kept. */
const PLACES: Readonly<Record<string, { open: typeof openTestDb; rewrite: Rewrite }>> = {
  'the database': {
    open: openTestDb,
    async rewrite(db, digest, change) {
      const { bytes } = await db.selectFrom('chunk').select('bytes').where('digest', '=', digest).executeTakeFirstOrThrow()
      await db
        .updateTable('chunk')
        .set({ bytes: change(bytes) })
        .where('digest', '=', digest)
        .execute()
    },
  },
  S3: {
    async open() {
      const db = await openTestDb()
      keepChunksIn(db, s3Place({ ...s3.place, prefix: crypto.randomUUID() }))
      return db
    },
    async rewrite(_, digest, change) {
      const path = s3.fileOf(digest)
      writeFileSync(path, change(Uint8Array.from(readFileSync(path))))
    },
  },
}

describe.each(Object.entries(PLACES))('kept in %s', (_, { open, rewrite }) => {
  test('what goes in comes out, whole and in ranges', async () => {
    await using db = await open()
    for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7]) {
      const bytes = large(size)
      const { digest } = await putObject(db, bytes)
      expect(digest as string).toBe(new Bun.CryptoHasher('sha256').update(bytes).digest('hex'))
      expect(Buffer.from(await readObject(db, digest)).equals(bytes)).toBe(true)
      const range = await Array.fromAsync(streamRange(db, digest, Math.min(5, size), Math.max(0, size - 3)))
      expect(Buffer.concat(range).equals(bytes.subarray(Math.min(5, size), Math.max(0, size - 3)))).toBe(true)
    }
  })

  test('appending shares what was there and gives the digest of the whole', async () => {
    await using db = await open()
    const base = large(2 * CHUNK + 1_000)
    const tail = large(20_000)
    const before = await putObject(db, base)
    const after = await appendObject(db, before.digest, tail)
    expect(Buffer.from(await readObject(db, after.digest)).equals(Buffer.concat([base, tail]))).toBe(true)
    expect(Buffer.from(await readObject(db, before.digest)).equals(base)).toBe(true)
    const { count } = await db
      .selectFrom('chunk')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    expect(Number(count)).toBe(4) // two shared, the old last one, the new last one
  })

  test('a flipped bit, a missing chunk and swapped chunks are never served', async () => {
    await using db = await open()
    const { digest } = await putObject(db, large(2 * CHUNK))
    const parts = await db.selectFrom('objectPart').selectAll().orderBy('position').execute()
    const flip = () => rewrite(db, parts[0]!.chunkDigest, (bytes) => bytes.map((byte, at) => (at === 1_000 ? byte ^ 1 : byte)))
    await flip()
    await expect(readObject(db, digest)).rejects.toThrow(DamagedObject)
    await flip()
    expect((await readObject(db, digest)).length).toBe(2 * CHUNK)
    await db.updateTable('objectPart').set({ chunkDigest: parts[1]!.chunkDigest }).where('position', '=', 0).execute()
    await expect(readObject(db, digest)).rejects.toThrow(DamagedObject)
    await db.deleteFrom('chunk').execute()
    await expect(readObject(db, digest)).rejects.toThrow(DamagedObject)
    expect(await findObject(db, digest)).not.toBeNull()
  })
})
