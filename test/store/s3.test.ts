import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from '../../src/base/bytes.ts'
import type { Digest } from '../../src/base/digest.ts'
import { DAY, instant, later, systemClock } from '../../src/base/instant.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { migrate } from '../../src/db/migrate.ts'
import { type Db, openDb } from '../../src/db/open.ts'
import { keepChunk, sha256, sweepPlace } from '../../src/store/chunks.ts'
import { hasOutside, moveChunks } from '../../src/store/moving.ts'
import { DamagedObject, findObject, putObject, readObject } from '../../src/store/object.ts'
import { keepChunksIn } from '../../src/store/place.ts'
import { s3Place } from '../../src/store/s3.ts'
import { removeObjects } from '../../src/store/sweeping.ts'
import { openTestDb } from '../support/database.ts'
import { openS3, type S3Server } from '../support/s3.ts'

let s3: S3Server
beforeAll(async () => {
  s3 = await openS3()
}, 30_000)
afterAll(() => s3?.[Symbol.asyncDispose]())

const FAR = instant('2099-01-01')
const prefix = (): string => crypto.randomUUID()
const keysIn = (start: string) => s3.keys().filter((key) => key.startsWith(`${start}/`))

async function open(start = prefix()): Promise<{ db: Db & AsyncDisposable; start: string }> {
  const db = await openTestDb()
  keepChunksIn(db, s3Place({ ...s3.place, prefix: start }, 5))
  return { db, start }
}

test('the database holds the list alone; one object is kept once, whoever stores it', async () => {
  const { db, start } = await open()
  await using _ = db
  const bytes = randomBytes(40_000)
  const stored = await putObject(db, bytes)
  await putObject(db, bytes)
  const other = await open(start)
  await using __ = other.db
  await putObject(other.db, bytes)
  expect(keysIn(start)).toHaveLength(1)
  const rows = await db.selectFrom('chunk').select('bytes').execute()
  expect(rows.map((row) => row.bytes.length)).toEqual([0])
  expect(await readObject(other.db, stored.digest)).toEqual(bytes)
})

test('a bucket that is down: nothing is stored and nothing is lost; what was there is read once it is back', async () => {
  const { db } = await open()
  await using _ = db
  const before = randomBytes(30_000)
  const { digest } = await putObject(db, before)
  await s3.stop()
  const fresh = randomBytes(30_000)
  await expect(putObject(db, fresh)).rejects.toThrow('vault.unreachable')
  await expect(readObject(db, digest)).rejects.toThrow('vault.unreachable')
  expect(await findObject(db, sha256(fresh))).toBeNull()
  await s3.start()
  expect(await readObject(db, digest)).toEqual(before)
  await putObject(db, fresh)
  expect(await readObject(db, sha256(fresh))).toEqual(fresh)
}, 30_000)

test('what another hand left under a name is not taken for the file', async () => {
  const { db } = await open()
  await using _ = db
  const bytes = randomBytes(1_000)
  const digest = sha256(bytes)
  await keepChunk(db, digest, bytes)
  writeFileSync(s3.fileOf(digest), randomBytes(1_000))
  await db.deleteFrom('chunk').execute()
  await putObject(db, bytes)
  expect(await readObject(db, digest)).toEqual(bytes)
  writeFileSync(s3.fileOf(digest), randomBytes(1_000))
  await expect(readObject(db, digest)).rejects.toThrow(DamagedObject)
})

test('the sweep takes what no row names and is old enough, and goes on after a crash', async () => {
  const { db, start } = await open()
  await using _ = db
  const kept = await putObject(db, randomBytes(2_000))
  const gone = await putObject(db, randomBytes(2_000))
  await db.transaction().execute((tx) => removeObjects(tx, [gone.digest]))
  expect(keysIn(start)).toHaveLength(2)
  expect(await sweepPlace(db, later(systemClock(), -DAY))).toBe(0)
  // A sweep that died after it had put its row down.
  await db
    .insertInto('chunk')
    .values({ digest: gone.digest, bytes: new TextEncoder().encode('doomed') })
    .execute()
  await expect(readObject(db, gone.digest)).rejects.toThrow(DamagedObject)
  expect(await sweepPlace(db, FAR)).toBe(1)
  expect([keysIn(start).length, (await db.selectFrom('chunk').selectAll().execute()).length]).toEqual([1, 1])
  expect((await readObject(db, kept.digest)).length).toBe(2_000)
  // Somebody died between the mark and the row that says that it is kept.
  const lost = randomBytes(2_000)
  await s3Place({ ...s3.place, prefix: start }).put(sha256(lost), lost)
  await db
    .insertInto('chunk')
    .values({ digest: sha256(lost), bytes: new TextEncoder().encode('coming') })
    .execute()
  expect([await sweepPlace(db, later(systemClock(), -DAY)), await sweepPlace(db, FAR), keysIn(start).length]).toEqual([0, 1, 1])
})

/** What a caller tries again: a chunk that went meanwhile, a server that stumbles over a listing of what is being removed. */
const mayPass = (error: unknown): void => {
  if (!(error instanceof DamagedObject || error instanceof Refusal)) throw error
}

