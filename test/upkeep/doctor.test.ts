import { expect, test } from 'bun:test'
import { instant, later, MINUTE } from '../../src/base/instant.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { type CheckName, examine } from '../../src/upkeep/doctor.ts'
import { doctorSentence } from '../../src/upkeep/doctor-sentence.ts'
import { LANGUAGES } from '../../src/view/words.ts'
import { NOON, openTestHouse, type TestHouse } from '../support/house.ts'
import { HAS_OFFICE } from '../support/office-files.ts'

const look = async ({ house }: TestHouse, { at = NOON, locked = false } = {}) => {
  const checks = await examine({ db: house.db, config: house.config, isLocked: () => locked }, at)
  return Object.fromEntries(checks.map((check) => [check.name, check])) as Record<CheckName, (typeof checks)[number]>
}

test('doctor says which LibreOffice there is and what holds it, or that there is none', async () => {
  await using test = await openTestHouse()
  const { office, 'office-fence': fence } = await look(test)
  expect([office.state, fence?.state !== undefined]).toEqual(HAS_OFFICE ? ['good', true] : ['wait', false])
  if (HAS_OFFICE)
    expect(office.facts).toMatchObject({ version: expect.stringMatching(/^\d+\./), program: expect.stringContaining('office') })
  await using without = await openTestHouse({ environment: { PARAPHE_LIBREOFFICE: 'none' } })
  expect(await look(without)).not.toHaveProperty('office')
  closeSandbox()
})

test('a house without mail, authority and https works, and deserves a look', async () => {
  await using test = await openTestHouse()
  const checks = await look(test)
  closeSandbox()
  expect(Object.entries(checks).filter(([, { state }]) => state === 'stop')).toEqual([])
  expect(['set-up', 'database', 'data-folder', 'clock', 'outbox', 'jobs'].map((name) => checks[name as CheckName].state)).toEqual([
    'good',
    'good',
    'good',
    'good',
    'good',
    'good',
  ])
  expect(['keys', 'certificates', 'revocation-lists', 'mail', 'address'].map((name) => checks[name as CheckName].state)).toEqual([
    'wait',
    'wait',
    'wait',
    'wait',
    'wait',
  ])
}, 20_000)

test('a clock before the last event, or before this program was made, stops', async () => {
  await using test = await openTestHouse()
  expect((await look(test, { at: later(NOON, -2 * MINUTE) })).clock.state).toBe('stop')
  expect((await look(test, { at: instant('2020-01-01') })).clock.state).toBe('stop')
}, 20_000)

test('locked keys, an ended certificate and a stale revocation list stop', async () => {
  await using test = await openTestHouse()
  const { db } = test.house
  const bytes = new Uint8Array([1])
  await db
    .insertInto('authorityKey')
    .values({ id: 'key_1', purpose: 'issuing', algorithm: 'ecdsa-p256', spki: bytes, wrapped: bytes, createdAt: NOON, retiredAt: null })
    .execute()
  const certificate = {
    serial: '01',
    purpose: 'issuing',
    subject: '{}',
    der: bytes,
    keyId: 'key_1',
    issuerId: null,
    notBefore: NOON,
    recipientId: null,
    createdAt: NOON,
    revokedAt: null,
    revocationReason: null,
  } as const
  await db
    .insertInto('certificate')
    .values({ id: 'crt_1', ...certificate, notAfter: later(NOON, -1) })
    .execute()
  await db
    .insertInto('revocationList')
    .values({ issuerId: 'crt_1', number: 1, der: bytes, thisUpdate: NOON, nextUpdate: later(NOON, -1) })
    .execute()
  const broken = await look(test, { locked: true })
  expect([broken.keys.state, broken.certificates.state, broken['revocation-lists'].state]).toEqual(['stop', 'stop', 'stop'])
  await db
    .insertInto('certificate')
    .values({ id: 'crt_2', ...certificate, serial: '02', notAfter: instant('2041-01-01') })
    .execute()
  await db
    .insertInto('revocationList')
    .values({ issuerId: 'crt_1', number: 2, der: bytes, thisUpdate: NOON, nextUpdate: later(NOON, MINUTE) })
    .execute()
  const mended = await look(test)
  expect([mended.keys.state, mended.certificates.state, mended['revocation-lists'].state]).toEqual(['good', 'good', 'good'])
  expect(mended.certificates.facts).toMatchObject({ purpose: 'issuing', ends: '2041-01-01' })
}, 20_000)

test('every answer has its sentence, with nothing left blank', async () => {
  await using test = await openTestHouse()
  const checks = await look(test)
  for (const language of LANGUAGES) for (const check of Object.values(checks)) expect(doctorSentence(language, check)).toMatch(/^[^{}–]+$/)
}, 20_000)
