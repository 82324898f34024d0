import { expect, test } from 'bun:test'
import { randomBytes } from '../../src/base/bytes.ts'
import { appendObject, CHUNK, DamagedObject, findObject, putObject, readObject, streamRange } from '../../src/store/object.ts'
import { openTestDb } from '../support/database.ts'

const large = (size: number) => {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 65_536) bytes.set(randomBytes(Math.min(65_536, size - at)), at)
  return bytes
}

test('what goes in comes out, whole and in ranges', async () => {
  await using db = await openTestDb()
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
  await using db = await openTestDb()
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
  await using db = await openTestDb()
  const { digest } = await putObject(db, large(2 * CHUNK))
  const parts = await db.selectFrom('objectPart').selectAll().orderBy('position').execute()
  const chunk = await db.selectFrom('chunk').selectAll().where('digest', '=', parts[0]!.chunkDigest).executeTakeFirstOrThrow()
  const flipped = chunk.bytes.slice()
  flipped[1_000]! ^= 1
  await db.updateTable('chunk').set({ bytes: flipped }).where('digest', '=', chunk.digest).execute()
  await expect(readObject(db, digest)).rejects.toThrow(DamagedObject)
  await db.updateTable('chunk').set({ bytes: chunk.bytes }).where('digest', '=', chunk.digest).execute()
  await db.updateTable('objectPart').set({ chunkDigest: parts[1]!.chunkDigest }).where('position', '=', 0).execute()
  await expect(readObject(db, digest)).rejects.toThrow(DamagedObject)
  await db.deleteFrom('chunk').execute()
  await expect(readObject(db, digest)).rejects.toThrow(DamagedObject)
  expect(await findObject(db, digest)).not.toBeNull()
})
