import { expect, test } from 'bun:test'
import { later, MINUTE } from '../../src/base/instant.ts'
import { claim, enqueue, finishJob, holdJob, LEASE } from '../../src/jobs/queue.ts'
import { NOON, openTestDb } from '../support/database.ts'

test('work that takes longer than its lease keeps it; whoever lost it changes nothing of it', async () => {
  await using db = await openTestDb()
  await db.transaction().execute((tx) => enqueue(tx, NOON, { kind: 'seal', payload: {} }))
  const job = (await claim(db, NOON, ['seal']))!
  const almost = later(NOON, LEASE - MINUTE / 2)
  expect(await holdJob(db, almost, job)).toBe(true)
  expect(await claim(db, later(NOON, LEASE + MINUTE / 2), ['seal'])).toBeNull()

  const after = later(almost, LEASE + MINUTE)
  const again = (await claim(db, after, ['seal']))!
  expect(await holdJob(db, after, job)).toBe(false)
  await finishJob(db, after, job)
  expect(await holdJob(db, after, again)).toBe(true)
  await finishJob(db, after, again)
  expect(await claim(db, later(after, LEASE * 2), ['seal'])).toBeNull()
})
