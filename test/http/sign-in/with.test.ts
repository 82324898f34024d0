import { expect, test } from 'bun:test'
import { EMPLOYEE, SUPERVISOR } from '../../../src/access/rights.ts'
import { addMapping } from '../../../src/access/sign-on/mapping.ts'
import { redirectUriOf } from '../../../src/access/sign-on/provider-sign-in.ts'
import { addSource, changeSource, findSource, type ProviderSettings, switchSource } from '../../../src/access/sign-on/source.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { rolesHeldBy } from '../../../src/access/assigning.ts'
import { findUserByAddress } from '../../../src/access/users.ts'
import { forgetProviders } from '../../../src/oidc/provider.ts'
import { openTestHouse, ORIGIN, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { answerAt, OIDC_CLIENT, startOidc } from '../../support/oidc.ts'

const ACCOUNTS = {
  eve: { email: 'eve@acme.example', email_verified: true, given_name: 'Eve', family_name: 'Éluard', locale: 'fr', groups: ['leaders'] },
  max: { email: 'max@acme.example', email_verified: false, given_name: 'Max', family_name: 'Martin' },
  ann: { email: 'ann@acme.example', email_verified: true, given_name: 'Other', family_name: 'Ann' },
}

async function connected(policy: Partial<ProviderSettings['policy']> = {}) {
  const house = await openTestHouse({ realTime: true })
  const { db, secretKey, clock } = house.house
  const settings = (issuer: string): ProviderSettings => ({
    issuer,
    clientId: OIDC_CLIENT.client_id,
    caPem: null,
    allowsHttp: true,
    scopes: 'profile email',
    groupClaim: 'groups',
    trustsAddresses: false,
    factorValues: '',
    policy: { newcomers: 'everybody', joins: false, baseRole: EMPLOYEE, ...policy },
  })
  const id = await db.transaction().execute((tx) =>
    addSource(tx, systemAct(clock()), secretKey, {
      kind: 'oidc',
      name: 'Acme Login',
      settings: settings('http://127.0.0.1:1'),
      secret: OIDC_CLIENT.client_secret,
    }),
  )
  const provider = await startOidc([redirectUriOf(ORIGIN, id)], `${ORIGIN}/sign-in`, ACCOUNTS)
  await db.transaction().execute(async (tx) => {
    await changeSource(tx, systemAct(clock()), secretKey, id, {
      kind: 'oidc',
      name: 'Acme Login',
      settings: settings(provider.issuer),
      secret: OIDC_CLIENT.client_secret,
    })
    await switchSource(tx, systemAct(clock()), secretKey, id, true)
  })
  return {
    house,
    id,
    provider,
    async [Symbol.asyncDispose]() {
      await provider[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

async function comeBack(browser: TestBrowser, id: string, login: string, next = '') {
  const left = await browser.get(`/sign-in/with/${id}${next ? `?next=${encodeURIComponent(next)}` : ''}`)
  const back = await answerAt(left.location!, login, ORIGIN)
  return { left: new URL(left.location!), back: back.pathname + back.search, answer: await browser.get(back.pathname + back.search) }
}

const cookieOf = async (house: TestHouse) => (await house.house.db.selectFrom('userSession').selectAll().execute()).length

test('whoever the provider names comes in by its subject, with the groups that its claim says, and goes out there too', async () => {
  await using test = await connected()
  const { house, id } = test
  const { db, secretKey, clock } = house.house
  const source = await findSource(db, secretKey, id)
  await db.transaction().execute((tx) => addMapping(tx, systemAct(clock()), source, { group: 'leaders', kind: 'role', target: SUPERVISOR }))
  const browser = await house.browser()
  expect((await browser.get('/sign-in')).text).toContain(`href="/sign-in/with/${id}?`)
  const { left, answer } = await comeBack(browser, id, 'eve', '/account')
  expect([left.searchParams.get('code_challenge_method'), left.searchParams.get('response_type')]).toEqual(['S256', 'code'])
  expect(left.searchParams.get('state')?.length).toBeGreaterThan(40)
  expect(left.searchParams.get('nonce')?.length).toBeGreaterThan(40)
  expect([answer.status, answer.location]).toEqual([303, '/account'])
  const eve = (await findUserByAddress(db, 'eve@acme.example'))!
  expect(eve).toMatchObject({ firstName: 'Eve', lastName: 'Éluard', language: 'fr', passwordHash: null })
  expect([...(await rolesHeldBy(db, { kind: 'user', id: eve.id }))].sort()).toEqual([EMPLOYEE, SUPERVISOR].sort())
  expect((await browser.get('/account')).status).toBe(200)
  const out = await browser.post('/sign-out')
  expect(out.text).toContain('/session/end?')
  expect(out.text).toContain('id_token_hint=')
  expect((await browser.get('/account')).status).toBe(303)
}, 60_000)

test('an answer is taken once, in the browser that asked, at the address of its own provider, and not too late', async () => {
  await using test = await connected()
  const { house, id } = test
  const browser = await house.browser()
  const left = await browser.get(`/sign-in/with/${id}`)
  const leaving = browser.cookies.get('leaving')!
  const back = await answerAt(left.location!, 'eve', ORIGIN)
  const path = back.pathname + back.search
  const stranger = await house.browser()
  expect((await stranger.get(path)).status).toBe(410)
  // The state of another browser's journey does not fit this code.
  const other = await house.browser()
  await other.get(`/sign-in/with/${id}`)
  expect((await other.get(path)).status).toBe(403)
  expect((await browser.get(`/sign-in/with/src_other/return${back.search}`)).status).toBe(410)
  expect((await browser.get(path)).status).toBe(303)
  browser.cookies.set('leaving', leaving)
  expect((await browser.get(path)).status).toBe(410)
  expect(await cookieOf(house)).toBe(1)
}, 60_000)

test('next= leads to no other site, and a refusal of the provider is a sentence', async () => {
  await using test = await connected()
  const { house, id } = test
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/%2f/evil.example/..//evil']) {
    const { answer } = await comeBack(await house.browser(), id, 'eve', next)
    expect(answer.status).toBe(303)
    expect(new URL(answer.location!, ORIGIN).origin).toBe(ORIGIN)
  }
  const browser = await house.browser()
  const left = new URL((await browser.get(`/sign-in/with/${id}`)).location!)
  const denied = await browser.get(
    `/sign-in/with/${id}/return?error=access_denied&error_description=Not+today&state=${left.searchParams.get('state')}&iss=${encodeURIComponent(test.provider.issuer)}`,
  )
  expect(denied.status).toBe(403)
  expect(denied.text).toContain('Acme Login did not let you in: access_denied: Not today')
  // An answer that names another issuer (RFC 9207) is not believed.
  const mixed = new URL((await browser.get(`/sign-in/with/${id}`)).location!)
  const back = await answerAt(mixed.href, 'eve', ORIGIN)
  back.searchParams.set('iss', 'https://evil.example')
  expect((await browser.get(back.pathname + back.search)).status).toBe(403)
}, 60_000)

test('an address that the provider has not verified makes no account, and one of the house is joined by a rule alone', async () => {
  await using test = await connected()
  const unproven = await comeBack(await test.house.browser(), test.id, 'max')
  expect([unproven.answer.status, unproven.answer.text.includes('has not verified your e-mail address')]).toEqual([403, true])
  const taken = await comeBack(await test.house.browser(), test.id, 'ann')
  expect([taken.answer.status, taken.answer.text.includes('ann@acme.example')]).toEqual([409, true])
  expect(await cookieOf(test.house)).toBe(0)
}, 60_000)

test('whoever came by a provider is asked there again for what is sensitive', async () => {
  await using test = await connected()
  const { house, id } = test
  const browser = await house.browser()
  await comeBack(browser, id, 'eve')
  const { db } = house.house
  await db.updateTable('userSession').set({ provedAt: null }).execute()
  const page = await browser.get('/proof?next=%2Faccount')
  expect(page.text).toContain(`/sign-in/with/${id}?proof&next=%2Faccount`)
  const left = await browser.get(`/sign-in/with/${id}?proof&next=%2Faccount`)
  expect(new URL(left.location!).searchParams.get('prompt')).toBe('login')
  const back = await answerAt(left.location!, 'eve', ORIGIN)
  const answer = await browser.get(back.pathname + back.search)
  expect([answer.status, answer.location]).toEqual([303, '/account'])
  const [session] = await db.selectFrom('userSession').selectAll().execute()
  expect(session).toMatchObject({ provedBy: 'oidc' })
  // Somebody else at the provider proves nothing.
  await db.updateTable('userSession').set({ provedAt: null }).execute()
  const again = await browser.get(`/sign-in/with/${id}?proof`)
  const wrong = await answerAt(again.location!, 'ann', ORIGIN)
  expect((await browser.get(wrong.pathname + wrong.search)).status).toBe(403)
}, 60_000)

test('without another way, a form that comes too late leads to the provider and back to its page', async () => {
  await using test = await connected()
  const { house, id } = test
  const browser = await house.browser()
  await comeBack(browser, id, 'eve')
  await browser.get('/account')
  await house.house.db.updateTable('userSession').set({ provedAt: null }).execute()
  const page = await browser.post('/account/security/app', {}, { referer: `${ORIGIN}/account` })
  expect(page.status).toBe(403)
  expect(page.text).toContain('Confirmer avec Acme Login')
  expect(page.text).toContain(`/sign-in/with/${id}?proof&next=%2Faccount`)
  expect(page.text).toContain('n’est pas conservée')
  expect(page.text).not.toContain('Votre saisie est conservée')
  expect(page.text).not.toContain('name="proof-password"')
}, 60_000)

test('signing out ends the session before the provider is asked, which need not answer', async () => {
  await using test = await connected()
  const { house, id } = test
  const browser = await house.browser()
  await comeBack(browser, id, 'eve')
  await browser.get('/account')
  await test.provider[Symbol.asyncDispose]()
  forgetProviders()
  const out = await browser.post('/sign-out')
  expect([out.status, out.location]).toEqual([303, '/sign-in'])
  const [session] = await house.house.db.selectFrom('userSession').selectAll().execute()
  expect(session!.endedAt).not.toBeNull()
  expect((await browser.get('/account')).status).toBe(303)
}, 60_000)

test('a provider that is not there is a sentence, and the form beside it goes on working', async () => {
  await using test = await connected()
  await test.provider[Symbol.asyncDispose]()
  const browser = await test.house.browser()
  forgetProviders()
  const answer = await browser.get(`/sign-in/with/${test.id}`)
  expect([answer.status, answer.text.includes('Acme Login does not answer')]).toEqual([503, true])
  expect((await browser.signIn('ann@acme.example')).status).toBe(303)
}, 60_000)
