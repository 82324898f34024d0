import { expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemAct } from '../../../../src/audit/act.ts'
import { notesIn } from '../../../../src/audit/checking/notes.ts'
import { keptCheckpointIn } from '../../../../src/audit/kept.ts'
import { append } from '../../../../src/audit/trail.ts'
import { verifyLog } from '../../../../src/audit/verifying.ts'
import { HOUR, MINUTE } from '../../../../src/base/instant.ts'
import { keepEmailChannel } from '../../../../src/mail/channel.ts'
import { isCheckpointDue, takeCheckpoint } from '../../../../src/upkeep/checkpointing.ts'
import { examine } from '../../../../src/upkeep/doctor.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../../support/house.ts'
import { openMailServer } from '../../../support/smtp.ts'

const happen = ({ house }: TestHouse) =>
  house.db.transaction().execute((tx) => append(tx, systemAct(house.clock()), { type: 'vault.exported' }))
/** What the worker's round does every minute. */
const round = async (test: TestHouse): Promise<void> => {
  if (await isCheckpointDue(test.house)) await takeCheckpoint(test.house)
  await test.drain()
}
const administrator = async (test: TestHouse): Promise<TestBrowser> => {
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  return browser
}
const doctor = async ({ house }: TestHouse, name: string) =>
  (await examine({ db: house.db, config: house.config, isLocked: () => false }, house.clock())).find((check) => check.name === name)
const typesOf = async ({ house }: TestHouse, type: string): Promise<number> =>
  (await house.db.selectFrom('auditLeaf').select('seq').where('type', '=', type).execute()).length

test('a file elsewhere is told every checkpoint; a volume that goes is told once, and catches up when it is back', async () => {
  await using test = await openTestHouse({ authority: true })
  const volume = mkdtempSync(join(tmpdir(), 'paraphe-volume-'))
  const file = join(volume, 'usb', 'checkpoints.txt')
  try {
    const admin = await administrator(test)
    await takeCheckpoint(test.house)
    expect(await doctor(test, 'witness')).toBeUndefined()
    const missing = await admin.post('/console/audit/witness', { file, email: '', everyHours: '24' })
    expect([missing.status, missing.text.includes('It could not be written: ENOENT')]).toEqual([409, true])
    mkdirSync(join(volume, 'usb'))
    expect((await admin.post('/console/audit/witness', { file, email: '', everyHours: '24' })).status).toBe(303)
    await round(test)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const told = notesIn(readFileSync(file, 'utf8')).length
    await happen(test)
    await round(test)
    expect(notesIn(readFileSync(file, 'utf8')).length).toBe(told + 1)
    expect((await doctor(test, 'witness'))?.state).toBe('good')

    rmSync(join(volume, 'usb'), { recursive: true })
    for (let minute = 0; minute < 5; minute++) {
      await happen(test)
      await round(test)
    }
    expect(await typesOf(test, 'audit.witness-failed')).toBe(1)
    expect(await doctor(test, 'witness')).toMatchObject({
      state: 'stop',
      facts: { where: file, failure: expect.stringContaining('ENOENT') },
    })
    expect((await admin.get('/console/audit/witness')).text).toContain('It could not be written: ENOENT')
    expect((await admin.get('/console/health')).text).toContain(`${file} could not be told`)
    expect((await admin.get('/contacts')).text).toContain('The witness of the audit log could not be told.')

    mkdirSync(join(volume, 'usb'))
    expect(await isCheckpointDue(test.house)).toBe(true)
    await round(test)
    await round(test)
    expect(await isCheckpointDue(test.house)).toBe(false)
    const sizes = (await test.house.db.selectFrom('checkpoint').select('size').orderBy('size').execute()).map(({ size }) => size)
    const caughtUp = notesIn(readFileSync(file, 'utf8')).map((note) => Number(note.split('\n')[1]))
    expect(caughtUp).toEqual(sizes.slice(-caughtUp.length))
    expect(caughtUp.length).toBeGreaterThanOrEqual(5)
    expect((await doctor(test, 'witness'))?.state).toBe('good')
    expect((await admin.get('/contacts')).text).not.toContain('could not be told')
    // Another file knows nothing yet, and is told all of it.
    await admin.get('/console/audit/witness')
    const other = join(volume, 'usb', 'other.txt')
    expect((await admin.post('/console/audit/witness', { file: other, email: '', everyHours: '24' })).status).toBe(303)
    await round(test)
    expect(notesIn(readFileSync(other, 'utf8')).length).toBe((await test.house.db.selectFrom('checkpoint').select('size').execute()).length)
    // What it kept is compared with the log.
    const witnessed = notesIn(readFileSync(file, 'utf8')).map((note) => ({ note, what: file }))
    expect((await verifyLog(test.house.db, keptCheckpointIn(test.house.config.auditCheckpoint), witnessed)).findings).toEqual([])
  } finally {
    rmSync(volume, { recursive: true, force: true })
  }
}, 30_000)