test('two nodes store and remove the same files while a third sweeps: what is named is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-nodes-'))
  const start = prefix()
  const nodes = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const db = openDb(join(folder, 'paraphe.db'))
      if (number === 1) await migrate(db)
      keepChunksIn(db, s3Place({ ...s3.place, prefix: start }, 5))
      return db
    }),
  )
  const files = Array.from({ length: 6 }, () => randomBytes(500))
  let isOver = false
  const storing = (db: Db, step: number) =>
    (async () => {
      for (let round = 0; round < 60; round++) {
        const bytes = files[(round * step) % files.length]!
        await putObject(db, bytes).catch(mayPass)
        await Bun.sleep(20)
        if (round % 3 === 0) await db.transaction().execute((tx) => removeObjects(tx, [sha256(files[(round + 1) % files.length]!)]))
      }
    })()
  const sweeping = (async () => {
    while (!isOver) await sweepPlace(nodes[2]!, later(systemClock(), -1_500)).catch(mayPass)
  })()
  await Promise.all([storing(nodes[0]!, 1), storing(nodes[1]!, 5)])
  isOver = true
  await sweeping
  const named = await nodes[0]!.selectFrom('object').select('digest').execute()
  for (const { digest } of named) expect(sha256(await readObject(nodes[1]!, digest))).toBe(digest)
  // (The last sweep may stumble too.)
  for (let left = 5; left && keysIn(start).length > named.length; left--) await sweepPlace(nodes[0]!, FAR).catch(mayPass)
  expect(keysIn(start)).toHaveLength(named.length)
  for (const db of nodes) await db.destroy()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test('files are carried into the bucket and back, each compared; a damaged one stays and is named; a crash goes on', async () => {
  const { db, start } = await open()
  await using _ = db
  const plain = await openTestDb()
  await using __ = plain
  const digests: Digest[] = []
  for (let at = 0; at < 5; at++) digests.push((await putObject(plain, randomBytes(3_000 + at))).digest)
  for (const table of ['object', 'objectPart', 'chunk'] as const)
    for (const row of await plain.selectFrom(table).selectAll().execute())
      await db
        .insertInto(table)
        .values(row as never)
        .execute()
  const broken = randomBytes(3_000)
  await db.updateTable('chunk').set({ bytes: broken }).where('digest', '=', digests[0]!).execute()
  expect(await moveChunks(db, 'outside')).toMatchObject({ carried: 4, there: 0, damaged: [digests[0]!] })
  expect([keysIn(start).length, await hasOutside(db)]).toEqual([4, true])
  for (const digest of digests.slice(1)) expect((await readObject(db, digest)).length).toBeGreaterThan(2_999)
  // Half of them are back, then all of them.
  const [one] = await db.selectFrom('chunk').selectAll().where('digest', '=', digests[2]!).execute()
  const { bytes } = (await plain.selectFrom('chunk').select('bytes').where('digest', '=', one!.digest).executeTakeFirst())!
  await db.updateTable('chunk').set({ bytes }).where('digest', '=', one!.digest).execute()
  expect(await moveChunks(db, 'database')).toMatchObject({ carried: 3, there: 2, damaged: [] })
  expect(await hasOutside(db)).toBe(false)
  for (const digest of digests.slice(1)) expect((await readObject(db, digest)).length).toBeGreaterThan(2_999)
})

/** A server that answers as it is told, for what s3rver does not do. */
function answering(...answers: ((request: Request) => Response | Promise<Response>)[]) {
  const asked: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      asked.push(`${request.method} ${request.headers.get('if-none-match') ?? ''}`.trim())
      const bytes = new Uint8Array(await request.arrayBuffer())
      return (answers[asked.length - 1] ?? answers.at(-1)!)(new Request(request, { method: 'POST', body: bytes }))
    },
  })
  const place = s3Place({ ...s3.place, endpoint: `http://127.0.0.1:${server.port}` }, 1)
  return { asked, place, [Symbol.asyncDispose]: () => server.stop(true) }
}
const status =
  (code: number, text = '') =>
  () =>
    new Response(text, { status: code })

test('written once: If-None-Match goes with every first write, and what is there is read and compared', async () => {
  const bytes = randomBytes(100)
  await using server = answering(status(412), () => new Response(bytes))
  expect(await server.place.put(sha256(bytes), bytes)).toBe(true)
  expect(server.asked).toEqual(['PUT *', 'GET', 'GET'])
  await using lying = answering(status(200), () => new Response(randomBytes(100)))
  await expect(lying.place.put(sha256(bytes), bytes)).rejects.toThrow('vault.not-kept')
})

test('what may pass is tried again, what may not is told at once, and there is an end to it', async () => {
  const bytes = randomBytes(100)
  await using busy = answering(status(503, '<Code>SlowDown</Code>'), status(500), () => new Response(bytes))
  expect(await busy.place.get(sha256(bytes))).toEqual(bytes)
  await using down = answering(status(503))
  await expect(down.place.get(sha256(bytes))).rejects.toThrow('vault.unreachable')
  expect(down.asked).toHaveLength(4)
  await using forbidden = answering(status(403, '<Error><Code>InvalidAccessKeyId</Code></Error>'))
  await expect(forbidden.place.get(sha256(bytes))).rejects.toMatchObject({
    reason: 'vault.refused',
    params: { status: 403, code: 'InvalidAccessKeyId' },
  })
  expect(forbidden.asked).toHaveLength(1)
  await using moved = answering(() => new Response(null, { status: 307, headers: { location: 'http://127.0.0.1:1/elsewhere' } }))
  await expect(moved.place.get(sha256(bytes))).rejects.toThrow('vault.unreachable')
  await using gone = answering(status(404))
  expect(await gone.place.get(sha256(bytes))).toBeNull()
}, 20_000)
