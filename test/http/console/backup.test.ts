import { expect, test } from 'bun:test'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DAY, HOUR, later } from '../../../src/base/instant.ts'
import { backupsEnded } from '../../../src/upkeep/backup/apart.ts'
import { listBackups } from '../../../src/upkeep/backup/folder.ts'
import { findBackup } from '../../../src/upkeep/backup/opening.ts'
import { backupState, beginRun, listRuns } from '../../../src/upkeep/backup/runs.ts'
import { orderNightlyBackup } from '../../../src/upkeep/backup/schedule.ts'
import { verifyInside } from '../../../src/upkeep/backup/verifying.ts'
import { examine } from '../../../src/upkeep/doctor.ts'
import { closeSandbox } from '../../../src/sandbox/run.ts'
import { type TestHouse } from '../../support/house.ts'
import { folderFor, houseOnDisk, PASSPHRASE } from '../../upkeep/backup/support.ts'

const SETTING = { hour: '2', daily: '7', weekly: '5', monthly: '12', alarmHours: '36' }
const SECRETS = { passphrase: PASSPHRASE, passphraseAgain: PASSPHRASE }

const signedIn = async (test: TestHouse, who = 'ann@acme.example') => {
  const browser = await test.browser()
  await browser.signIn(who)
  return browser
}
const checkOf = async ({ house }: TestHouse, name: string) =>
  (await examine({ ...house, isLocked: () => false }, house.clock())).find((check) => check.name === name)

test('an administrator chooses a passphrase and a folder, has a backup made, and sees how it ended', async () => {
  await using test = await houseOnDisk()
  using folder = folderFor()
  const browser = await signedIn(test)
  const { db } = test.house
  const empty = (await browser.get('/console/backup')).text
  expect(empty).toContain('Three steps')
  expect(empty).not.toContain('Back up now')
  expect((await browser.post('/console/backup/runs')).status).toBe(409)

  for (const [fields, status, told] of [
    [{ ...SECRETS, passphraseAgain: 'another' }, 422, 'passphraseAgain'],
    [{ ...SECRETS, passphrase: 'short', passphraseAgain: 'short' }, 422, 'passphrase'],
  ] as const) {
    const answer = await browser.post('/console/backup/passphrase', fields)
    expect([answer.status, answer.text.includes(`id="${told}-error"`), answer.text.includes(PASSPHRASE)]).toEqual([status, true, false])
  }
  expect((await browser.post('/console/backup/passphrase', SECRETS)).status).toBe(303)
  const kept = await db.selectFrom('setting').select('value').where('key', '=', 'backup').executeTakeFirstOrThrow()
  expect(kept.value).not.toContain('harbour')

  for (const [fields, status, told] of [
    [{ ...SETTING, folder: 'relative' }, 422, 'begins with /'],
    [{ ...SETTING, folder: join(folder.path, 'nowhere') }, 409, 'There is no folder'],
    [{ ...SETTING, folder: test.house.config.dataDirectory }, 422, 'inside the data folder'],
    [{ ...SETTING, folder: folder.path, hour: '24' }, 422, 'whole number'],
    [{ ...SETTING, folder: folder.path, daily: '-1' }, 422, 'whole number'],
    [{ ...SETTING, folder: folder.path, daily: '0', weekly: '0', monthly: '0' }, 422, 'At least one'],
    [{ ...SETTING, folder: folder.path, alarmHours: '1' }, 422, 'whole number'],
  ] as const) {
    const answer = await browser.post('/console/backup', fields)
    expect([fields, answer.status, answer.text.includes(told)]).toEqual([fields, status, true])
  }
  expect((await browser.post('/console/backup', { ...SETTING, folder: folder.path })).status).toBe(303)
  // The folder of a test lies on the disk of the data, and the page says so.
  expect((await browser.get('/console/backup')).text).toContain('same disk as the data')
  expect((await browser.post('/console/backup/trial')).status).toBe(303)

  expect((await browser.post('/console/backup/runs')).status).toBe(303)
  expect((await browser.post('/console/backup/runs')).status).toBe(409)
  expect((await browser.get('/console/backup/progress')).text).toContain('A backup is under way')
  await test.drain()
  await backupsEnded()
  const page = (await browser.get('/console/backup')).text
  expect([page.includes('In order'), page.includes('A backup is under way'), page.includes('by hand')]).toEqual([true, false, true])
  expect((await listRuns(db))[0]).toMatchObject({ outcome: 'good', origin: 'console' })
  expect(await verifyInside(folder.path, findBackup(folder.path), PASSPHRASE)).toMatchObject({ faults: [] })
  const events = await db.selectFrom('auditLeaf').select('type').where('type', 'like', 'backup.%').orderBy('seq').execute()
  expect(events.map(({ type }) => type)).toEqual(['backup.key-made', 'backup.made'])
  // After a while, who sits there is asked again before a passphrase or a folder is changed.
  test.wait(11 * 60_000)
  expect(
    (await browser.post('/console/backup/passphrase', { passphrase: 'another one altogether', passphraseAgain: 'another one altogether' }))
      .status,
  ).not.toBe(303)
  expect(await db.selectFrom('auditLeaf').select('type').where('type', '=', 'backup.key-made').execute()).toHaveLength(1)
  closeSandbox()
}, 60_000)