test('a path typed by mistake harms nothing', async () => {
  await using test = await openTestHouse({ authority: true })
  const volume = mkdtempSync(join(tmpdir(), 'paraphe-volume-'))
  try {
    const admin = await administrator(test)
    await takeCheckpoint(test.house)
    writeFileSync(join(volume, 'hosts'), '127.0.0.1 localhost\n')
    writeFileSync(join(volume, 'empty'), '')
    symlinkSync(join(volume, 'empty'), join(volume, 'link'))
    const data = test.house.config.dataDirectory
    for (const [file, sentence] of [
      [join(volume, 'hosts'), 'This file holds something else'],
      [join(volume, 'link'), 'It could not be written'],
      [volume, 'It could not be written'],
      ['relative.txt', 'This is not a full path'],
      [`${volume}/`, 'This is not a full path'],
      [join(data, 'x.txt'), 'This lies in the data folder'],
      [`${volume}/../${data.split('/').at(-1)}/x.txt`, 'This lies in the data folder'],
      ['/dev/null', 'It could not be written'],
      ['/proc/nowhere/x', 'It could not be written'],
    ] as const) {
      const { status, text } = await admin.post('/console/audit/witness', { file, email: '', everyHours: '24' })
      expect([file, status === 422 || status === 409, text.includes(sentence)]).toEqual([file, true, true])
      expect(text).not.toContain('    at ')
    }
    expect((await admin.post('/console/audit/witness', { file: '', email: 'no address', everyHours: '24' })).text).toContain(
      'not an e-mail address',
    )
    expect((await admin.post('/console/audit/witness', { file: '', email: '', everyHours: '2' })).status).toBe(422)
    expect(readFileSync(join(volume, 'hosts'), 'utf8')).toBe('127.0.0.1 localhost\n')
    expect([readFileSync(join(volume, 'empty'), 'utf8'), existsSync(join(data, 'x.txt'))]).toEqual(['', false])
    expect(await test.house.db.selectFrom('setting').select('key').where('key', '=', 'witness').execute()).toEqual([])
    const none = await admin.post('/console/audit/witness/trial')
    expect([none.status, none.text.includes('No witness is set up')]).toEqual([409, true])
    const bob = await test.browser()
    await bob.signIn('bob@acme.example')
    expect((await bob.get('/console/audit/witness')).status).toBe(403)
    await bob.get('/account')
    expect((await bob.post('/console/audit/witness', { file: join(volume, 'b'), email: '', everyHours: '24' })).status).toBe(403)
  } finally {
    rmSync(volume, { recursive: true, force: true })
  }
}, 20_000)

test('a mail a day by the outbox, and its own events cause no other; what comes back is told', async () => {
  await using test = await openTestHouse({ authority: true })
  await using server = await openMailServer({ recipient: [null, null, 550] })
  const { db, secretKey } = test.house
  const admin = await administrator(test)
  expect((await admin.post('/console/audit/witness', { file: '', email: 'auditor@elsewhere.example', everyHours: '24' })).status).toBe(303)
  await round(test)
  // Without a channel it waits, and the page says so.
  expect((await admin.get('/console/audit/witness')).text).toContain('E-mail is not set up')
  await db.transaction().execute((tx) =>
    keepEmailChannel(tx, systemAct(test.house.clock()), secretKey, {
      host: '127.0.0.1',
      port: server.port,
      security: 'none',
      user: null,
      password: null,
      fromAddress: 'sign@acme.example',
      fromName: 'Acme',
      caPem: null,
    }),
  )
  for (let minute = 0; minute < 60; minute++) {
    test.wait(MINUTE)
    await round(test)
  }
  expect(server.mails.length).toBe(1)
  const [mail] = server.mails
  expect(mail!.subject).toBe('Checkpoint of the audit log of Acme <Ltd>')
  const [note] = notesIn(mail!.text ?? '')
  const witnessed = [{ note: note!, what: 'mail' }]
  expect((await verifyLog(db, keptCheckpointIn(test.house.config.auditCheckpoint), witnessed)).findings).toEqual([])
  const altered = [{ note: note!.replace(/\n\d+\n/, '\n3\n'), what: 'mail' }]
  expect((await verifyLog(db, null, altered)).findings.map(({ kind }) => kind)).toContain('checkpoint-unsigned')

  test.wait(24 * HOUR)
  await round(test)
  expect(server.mails.length).toBe(2)
  test.wait(24 * HOUR)
  await happen(test)
  await round(test)
  expect(server.mails.length).toBe(2)
  expect(await doctor(test, 'witness')).toMatchObject({ state: 'stop', facts: { where: 'auditor@elsewhere.example' } })
  await admin.signIn('ann@acme.example')
  expect((await admin.get('/console/audit/witness')).text).toMatch(/The last message came back: .*550/)
  expect((await admin.post('/console/audit/witness/trial')).status).toBe(303)
  await test.drain()
  expect(server.mails.length).toBe(3)
  expect((await doctor(test, 'witness'))?.state).toBe('good')
  admin.cookies.set('lang', 'fr')
  const page = await admin.get('/console/audit/witness')
  expect(page.text).toContain('Témoin du journal d’audit')
  expect(page.text).not.toMatch(/undefined|\[object|\{\w+\}|<script(?![^>]* src=)|\sstyle=/)
}, 60_000)
