import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DAY, HOUR, later } from '../../src/base/instant.ts'
import { examine } from '../../src/upkeep/doctor.ts'
import { countFaults, listFaults } from '../../src/vault/faults.ts'
import { orderSweep, sweepEverything } from '../../src/vault/sweep.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

let house: TestHouse
let id: string

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE])
  await send(house, user, draft)
  id = draft.id
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
  await house.drain()
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

test('a whole vault is told as such, with what was looked at', async () => {
  const { db } = house.house
  const { count } = await db
    .selectFrom('object')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const sweep = await sweepEverything(house.house)
  expect(sweep).toMatchObject({ objects: Number(count), documents: 1, faults: 0, isWhole: 1 })
  expect(await countFaults(db)).toBe(0)
  const told = await db.selectFrom('auditLeaf').select('entry').where('type', '=', 'vault.swept').executeTakeFirstOrThrow()
  expect(told.entry).toContain(`"objects":${count}`)
}, 60_000)

test('a flipped bit is found by file and by document, told by mail, page and doctor, and told as put right once it is', async () => {
  const { db } = house.house
  const head = await db.selectFrom('revision').select('objectDigest').orderBy('number', 'desc').executeTakeFirstOrThrow()
  const part = await db
    .selectFrom('objectPart')
    .selectAll()
    .where('objectDigest', '=', head.objectDigest)
    .orderBy('position', 'desc')
    .executeTakeFirstOrThrow()
  const { bytes } = await db.selectFrom('chunk').select('bytes').where('digest', '=', part.chunkDigest).executeTakeFirstOrThrow()
  const flipped = Uint8Array.from(bytes)
  flipped[Math.floor(flipped.length / 2)]! ^= 1
  await db.updateTable('chunk').set({ bytes: flipped }).where('digest', '=', part.chunkDigest).execute()

  const desk = await house.browser()
  await desk.signIn('ann@acme.example')
  expect((await desk.post('/console/vault')).status).toBe(303)
  await house.drain()
  const faults = await listFaults(db)
  expect(faults.map(({ kind }) => kind).sort()).toEqual(['bytes', 'verdict'])
  expect(faults.every(({ envelopeId }) => envelopeId === id)).toBe(true)
  const { text } = await desk.get('/console/vault')
  expect(text).toContain('Stored bytes have changed or are missing')
  expect(text).toContain('Consulting agreement')
  expect((await desk.get('/envelopes')).text).toContain('Something in the vault is not as it was stored.')
  const mails = await db.selectFrom('message').selectAll().where('kind', '=', 'alarm').execute()
  expect(mails.map(({ address }) => address)).toEqual(['ann@acme.example'])
  const checks = await examine({ ...house.house, isLocked: () => false }, house.house.clock())
  expect(checks.find(({ name }) => name === 'vault')).toMatchObject({ state: 'stop', facts: { faults: 2 } })
  // It is never given out as good: its beginning is looked at before the answer begins.
  const document = await db.selectFrom('document').select('id').executeTakeFirstOrThrow()
  const given = await desk.get(`/vault/${id}/documents/${document.id}/sealed.pdf`)
  expect([given.status, given.text.includes('%PDF')]).toEqual([500, false])

  // Told once for as long as it lasts.
  await sweepEverything(house.house)
  await house.drain()
  expect(await db.selectFrom('message').select('id').where('kind', '=', 'alarm').execute()).toHaveLength(1)
  await db.updateTable('chunk').set({ bytes }).where('digest', '=', part.chunkDigest).execute()
  await sweepEverything(house.house)
  expect(await countFaults(db)).toBe(0)
  expect(await db.selectFrom('auditLeaf').select('seq').where('type', '=', 'vault.fault-resolved').execute()).toHaveLength(2)
}, 120_000)

test('what the register says wrongly is put right and told', async () => {
  const { db } = house.house
  await db.updateTable('vaultEntry').set({ title: 'Something else', isHeld: 1 }).execute()
  await db.deleteFrom('vaultPerson').execute()
  await sweepEverything(house.house)
  expect(await db.selectFrom('vaultEntry').select(['title', 'isHeld']).executeTakeFirst()).toEqual({
    title: 'Consulting agreement',
    isHeld: 0,
  })
  await db.deleteFrom('vaultPerson').execute()
  await db.deleteFrom('vaultEntry').execute()
  await sweepEverything(house.house)
  expect(await db.selectFrom('vaultEntry').select(['title']).execute()).toEqual([{ title: 'Consulting agreement' }])
  const found = await db.selectFrom('vaultFault').select(['detail', 'resolvedAt']).where('kind', '=', 'register').execute()
  expect(found.map(({ detail, resolvedAt }) => [detail, resolvedAt !== null])).toEqual([
    ['title isHeld persons', true],
    ['missing', true],
  ])
}, 60_000)

test('by night, once a night, and at once where the last look is long ago', async () => {
  const { db } = house.house
  await db.deleteFrom('vaultSweep').execute()
  const at = house.house.clock()
  const started = async () => (await db.selectFrom('vaultSweep').select('id').execute()).length
  await orderSweep(db, at, 14)
  expect(await started()).toBe(1)
  await orderSweep(db, at, 2)
  expect(await started()).toBe(1)
  await house.drain()
  await orderSweep(db, later(at, HOUR), 2)
  await orderSweep(db, later(at, 21 * HOUR), 14)
  expect(await started()).toBe(1)
  await orderSweep(db, later(at, 21 * HOUR), 2)
  expect(await started()).toBe(2)
  await db.updateTable('vaultSweep').set({ endedAt: at }).execute()
  await orderSweep(db, later(at, 4 * DAY), 14)
  expect(await started()).toBe(3)
}, 60_000)
