import { afterAll, beforeAll, expect, test } from 'bun:test'
import { SUPERVISOR } from '../../src/access/rights.ts'
import { addUser } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { hashPassword } from '../../src/access/password.ts'
import { ANN, openTestHouse, PASSWORD, type TestBrowser, type TestHouse } from '../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

const PASSWORD_HASH = await hashPassword(PASSWORD)

let house: TestHouse
let desk: TestBrowser
let second: TestBrowser
let id: string

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE])
  await send(house, user, draft)
  id = draft.id
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
  await house.drain()
  desk = await house.browser()
  await desk.signIn('ann@acme.example')
  await house.house.db
    .transaction()
    .execute((tx) =>
      addUser(
        tx,
        systemAct(house.house.clock()),
        { ...ANN, email: 'sue@acme.example', firstName: 'Sue', roles: [SUPERVISOR] },
        PASSWORD_HASH,
      ),
    )
  second = await house.browser()
  await second.signIn('sue@acme.example')
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

const events = async (): Promise<string[]> =>
  (await house.house.db.selectFrom('auditLeaf').select('type').where('type', 'like', 'envelope.h%').orderBy('seq').execute()).map(
    ({ type }) => type,
  )

test('placed with a reason; lifted by two people, each with a reason; each once, each recorded', async () => {
  expect((await desk.get(`/vault/${id}`)).text).toContain('Place under legal hold')
  const page = await desk.get(`/vault/${id}/legal-hold`)
  expect([page.status, page.text.includes('Why must it be kept?')]).toEqual([200, true])
  expect((await desk.post(`/vault/${id}/legal-hold`, { reason: '  ' })).status).toBe(422)
  expect((await desk.post(`/vault/${id}/legal-hold/lifting`, { reason: 'x' })).status).toBe(409)
  expect(await events()).toEqual([])
  expect((await desk.post(`/vault/${id}/legal-hold`, { reason: 'Lawsuit <7>' })).location).toBe(`/vault/${id}`)
  const again = await desk.post(`/vault/${id}/legal-hold`, { reason: 'twice' })
  expect([again.status, again.text.includes('under legal hold already')]).toEqual([409, true])
  const shown = (await desk.get(`/vault/${id}`)).text
  expect(shown).toContain('Under legal hold')
  expect(shown).toContain('Reason: Lawsuit &lt;7&gt;')
  expect(shown).toContain('Placed it under legal hold: …')
  await desk.get(`/vault/${id}/legal-hold`)
  const lifting = `/vault/${id}/legal-hold/lifting`
  expect((await second.post(`${lifting}/approval`, { reason: 'settled' })).status).toBe(409)
  expect((await desk.post(lifting, { reason: 'settled' })).status).toBe(303)
  expect((await desk.get(`/vault/${id}`)).text).toContain('Under legal hold')
  expect((await second.post(lifting, { reason: 'me too' })).status).toBe(409)
  const alone = await desk.post(`${lifting}/approval`, { reason: 'and done' })
  expect([alone.status, alone.text.includes('Who asked cannot decide')]).toEqual([403, true])
  expect((await second.post(`${lifting}/refusal`, { reason: 'not yet' })).status).toBe(303)
  expect((await desk.post(lifting, { reason: 'settled' })).status).toBe(303)
  expect((await second.get(`/vault/${id}/legal-hold`)).text).toContain('Ann Archer asked on')
  expect((await second.post(`${lifting}/approval`, { reason: ' ' })).status).toBe(422)
  expect((await second.post(`${lifting}/approval`, { reason: 'read the ruling' })).status).toBe(303)
  expect(await events()).toEqual([
    'envelope.held',
    'envelope.hold-lift-asked',
    'envelope.hold-lift-refused',
    'envelope.hold-lift-asked',
    'envelope.hold-lifted',
  ])
  expect((await desk.get(`/vault/${id}`)).text).not.toContain('Under legal hold')
  const row = await house.house.db.selectFrom('legalHold').selectAll().executeTakeFirstOrThrow()
  expect(row).toMatchObject({ reason: 'Lawsuit <7>', liftAskedReason: 'settled', liftAskedBy: row.setBy, liftReason: 'read the ruling' })
  expect(row.liftedBy).not.toBe(row.setBy)
})

test('an employee who signed sees that it is held, and neither why nor a way to lift it; a stranger finds nothing', async () => {
  const { db } = house.house
  await desk.get(`/vault/${id}`)
  await desk.post(`/vault/${id}/legal-hold`, { reason: 'Secret inquiry' })
  const bob = await db.selectFrom('user').select('id').where('email', '=', 'bob@acme.example').executeTakeFirstOrThrow()
  const other = await house.browser()
  await other.signIn('bob@acme.example')
  expect((await other.post(`/vault/${id}/legal-hold`, { reason: 'x' })).status).toBe(404)
  const claire = await recipientNamed(house, id, 'Claire')
  await db.updateTable('recipient').set({ userId: bob.id }).where('id', '=', claire.id).execute()
  const { text } = await other.get(`/vault/${id}`)
  expect(text).toContain('Under legal hold')
  expect(text).not.toContain('Secret inquiry')
  expect(text).not.toContain('/legal-hold')
  expect((await other.get(`/vault/${id}/legal-hold`)).status).toBe(403)
  expect((await other.post(`/vault/${id}/legal-hold/lifting`, { reason: 'x' })).status).toBe(403)
  desk.cookies.set('lang', 'fr')
  expect((await desk.get(`/vault/${id}/legal-hold`)).text).toContain('Lever la conservation légale de')
})
