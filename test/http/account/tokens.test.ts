import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clientOf } from '../../support/api.ts'
import { openTestHouse, PASSWORD, type TestBrowser, type TestHouse } from '../../support/house.ts'

let house: TestHouse
let ann: TestBrowser
let bob: TestBrowser

beforeAll(async () => {
  house = await openTestHouse()
  ann = await house.browser()
  await ann.signIn('ann@acme.example')
  bob = await house.browser()
  await bob.signIn('bob@acme.example')
})
afterAll(() => house[Symbol.asyncDispose]())

const WISH = { name: 'ERP', 'scope:envelopes:read': '1', days: '90', addresses: '' }
const secretIn = (text: string): string => /prph_[0-9A-Za-z]{38}/.exec(text)?.[0] ?? ''
const keyIn = (text: string): string => /name="key" value="([^"]+)"/.exec(text)![1]!

test('a person makes a token, sees it once, uses it and ends it', async () => {
  const empty = await bob.get('/account/tokens')
  expect(empty.text).toContain('There are no tokens yet.')
  const made = await bob.post('/account/tokens', { ...WISH, key: keyIn(empty.text) })
  expect(made.status).toBe(200)
  const secret = secretIn(made.text)
  const api = await clientOf(house, secret)
  expect((await api.ask('GET', '/api/v1/me')).json.email).toBe('bob@acme.example')
  const page = await bob.get('/account/tokens')
  expect(page.text).not.toContain(secret)
  expect(page.text).toContain(secret.slice(-4))
  const again = await bob.post('/account/tokens', { ...WISH, key: keyIn(empty.text) })
  expect([again.status, secretIn(again.text)]).toEqual([409, ''])
  const { id } = await house.house.db.selectFrom('apiToken').select('id').executeTakeFirstOrThrow()
  // Somebody else's is not there.
  await house.house.db.updateTable('apiToken').set({ name: 'ERP' }).where('id', '=', id).execute()
  expect((await bob.post(`/account/tokens/${id}/ending`)).status).toBe(303)
  expect((await api.ask('GET', '/api/v1/me')).status).toBe(401)
})

test('what does not fit stands beside its field, and makes no token', async () => {
  for (const [fields, sentence] of [
    [{ name: '' }, 'Please give the token a name'],
    [{ 'scope:envelopes:read': '' }, 'Please tick at least one thing'],
    [{ days: '4000' }, 'Please choose a life between 1 and 365 days.'],
    [{ days: 'endless' }, 'Please choose a life'],
    [{ addresses: '10.0.0.0/99' }, '10.0.0.0/99 is neither an IP address'],
  ] as const) {
    const wish: Record<string, string> = { ...WISH, ...fields }
    if (!wish['scope:envelopes:read']) delete wish['scope:envelopes:read']
    const answer = await bob.post('/account/tokens', wish)
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(sentence)
    expect(secretIn(answer.text)).toBe('')
  }
})

test('a token is made only soon after a proof of who sits there, and goes on by itself after it', async () => {
  const late = await house.browser()
  await late.signIn('bob@acme.example')
  house.wait(11 * 60_000)
  const asked = await late.post('/account/tokens', WISH)
  expect([asked.status, secretIn(asked.text)]).toEqual([403, ''])
  const kept = /name="([^"]*kept[^"]*)" value="([^"]+)"/.exec(asked.text)!
  const made = await late.post('/account/tokens', { [kept[1]!]: kept[2]!, 'proof-password': PASSWORD })
  expect([made.status, secretIn(made.text)]).toEqual([200, expect.stringMatching(/^prph_/)])
  await ann.signIn('ann@acme.example')
  await bob.signIn('bob@acme.example')
})

test('an administrator makes an account for a program and its token, and sees and ends everybody’s', async () => {
  expect((await ann.get('/console/tokens')).text).toContain('There is no such account yet.')
  expect((await ann.post('/console/tokens/accounts', { program: '' })).status).toBe(422)
  expect((await ann.post('/console/tokens/accounts', { program: 'ERP' })).status).toBe(303)
  const page = await ann.get('/console/tokens')
  const program = /<option value="(usr_\w+)"/.exec(page.text)![1]!
  const made = await ann.post('/console/tokens', { ...WISH, userId: program })
  const api = await clientOf(house, secretIn(made.text))
  expect((await api.ask('GET', '/api/v1/me')).json).toMatchObject({ id: program, isService: true, lastName: 'ERP', email: null })
  expect((await ann.get(`/console/users/${program}`)).status).toBe(200)
  expect((await ann.get('/console/users')).text).toContain('Program')
  // Nobody signs in with it, and no link lets anybody.
  expect((await ann.post(`/console/users/${program}/invitation`)).status).toBe(409)
  expect((await bob.get('/console/tokens')).status).toBe(403)
  const token = (await api.ask('GET', '/api/v1/token')).json.id
  expect((await bob.post(`/account/tokens/${token}/ending`)).status).toBe(404)
  expect((await ann.post(`/console/tokens/${token}/ending`)).status).toBe(303)
  expect((await api.ask('GET', '/api/v1/me')).status).toBe(401)
})

test('the house says how long tokens live and how much they may ask', async () => {
  expect((await ann.post('/console/tokens/policy', { longestDays: '0', perMinute: '10' })).status).toBe(422)
  expect((await ann.post('/console/tokens/policy', { longestDays: '30', perMinute: '10', endless: '1' })).status).toBe(303)
  expect((await bob.get('/account/tokens')).text).not.toContain('Make the token')
  expect((await bob.post('/account/tokens', WISH)).status).toBe(422)
  expect((await bob.post('/account/tokens', { ...WISH, days: '30' })).status).toBe(403)
  await ann.post('/console/tokens/policy', { longestDays: '30', perMinute: '10', endless: '1', personal: '1' })
  expect((await bob.post('/account/tokens', { ...WISH, days: 'endless' })).status).toBe(200)
})