test('whoever does not manage settings sees and does nothing of it', async () => {
  await using test = await houseOnDisk()
  const browser = await signedIn(test, 'bob@acme.example')
  for (const path of ['/console/backup', '/console/backup/progress']) expect((await browser.get(path)).status).toBe(403)
  for (const path of ['/console/backup', '/console/backup/runs', '/console/backup/trial', '/console/backup/passphrase'])
    expect((await browser.post(path, { ...SETTING, ...SECRETS, folder: '/tmp' })).status).toBe(403)
  expect(await listRuns(test.house.db)).toEqual([])
}, 30_000)

test('the day’s backup comes at its hour, once; one that failed is tried again; a silent one is over', async () => {
  await using test = await houseOnDisk()
  using folder = folderFor()
  const { db } = test.house
  const browser = await signedIn(test)
  const target = join(folder.path, 'backups')
  mkdirSync(target)
  await browser.post('/console/backup/passphrase', SECRETS)
  await browser.post('/console/backup', { ...SETTING, folder: target, hour: '14' })
  // It is one o'clock in Paris.
  await orderNightlyBackup(db, test.house.clock())
  expect(await listRuns(db)).toEqual([])
  test.wait(HOUR)
  await orderNightlyBackup(db, test.house.clock())
  await orderNightlyBackup(db, test.house.clock())
  expect((await listRuns(db)).map(({ origin }) => origin)).toEqual(['schedule'])
  rmSync(target, { recursive: true })
  await test.drain()
  await backupsEnded()
  expect((await listRuns(db))[0]).toMatchObject({ outcome: 'failed', reason: 'backup.folder-missing' })
  expect((await browser.get('/console/backup')).text).toContain('Is the volume mounted?')
  mkdirSync(target)
  test.wait(HOUR)
  await orderNightlyBackup(db, test.house.clock())
  await test.drain()
  await backupsEnded()
  expect((await listRuns(db))[0]).toMatchObject({ outcome: 'good', origin: 'schedule' })
  test.wait(HOUR)
  await orderNightlyBackup(db, test.house.clock())
  expect(await listRuns(db)).toHaveLength(2)
  expect(listBackups(target)).toHaveLength(1)
  // Somebody killed the process that made it.
  await beginRun(db, test.house.clock(), { kind: 'backup', origin: 'console', folder: target })
  test.wait(HOUR)
  await orderNightlyBackup(db, test.house.clock())
  const [next, killed] = await listRuns(db)
  expect([killed, next]).toMatchObject([
    { outcome: 'failed', reason: 'backup.cut-off' },
    { outcome: null, origin: 'schedule' },
  ])
}, 60_000)

test('the age is told: by doctor, on every page and to whoever asks for figures', async () => {
  await using test = await houseOnDisk()
  using folder = folderFor()
  const { db, clock } = test.house
  const browser = await signedIn(test)
  expect((await checkOf(test, 'backup'))?.state).toBe('wait')
  expect(await checkOf(test, 'backup-drill')).toBeUndefined()
  await browser.post('/console/backup/passphrase', SECRETS)
  await browser.post('/console/backup', { ...SETTING, folder: folder.path })
  expect(await backupState(db, clock())).toMatchObject({ newest: null, age: null, isTooOld: false, isScheduled: true })
  await browser.post('/console/backup/runs')
  await test.drain()
  await backupsEnded()
  const { newest } = await backupState(db, clock())
  expect(newest).not.toBeNull()
  // Never restored, and on the disk of the data.
  expect([(await checkOf(test, 'backup'))?.state, (await checkOf(test, 'backup-drill'))?.state]).toEqual(['wait', 'wait'])
  expect(await backupState(db, later(newest!, 37 * HOUR))).toMatchObject({ isTooOld: true, age: 37 * 3_600 })
  test.wait(3 * DAY)
  expect((await checkOf(test, 'backup'))?.state).toBe('stop')
  await browser.signIn('ann@acme.example')
  expect((await browser.get('/console/settings')).text).toContain('The newest backup is too old')
  // A good drill is told.
  const run = await beginRun(db, clock(), { kind: 'drill', origin: 'command-line', folder: folder.path })
  const { endDrill } = await import('../../../src/upkeep/backup/runs.ts')
  await endDrill(db, clock(), run, { backup: 'b', objects: 3, documents: 1, faults: 0 })
  expect((await checkOf(test, 'backup-drill'))?.state).toBe('good')
  closeSandbox()
}, 60_000)

test('a folder that went away is told when it is tried', async () => {
  await using test = await houseOnDisk()
  using folder = folderFor()
  const browser = await signedIn(test)
  const target = join(folder.path, 'backups')
  mkdirSync(target)
  await browser.post('/console/backup', { ...SETTING, folder: target })
  rmSync(target, { recursive: true })
  writeFileSync(target, 'a file')
  const answer = await browser.post('/console/backup/trial')
  expect([answer.status, answer.text.includes('There is no folder')]).toEqual([409, true])
}, 30_000)
