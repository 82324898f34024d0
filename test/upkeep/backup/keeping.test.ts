import { expect, test } from 'bun:test'
import { DAY, instant, later } from '../../../src/base/instant.ts'
import { KEEP, kept } from '../../../src/upkeep/backup/keeping.ts'
import { findBackup, lookFromOutside } from '../../../src/upkeep/backup/opening.ts'
import { listBackups } from '../../../src/upkeep/backup/folder.ts'
import { ann, CLAIRE, draftFor } from '../../support/signing.ts'
import { backUp, folderFor, houseOnDisk } from './support.ts'

const START = instant('2026-01-01T02:00:00Z')
const nightly = (nights: number) => Array.from({ length: nights }, (_, night) => ({ id: String(night), madeAt: later(START, night * DAY) }))

test('of two years of nights: seven days, five weeks, twelve months, and no more', () => {
  const stay = [...kept(nightly(730), KEEP)].map(({ madeAt }) => madeAt.slice(0, 10)).sort()
  expect(stay.length).toBeLessThanOrEqual(7 + 5 + 12)
  expect(stay.slice(-7)).toEqual(['2027-12-25', '2027-12-26', '2027-12-27', '2027-12-28', '2027-12-29', '2027-12-30', '2027-12-31'])
  // The last night of each month, and of each week.
  for (const day of ['2027-11-30', '2027-06-30', '2027-02-28', '2027-01-31', '2027-12-19', '2027-12-12', '2027-12-05'])
    expect([day, stay.includes(day)]).toEqual([day, true])
  expect(stay[0]).toBe('2027-01-31')
})

test('letting go night by night leaves the same as letting go at once', () => {
  let there: ReturnType<typeof nightly> = []
  for (const night of nightly(400)) there = [...kept([...there, night], KEEP)]
  expect(there.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(
    [...kept(nightly(400), KEEP)].map(({ id }) => Number(id)).sort((a, b) => a - b),
  )
})

test('neither a clock gone wrong nor a long silence takes the last ones', () => {
  const some = nightly(5)
  expect(kept([...some, { id: 'future', madeAt: instant('2099-01-01T02:00:00Z') }], KEEP).size).toBe(6)
  expect(kept(some, { daily: 0, weekly: 0, monthly: 0 })).toEqual(new Set([some[4]!]))
  expect(kept([], KEEP).size).toBe(0)
})

test('chunks that no backup names go with the last one that named them, and every other stays', async () => {
  await using test = await houseOnDisk()
  using backups = folderFor()
  const { db } = test.house
  const user = await ann(test)
  await draftFor(test, user, [CLAIRE])
  const first = await backUp(test, backups.path)
  // What is destroyed here leaves the backups when the last one that holds it goes.
  await db.deleteFrom('objectPart').execute()
  await db.deleteFrom('pageImage').execute()
  const days = [later(test.house.clock(), DAY), later(test.house.clock(), 2 * DAY)]
  await backUp(test, backups.path, { at: days[0]!, isKnown: true })
  expect(listBackups(backups.path)).toHaveLength(2)
  expect(lookFromOutside(backups.path, findBackup(backups.path, first.id))).toMatchObject({ faults: [], chunks: first.chunks })
  const { makeBackup } = await import('../../../src/upkeep/backup/making.ts')
  const { RECOVERY } = await import('./support.ts')
  const order = { folder: backups.path, recovery: RECOVERY, isKnown: true, at: days[1]! }
  expect(await makeBackup(test.house, { ...order, keep: { daily: 1, weekly: 0, monthly: 0 } })).toMatchObject({ let: 2 })
  const { readdirSync } = await import('node:fs')
  const files = readdirSync(`${backups.path}/chunks`, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  expect([listBackups(backups.path).length, files.length]).toEqual([1, 0])
}, 60_000)
