import { expect, test } from 'bun:test'
import { later, MINUTE } from '../../src/base/instant.ts'
import { once } from '../../src/jobs/idempotency.ts'
import { claim, deferJob, enqueue, finishJob, LEASE } from '../../src/jobs/queue.ts'
import { Hopeless, startRunner } from '../../src/jobs/runner.ts'
import type { Db } from '../../src/db/open.ts'
import { NOON, openTestDb } from '../support/database.ts'

const order = (db: Db, key?: string) =>
  db.transaction().execute((tx) => enqueue(tx, NOON, { kind: 'seal', payload: { id: 1 }, ...(key ? { key } : {}) }))

test('one job is leased to one worker, and given back when its worker dies', async () => {
  await using db = await openTestDb()
  await order(db)
  const claims = await Promise.all([1, 2, 3].map(() => claim(db, NOON, ['seal'])))
  expect(claims.filter(Boolean)).toHaveLength(1)
  expect(await claim(db, later(NOON, LEASE - 1), ['seal'])).toBeNull()
  const again = await claim(db, later(NOON, LEASE), ['seal'])
  expect(again?.attempts).toBe(2)
  await finishJob(db, NOON, again!)
  expect(await claim(db, later(NOON, 60 * MINUTE), ['seal'])).toBeNull()
})

test('an unfinished job does the work of a second order with the same key', async () => {
  await using db = await openTestDb()
  await order(db, 'seal env_1')
  await order(db, 'seal env_1')
  const job = await claim(db, NOON, ['seal'])
  expect(await claim(db, NOON, ['seal'])).toBeNull()
  await deferJob(db, NOON, job!, 'TSA silent')
  expect(await claim(db, NOON, ['seal'])).toBeNull()
  await finishJob(db, NOON, (await claim(db, later(NOON, MINUTE), ['seal']))!)
  await order(db, 'seal env_1')
  expect(await claim(db, NOON, ['seal'])).not.toBeNull()
})

test('a handler that fails is tried again, one that says hopeless is not', async () => {
  await using db = await openTestDb()
  for (const id of ['a', 'b']) await db.transaction().execute((tx) => enqueue(tx, NOON, { kind: id, payload: {} }))
  let now = NOON
  let tries = 0
  const runner = startRunner(
    db,
    () => now,
    {
      a: async () => {
        if (++tries < 3) throw new Error('not yet')
      },
      b: async () => {
        throw new Hopeless('never')
      },
    },
    { beat: 3_600_000 },
  )
  for (let round = 0; round < 4; round++) {
    await runner.drain()
    now = later(now, 20 * MINUTE)
  }
  await runner.stop()
  expect(tries).toBe(3)
  const jobs = await db.selectFrom('job').selectAll().orderBy('kind').execute()
  expect(jobs.map((job) => [job.kind, job.doneAt !== null, job.failedAt !== null])).toEqual([
    ['a', true, false],
    ['b', false, true],
  ])
})

test('the same key answers the same without doing it twice', async () => {
  await using db = await openTestDb()
  let done = 0
  const submit = () => db.transaction().execute((tx) => once(tx, NOON, 'ann', 'k1', async () => ({ number: ++done })))
  expect([await submit(), await submit(), done]).toEqual([{ number: 1 }, { number: 1 }, 1])
})
