import { afterAll, beforeAll, expect, test } from 'bun:test'
import { hashPassword } from '../../../../src/access/password.ts'
import { SUPERVISOR } from '../../../../src/access/rights.ts'
import { addUser } from '../../../../src/access/users.ts'
import { systemAct } from '../../../../src/audit/act.ts'
import { keptCheckpointIn } from '../../../../src/audit/kept.ts'
import { verifyLog } from '../../../../src/audit/verifying.ts'
import { takeCheckpoint } from '../../../../src/upkeep/checkpointing.ts'
import { ANN, openTestHouse, PASSWORD, type TestBrowser, type TestHouse } from '../../../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../../support/signing.ts'

let house: TestHouse
let admin: TestBrowser
let second: TestBrowser
let finished: string
let marie: string

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE])
  await send(house, user, draft)
  finished = draft.id
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, finished, name)).id)
  await house.drain()
  marie = (await recipientNamed(house, finished, 'Marie')).id
  admin = await house.browser()
  await admin.signIn('ann@acme.example')
  const { db, clock } = house.house
  const hash = await hashPassword(PASSWORD)
  const sue = { ...ANN, email: 'sue@acme.example', firstName: 'Sue', roles: [SUPERVISOR] }
  await db.transaction().execute((tx) => addUser(tx, systemAct(clock()), sue, hash))
  second = await house.browser()
  await second.signIn('sue@acme.example')
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

const clearOf = async (): Promise<string[]> =>
  (await house.house.db.selectFrom('auditClear').select('value').where('value', 'like', '%Marie%').execute()).map(({ value }) => value!)

test('found by name, shown what would go and what stays, and erased', async () => {
  const list = await admin.get('/console/audit/erasure?person=marie')
  expect(list.text).toContain(`/console/audit/erasure/${marie}`)
  expect((await admin.get('/console/audit/erasure?person=nobody+at+all')).text).toContain('Nobody matches')
  const page = await admin.get(`/console/audit/erasure/${marie}`)
  expect(page.status).toBe(200)
  expect(page.text).toMatch(/\d+ texts in the audit log/)
  expect(page.text).toContain('1 signed document names this person')
  expect(page.text).toContain('keep a masked address')
  expect(page.text).not.toMatch(/undefined|\[object|<script(?![^>]* src=)|\sstyle=/)
  const seen = /name="seen" value="(\d+)"/.exec(page.text)![1]!
  const before = await clearOf()
  expect(before.length).toBeGreaterThan(3)
  expect((await admin.post(`/console/audit/erasure/${marie}`, { seen: 'many' })).status).toBe(422)
  expect((await admin.post(`/console/audit/erasure/${marie}`, { seen: '1' })).text).toContain('Something was added in the meantime')
  expect(await clearOf()).toEqual(before)

  // Under a legal hold nothing goes, and the reason is told.
  await admin.get(`/vault/${finished}`)
  await admin.post(`/vault/${finished}/legal-hold`, { reason: 'Court of Paris' })
  const held = await admin.get(`/console/audit/erasure/${marie}`)
  expect(held.text).toContain('is under legal hold. Reason: Court of Paris')
  expect(held.text).not.toContain('name="seen"')
  const refused = await admin.post(`/console/audit/erasure/${marie}`, { seen })
  expect([refused.status, refused.text.includes('under legal hold')]).toEqual([409, true])
  expect(await clearOf()).toEqual(before)
  await admin.post(`/vault/${finished}/legal-hold/lifting`, { reason: 'settled' })
  // Asked for by one, it stands until another says yes.
  expect((await admin.post(`/console/audit/erasure/${marie}`, { seen })).status).toBe(409)
  await second.get(`/vault/${finished}`)
  await second.post(`/vault/${finished}/legal-hold/lifting/approval`, { reason: 'settled indeed' })

  const done = await admin.post(`/console/audit/erasure/${marie}`, { seen })
  expect([done.status, done.location]).toEqual([303, '/console/audit?type=person'])
  expect(await clearOf()).toEqual([])
  const shown = (await admin.get('/console/audit?type=person')).text
  expect(shown).toContain('It is erased.')
  expect(shown).toContain(`said in clear about one person: ${seen} text(s)`)
  expect((await admin.get('/console/audit?type=ceremony.signed')).text).toContain('(erased) signed')
  await takeCheckpoint(house.house)
  const report = await verifyLog(house.house.db, keptCheckpointIn(house.house.config.auditCheckpoint))
  expect([report.findings, report.erased]).toEqual([[], Number(seen)])
  // The sealed document still names her, and the vault shows it.
  expect((await admin.get(`/vault/${finished}`)).status).toBe(200)
})

test('whoever is still asked to sign is not erased, nor is an open account', async () => {
  const user = await ann(house)
  const draft = await draftFor(house, user, [{ ...MARIE, firstName: 'Nora', lastName: 'Nowack', email: 'nora@client.example' }])
  await send(house, user, draft)
  const nora = (await recipientNamed(house, draft.id, 'Nora')).id
  expect((await admin.get(`/console/audit/erasure/${nora}`)).text).toContain('is still under way')
  expect((await admin.post(`/console/audit/erasure/${nora}`, { seen: '0' })).status).toBe(409)
  expect((await admin.get(`/console/audit/erasure/${user.id}`)).text).toMatch(/still under way|account that is open/)
  await admin.get('/console/audit')
  await admin.post(`/envelopes/${draft.id}/voiding`, { reason: 'no longer needed' })
  const page = await admin.get(`/console/audit/erasure/${nora}`)
  expect(page.text).toContain('which came to nothing')
  const seen = /name="seen" value="(\d+)"/.exec(page.text)![1]!
  expect((await admin.post(`/console/audit/erasure/${nora}`, { seen })).status).toBe(303)
  expect(await house.house.db.selectFrom('recipient').select(['lastName', 'email']).where('id', '=', nora).executeTakeFirst()).toEqual({
    lastName: '…',
    email: null,
  })
  for (const path of [`/envelopes/${draft.id}`, '/envelopes', '/console/outbox?status=all', '/console/audit'])
    expect([path, (await admin.get(path)).status]).toEqual([path, 200])
  expect((await admin.get(`/console/audit/erasure/${nora}`)).status).toBe(404)
})

test('for administrators alone; in French', async () => {
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  for (const path of ['/console/audit/erasure', `/console/audit/erasure/${marie}`]) expect((await bob.get(path)).status).toBe(403)
  await bob.get('/account')
  expect((await bob.post(`/console/audit/erasure/${marie}`, { seen: '0' })).status).toBe(403)
  admin.cookies.set('lang', 'fr')
  expect((await admin.get('/console/audit/erasure?person=claire')).text).toContain('Voir ce qui disparaîtrait')
  const claire = (await recipientNamed(house, finished, 'Claire')).id
  expect((await admin.get(`/console/audit/erasure/${claire}`)).text).toContain('Ce qui disparaît pour toujours')
})
