import { afterAll, beforeAll, expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { DEFAULTS, writeSetting } from '../../../src/setting/setting.ts'
import { ann } from '../../support/signing.ts'
import { type ApiClient, clientOf, openApi, tokenFor } from '../../support/api.ts'
import { openTestHouse, ORIGIN, PASSWORD, type TestHouse } from '../../support/house.ts'

let house: TestHouse
let api: ApiClient

beforeAll(async () => {
  house = await openTestHouse()
  api = await openApi(house)
})
afterAll(() => house[Symbol.asyncDispose]())

test('a token says who it speaks for and what it may', async () => {
  expect((await api.ask('GET', '/api/v1/me')).json).toMatchObject({
    isService: false,
    email: 'ann@acme.example',
    permissions: { documents: { view: 'all' }, signing: { sign: true } },
  })
  expect((await api.ask('GET', '/api/v1/token')).json).toMatchObject({ name: 'Test', addresses: [], secondsLeft: 90 * 86_400 })
})

test('nothing but a token opens the API: no cookie, no form, no other site', async () => {
  const nobody = await clientOf(house, '')
  const refused = await nobody.ask('GET', '/api/v1/me')
  expect([refused.status, refused.json.code, refused.headers.get('www-authenticate')]).toEqual([
    401,
    'token.needed',
    'Bearer realm="Paraphe"',
  ])
  const browser = await house.browser()
  await browser.signIn('ann@acme.example', PASSWORD)
  expect((await browser.get('/api/v1/me')).status).toBe(401)
  expect((await browser.post('/api/v1/envelopes', { title: 'x' })).status).toBe(401)
  for (const wrong of [
    'prph_nothing',
    api.secret.slice(0, -1) + (api.secret.endsWith('a') ? 'b' : 'a'),
    `${api.secret}x`,
    'a'.repeat(5_000),
  ]) {
    const answer = await (await clientOf(house, wrong)).ask('GET', '/api/v1/me')
    expect([answer.status, answer.json.code]).toEqual([401, 'token.wrong'])
  }
  const preflight = await house.server.fetch(
    new Request(`${ORIGIN}/api/v1/me`, {
      method: 'OPTIONS',
      headers: { host: new URL(ORIGIN).host, origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    }),
    '192.0.2.7',
  )
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
})

test('a token may do no more than its scopes, whatever its owner may', async () => {
  const reader = await openApi(house, 'ann@acme.example', ['envelopes:read'])
  expect((await reader.ask('GET', '/api/v1/envelopes')).status).toBe(200)
  const refused = await reader.ask('POST', '/api/v1/envelopes', { title: 'Lease' })
  expect([refused.status, refused.json.code]).toEqual([403, 'token.scope'])
  expect(refused.json.detail).toContain('envelopes:write')
  const writer = await openApi(house, 'ann@acme.example', ['envelopes:write'])
  expect((await writer.ask('GET', '/api/v1/envelopes')).status).toBe(200)
})

test('rights are those of the moment', async () => {
  const { db } = house.house
  const bob = await openApi(house, 'bob@acme.example')
  expect((await bob.ask('POST', '/api/v1/envelopes', { title: 'Lease' })).status).toBe(201)
  await db
    .deleteFrom('roleAssignment')
    .where('holderId', '=', (await bob.ask('GET', '/api/v1/me')).json.id)
    .execute()
  expect((await bob.ask('POST', '/api/v1/envelopes', { title: 'Lease' })).json.code).toBe('access.forbidden')
})

test.each([
  ['{"title":"a","title":"b"}', 'request.duplicate-key'],
  ['{"title":"a","t\\u0069tle":"b"}', 'request.duplicate-key'],
  ['{"title":"a",}', 'request.json'],
  ['{"title":', 'request.json'],
  ['', 'request.json'],
  [`{"title":${'['.repeat(200)}${']'.repeat(200)}}`, 'request.too-deep'],
  ['{"__proto__":{"title":"x"}}', 'request.unknown-field'],
  ['{"constructor":{}}', 'request.unknown-field'],
  ['[]', 'request.wrong-value'],
  ['"title"', 'request.wrong-value'],
])('a body that is odd is refused: %p', async (text, code) => {
  const answer = await api.ask('POST', '/api/v1/envelopes', text)
  expect([answer.status, answer.json.code]).toEqual([422, code])
  expect(({} as { title?: string }).title).toBeUndefined()
})

test('braces and quotes inside of texts are text', async () => {
  const title = 'a "{[\\" } ] , : é'
  expect((await api.ask('POST', '/api/v1/envelopes', { title, subject: title })).json).toMatchObject({ title, subject: title })
})

test('a body of another type is not read', async () => {
  const answer = await api.ask('POST', '/api/v1/envelopes', 'title=a', { 'content-type': 'application/x-www-form-urlencoded' })
  expect([answer.status, answer.json.code]).toEqual([415, 'request.media-type'])
  const nothing = await api.ask('GET', '/api/v1/nothing')
  expect([nothing.status, nothing.json.code, nothing.json.type]).toEqual([404, 'page.not-found', '/api/codes#page.not-found'])
})

test('the rate is told with every answer, and past it one is asked to wait', async () => {
  const { db, clock } = house.house
  const client = await clientOf(house, await tokenFor(house, await ann(house)))
  await db.transaction().execute((tx) => writeSetting(tx, systemAct(clock()), 'api', { ...DEFAULTS.api, perMinute: 3 }))
  const first = await client.ask('GET', '/api/v1/me')
  expect([first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual(['"token";q=3;w=60', '"token";r=2;t=20'])
  await client.ask('GET', '/api/v1/me')
  await client.ask('GET', '/api/v1/me')
  const over = await client.ask('GET', '/api/v1/me')
  expect([over.status, over.json.code, over.headers.get('retry-after'), over.headers.get('ratelimit')]).toEqual([
    429,
    'token.too-often',
    '20',
    '"token";r=0;t=20',
  ])
  house.wait(20_000)
  expect((await client.ask('GET', '/api/v1/me')).status).toBe(200)
  await db.transaction().execute((tx) => writeSetting(tx, systemAct(clock()), 'api', { ...DEFAULTS.api, perMinute: 60_000 }))
})

test('a token that is found where it should not be ends itself', async () => {
  const client = await clientOf(house, await tokenFor(house, await ann(house)))
  expect((await client.ask('DELETE', '/api/v1/token')).status).toBe(204)
  expect((await client.ask('GET', '/api/v1/me')).json.code).toBe('token.wrong')
})
