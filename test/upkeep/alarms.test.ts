import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { append } from '../../src/audit/trail.ts'
import { type Instant, later, MINUTE } from '../../src/base/instant.ts'
import { SEALING } from '../../src/envelope/signature.ts'
import { keepEmailChannel } from '../../src/mail/channel.ts'
import { ALARM_CAUSES, LOOKS } from '../../src/upkeep/alarms/causes.ts'
import { listAlarms, lookForAlarms } from '../../src/upkeep/alarms/raising.ts'
import { noteFault } from '../../src/vault/faults.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { openMailServer } from '../support/smtp.ts'

const toolsOf = ({ house }: TestHouse, isLocked = () => house.keys.isLocked()) => ({ ...house, isLocked })
const look = (test: TestHouse) => lookForAlarms(toolsOf(test), test.house.clock())
const messages = ({ house: { db } }: TestHouse) =>
  db.selectFrom('message').select(['kind', 'address']).where('kind', 'in', ['alarm', 'all-clear']).orderBy('createdAt').execute()
const refuseSignIns = ({ house: { db, clock } }: TestHouse, count: number) =>
  db.transaction().execute(async (tx) => {
    for (let one = 0; one < count; one++) await append(tx, systemAct(clock()), { type: 'user.sign-in-refused', detail: {} })
  })
const job = (kind: string, createdAt: Instant, more: object = {}) => ({
  id: `job_${kind}`,
  kind,
  payload: '{}',
  key: null,
  runAt: createdAt,
  attempts: 0,
  leaseUntil: null,
  lastError: null,
  createdAt,
  doneAt: null,
  failedAt: null,
  requestId: null,
  ...more,
})

test('a cause is told once by mail for as long as it lasts, and once more when it is over', async () => {
  await using server = await openMailServer()
  await using test = await openTestHouse({ authority: true })
  const { db, clock, secretKey } = test.house
  await db.transaction().execute((tx) =>
    keepEmailChannel(tx, systemAct(clock()), secretKey, {
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
  await refuseSignIns(test, 49)
  await look(test)
  expect(await messages(test)).toEqual([])
  await refuseSignIns(test, 1)
  // As two nodes at the same moment, and again a minute later.
  await Promise.all([look(test), look(test)])
  test.wait(MINUTE)
  await look(test)
  expect(await messages(test)).toEqual([{ kind: 'alarm', address: 'ann@acme.example' }])
  await test.drain()
  const mail = await server.next('ann@acme.example')
  expect(mail.subject).toBe('Acme <Ltd>: Many sign-ins are refused')
  expect(mail.text).toContain('50 within a quarter of an hour')
  expect(mail.text).toContain('/console/alarms')

  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  expect((await browser.get('/envelopes')).text).toContain('Amiss: Many sign-ins are refused')
  // Gone, and gone for some minutes.
  test.wait(15 * MINUTE)
  await look(test)
  expect((await listAlarms(db)).open).toEqual([])
  expect((await messages(test)).map(({ kind }) => kind)).toEqual(['alarm', 'all-clear'])
  await test.drain()
  expect((await server.next('ann@acme.example')).subject).toBe('Acme <Ltd>: over – Many sign-ins are refused')
  await refuseSignIns(test, 50)
  await look(test)
  expect((await messages(test)).map(({ kind }) => kind)).toEqual(['alarm', 'all-clear', 'alarm'])
  const types = await db.selectFrom('auditLeaf').select('type').where('type', 'like', 'alarm.%').orderBy('seq').execute()
  expect(types.map(({ type }) => type)).toEqual(['alarm.raised', 'alarm.ended', 'alarm.raised'])
}, 30_000)

test('what comes and goes within minutes is one alarm, and a node that does not see it does not end it', async () => {
  await using test = await openTestHouse({ authority: true })
  let isLocked = true
  const round = () =>
    lookForAlarms(
      toolsOf(test, () => isLocked),
      test.house.clock(),
    )
  await round()
  for (let minute = 0; minute < 4; minute++) {
    test.wait(MINUTE)
    isLocked = !isLocked
    await round()
  }
  const { open, ended } = await listAlarms(test.house.db)
  expect([open.map(({ cause }) => cause), ended]).toEqual([['keys-locked'], []])
  expect(await messages(test)).toHaveLength(1)
}, 30_000)

test('each cause is seen where it is, and nothing is amiss in a house that works', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db, clock, secretKey } = test.house
  const at = clock()
  const seen = async (when: Instant = at) => {
    const found: string[] = []
    for (const cause of ALARM_CAUSES) if (await LOOKS[cause](toolsOf(test), when)) found.push(cause)
    return found
  }
  expect(await seen()).toEqual([])
  await db
    .insertInto('job')
    .values([job(SEALING, later(at, -2 * MINUTE)), job('some.work', later(at, -MINUTE), { attempts: 9, runAt: later(at, MINUTE) })])
    .execute()
  expect(await seen()).toEqual(['jobs', 'seal-late'])
  await db.deleteFrom('job').execute()
  await noteFault(db, systemAct(at), { kind: 'bytes', subject: 'x', detail: 'y', envelopeId: null, documentId: null })
  expect(await seen()).toEqual(['vault'])
  await db.deleteFrom('vaultFault').execute()
  // Without a channel, messages wait for an administrator; with one they are stuck.
  const message = {
    id: 'msg_1',
    kind: 'test',
    channel: 'email',
    address: 'a@b.example',
    language: 'en',
    envelopeId: null,
    recipientId: null,
    userId: null,
    params: '{}',
    status: 'waiting',
    createdAt: later(at, -16 * MINUTE),
    sentAt: null,
    openedAt: null,
    openedBy: null,
  } as const
  await db.insertInto('message').values(message).execute()
  expect(await seen()).toEqual([])
  await db.transaction().execute((tx) =>
    keepEmailChannel(tx, systemAct(at), secretKey, {
      host: '127.0.0.1',
      port: 9,
      security: 'none',
      user: null,
      password: null,
      fromAddress: 'sign@acme.example',
      fromName: 'Acme',
      caPem: null,
    }),
  )
  expect(await seen()).toEqual(['outbox'])
  await db.deleteFrom('job').execute()
  await db.deleteFrom('message').execute()
  await db
    .transaction()
    .execute((tx) => append(tx, systemAct(at), { type: 'authority.time-stamp-fallback', detail: { told: 'Elsewhere: silent' } }))
  expect(await seen()).toEqual(['time-stamps'])
  expect(await seen(later(at, 400 * 24 * 60 * MINUTE))).toContain('revocation-lists')
}, 30_000)

test('who is told can be chosen; an address that is none is refused beside its field', async () => {
  await using test = await openTestHouse({ authority: true })
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const { text } = await browser.get('/console/alarms')
  expect(text).toContain('Nothing is amiss.')
  expect(text).toContain('At present: ann@acme.example.')
  expect(text).toContain('No mail server is set up')
  const refused = await browser.post('/console/alarms', { emails: 'not an address' })
  expect([refused.status, refused.text.includes('id="emails-error"')]).toEqual([422, true])
  expect((await browser.post('/console/alarms', { emails: 'ops@acme.example\nnight@acme.example, ops@acme.example' })).status).toBe(303)
  await refuseSignIns(test, 60)
  await look(test)
  expect((await messages(test)).map(({ address }) => address).sort()).toEqual(['night@acme.example', 'ops@acme.example'])
  await browser.post('/language', { language: 'fr' })
  expect((await browser.get('/console/alarms')).text).toContain('De nombreuses connexions sont refusées')
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/console/alarms')).status).toBe(403)
}, 30_000)
