import { expect, test } from 'bun:test'
import { HOUR, MINUTE, SECOND } from '../../../src/base/instant.ts'
import { type SecondFactorPolicy, writeSetting } from '../../../src/setting/setting.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { codeOf, recoveryCodesIn, setUpApp, shownIn } from '../../support/authenticator-app.ts'
import { type Answer, openTestHouse, PASSWORD, type TestBrowser, type TestHouse } from '../../support/house.ts'

const ANN = 'ann@acme.example'
const BOB = 'bob@acme.example'

const decide = ({ house }: TestHouse, policy: SecondFactorPolicy) =>
  house.db.transaction().execute((tx) => writeSetting(tx, systemAct(house.clock()), 'secondFactor', { policy }))
const rows = async ({ house }: TestHouse, type: string): Promise<number> =>
  (
    await house.db
      .selectFrom('auditLeaf')
      .select('seq')
      .where('type', '=', type as 'user.added')
      .execute()
  ).length
const news = async ({ house }: TestHouse): Promise<string[]> =>
  (
    await house.db.selectFrom('message').select('params').where('kind', '=', 'account-news').orderBy('createdAt').orderBy('id').execute()
  ).map(({ params }) => String((JSON.parse(params) as { news: string }).news))

async function password(house: TestHouse, email = BOB): Promise<{ browser: TestBrowser; answer: Answer }> {
  const browser = await house.browser()
  await browser.get('/sign-in')
  const answer = await browser.post('/sign-in', { email, password: PASSWORD, next: '/account?x' })
  if (answer.location) await browser.get(answer.location)
  return { browser, answer }
}

async function withApp(email = BOB) {
  const house = await openTestHouse()
  const first = await house.browser()
  await first.signIn(email)
  const { secret, codes } = await setUpApp(first, house.house.clock())
  house.wait(30 * SECOND)
  const code = (steps = 0) => codeOf(secret, house.house.clock(), steps)
  return { house, first, secret, codes, code }
}

test('after the password comes the code, and only then a session, at the page that was asked for', async () => {
  const { house, code } = await withApp()
  await using _ = house
  const { browser, answer } = await password(house)
  expect(answer.location).toBe('/sign-in/second-factor?next=%2Faccount%3Fx')
  expect([...browser.cookies.keys()].sort()).toEqual(['half', 'visit'])
  const shown = await browser.get(answer.location!)
  expect(shown.text).toContain('name="code"')
  const wrong = await browser.post('/sign-in/second-factor', { code: '000000', next: '/account?x' })
  expect([wrong.status, wrong.text.includes('id="code-error"')]).toEqual([422, true])
  const right = await browser.post('/sign-in/second-factor', { code: ` ${code().slice(0, 3)} ${code().slice(3)}`, next: '/account?x' })
  expect([right.status, right.location]).toEqual([303, '/account?x'])
  expect([...browser.cookies.keys()].sort()).toEqual(['device', 'paraphe', 'visit'])
  const page = await browser.get('/account')
  expect([page.status, page.text.includes('password + app code')]).toEqual([200, true])
})

test('what stands between the password and the code opens nothing, and sets up nothing', async () => {
  const { house } = await withApp()
  await using _ = house
  const { browser } = await password(house)
  browser.cookies.set('paraphe', browser.cookies.get('half')!)
  for (const path of [
    '/',
    '/account',
    '/account/security',
    '/account/security/app',
    '/envelopes',
    '/contacts',
    '/proof',
    '/vault',
    '/console/users',
  ])
    expect([path, (await browser.get(path)).status]).toEqual([path, path === '/' ? 303 : 303])
  expect((await browser.get('/sign-in/enrolment')).location).toBe('/sign-in')
  await browser.get('/sign-in/second-factor')
  for (const path of ['/sign-in/enrolment', '/sign-in/enrolment/passkey'])
    expect([path, (await browser.post(path, { sealed: 'x', code: '000000', passkey: '{}' })).location]).toEqual([path, '/sign-in'])
  for (const path of [
    '/account/security/app',
    '/account/security/recovery-codes',
    '/account/security/app/removal',
    '/envelopes',
    '/account/password',
  ])
    expect([path, (await browser.post(path, {})).status]).toEqual([path, 403])
  expect(await house.house.db.selectFrom('totp').selectAll().execute()).toHaveLength(1)
  expect(await rows(house, 'user.signed-in')).toBe(1)
})

test('a code counts once, near its time alone; parallel tries with one code let in one', async () => {
  const { house, code } = await withApp()
  await using _ = house
  const browsers = await Promise.all(Array.from({ length: 4 }, async () => (await password(house)).browser))
  const answers = await Promise.all(browsers.map((browser) => browser.post('/sign-in/second-factor', { code: code() })))
  expect(answers.filter(({ status }) => status === 303).length).toBe(1)
  house.wait(HOUR)
  const tries: [number, number][] = [
    [-2, 422],
    [2, 422],
    [1, 303],
  ]
  for (const [steps, status] of tries) {
    const { browser } = await password(house)
    expect([steps, (await browser.post('/sign-in/second-factor', { code: code(steps) })).status]).toEqual([steps, status])
    house.wait(20 * MINUTE)
  }
})

test('codes are guessed 4 times at once and 25 times a day, whatever the browser; the owner is told', async () => {
  const { house, code } = await withApp()
  await using _ = house
  const { browser } = await password(house)
  const statuses: number[] = []
  for (let n = 0; n < 6; n++) statuses.push((await browser.post('/sign-in/second-factor', { code: '000000' })).status)
  expect(statuses).toEqual([422, 422, 422, 422, 429, 429])
  let counted = 4
  for (let n = 0; n < 60; n++) {
    house.wait(16 * MINUTE)
    const next = (await password(house)).browser
    if ((await next.post('/sign-in/second-factor', { code: '000000' })).status === 422) counted++
  }
  expect(counted).toBe(25)
  const last = (await password(house)).browser
  expect((await last.post('/sign-in/second-factor', { code: code() })).status).toBe(429)
  expect((await last.post('/sign-in/second-factor', { recovery: 'aaaaa-aaaaa' })).status).toBe(429)
  expect((await news(house)).filter((one) => one === 'guessed').length).toBe(1)
  expect(await rows(house, 'user.second-factor-refused')).toBe(25)
}, 60_000)

test('a recovery code lets in once, however it is written; the person is told how many are left', async () => {
  const { house, codes } = await withApp()
  await using _ = house
  expect([codes.length, new Set(codes).size]).toEqual([10, 10])
  const kept = JSON.stringify(await house.house.db.selectFrom('recoveryCode').selectAll().execute())
  for (const code of codes) expect(kept).not.toContain(code.replace('-', ''))
  const { browser } = await password(house)
  const spelt = codes[3]!.toUpperCase().replace('-', ' ')
  expect((await browser.post('/sign-in/second-factor', { recovery: spelt })).status).toBe(303)
  expect((await browser.get('/account/security')).text).toContain('9 of 10 left.')
  const again = (await password(house)).browser
  const used = await again.post('/sign-in/second-factor', { recovery: codes[3]! })
  expect([used.status, used.text.includes('id="recovery-error"')]).toEqual([422, true])
  expect(await news(house)).toContain('code-used')
  house.wait(10 * MINUTE)
  const asked = await browser.post('/account/security/recovery-codes')
  expect(asked.status).toBe(403)
  const kept2 = /name="kept" value="([^"]+)"/.exec(asked.text)![1]!
  const fresh = recoveryCodesIn((await browser.post('/account/security/recovery-codes', { kept: kept2, 'proof-password': PASSWORD })).text)
  expect(fresh.filter((code) => codes.includes(code))).toEqual([])
  const old = (await password(house)).browser
  expect((await old.post('/sign-in/second-factor', { recovery: codes[5]! })).status).toBe(422)
  expect((await old.post('/sign-in/second-factor', { recovery: fresh[0]! })).status).toBe(303)
})

test('where the house asks for it, somebody without one sets it up before anything else, and is then signed in', async () => {
  await using house = await openTestHouse()
  await decide(house, 'administrators')
  const bob = await house.browser()
  expect((await bob.signIn(BOB)).location).toBe('/')
  const { browser, answer } = await password(house, ANN)
  expect(answer.location).toBe('/sign-in/enrolment?next=%2Faccount%3Fx')
  expect((await browser.get('/account')).status).toBe(303)
  expect((await browser.get('/sign-in/second-factor')).location).toBe('/sign-in')
  const { secret, sealed } = shownIn((await browser.get(answer.location!)).text)
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  const wrong = await browser.post('/sign-in/enrolment', { sealed, code: '000000', next: '/account?x' })
  expect([wrong.status, shownIn(wrong.text)]).toEqual([422, { secret, sealed }])
  expect((await browser.post('/sign-in/enrolment', { sealed: `${sealed.slice(0, -4)}AAAA`, code: '000000' })).status).toBe(422)
  expect(await house.house.db.selectFrom('totp').selectAll().execute()).toEqual([])
  const done = await browser.post('/sign-in/enrolment', { sealed, code: codeOf(secret, house.house.clock()), next: '/account?x' })
  expect([done.status, recoveryCodesIn(done.text).length, done.headers.get('cache-control')]).toEqual([200, 10, 'no-store'])
  expect(done.text).toContain('href="/account?x"')
  expect((await browser.get('/account')).status).toBe(200)
  expect(JSON.stringify(await house.house.db.selectFrom('totp').select('id').execute())).not.toContain(secret)
  expect(await news(house)).toEqual(['app-added'])
})

test('another’s sealed key, an old one, and one without a code set up nothing', async () => {
  await using house = await openTestHouse()
  const [ann, bob] = [await house.browser(), await house.browser()]
  await ann.signIn(ANN)
  await bob.signIn(BOB)
  const { secret, sealed } = shownIn((await ann.get('/account/security/app')).text)
  await bob.get('/account/security/app')
  const code = () => codeOf(secret, house.house.clock())
  expect((await bob.post('/account/security/app', { sealed, code: code() })).status).toBe(422)
  expect((await ann.post('/account/security/app', { sealed, code: '' })).status).toBe(422)
  house.wait(HOUR)
  await ann.post('/proof', { 'proof-password': PASSWORD })
  const stale = await ann.post('/account/security/app', { sealed, code: code() })
  expect([stale.status, stale.text.includes('shown for too long')]).toEqual([422, true])
  expect(await house.house.db.selectFrom('totp').selectAll().execute()).toEqual([])
})

test('an administrator takes a lost one away: told, recorded, and every session ends; not their own, and not of whoever may do more', async () => {
  const { house, first, code } = await withApp()
  await using _ = house
  const bob = await house.house.db.selectFrom('user').select('id').where('email', '=', BOB).executeTakeFirstOrThrow()
  const ann = await house.browser()
  await ann.signIn(ANN)
  const page = await ann.get(`/console/users/${bob.id}`)
  expect(page.text).toContain('Take the second factor away')
  expect((await first.post(`/console/users/${bob.id}/second-factor/removal`)).status).toBe(403)
  expect((await ann.post(`/console/users/${bob.id}/second-factor/removal`)).status).toBe(303)
  expect((await ann.post(`/console/users/${bob.id}/second-factor/removal`)).status).toBe(409)
  expect((await first.get('/account')).status).toBe(303)
  expect(await news(house)).toEqual(['app-added', 'taken-away'])
  expect(await rows(house, 'user.second-factor-removed')).toBe(1)
  const { answer } = await password(house)
  expect([answer.location, code().length]).toEqual(['/account?x', 6])
  const self = await house.house.db.selectFrom('user').select('id').where('email', '=', ANN).executeTakeFirstOrThrow()
  await ann.get('/account')
  await setUpApp(ann, house.house.clock())
  await ann.get('/account')
  expect((await ann.post(`/console/users/${self.id}/second-factor/removal`)).status).toBe(403)
})

test('the code proves who sits there too, once; the second factor is removed with its recovery codes', async () => {
  const { house, first, code } = await withApp()
  await using _ = house
  house.wait(10 * MINUTE)
  const asked = await first.get('/proof?next=/account/security/app')
  expect(asked.text).toContain('name="proof-code"')
  const proved = await first.post('/proof', { next: '/account/security', 'proof-by': 'code', 'proof-code': code() })
  expect([proved.status, proved.location]).toEqual([303, '/account/security'])
  const other = (await password(house)).browser
  expect((await other.post('/sign-in/second-factor', { code: code() })).status).toBe(422)
  await first.get('/account/security')
  expect((await first.post('/account/security/app/removal')).status).toBe(303)
  expect(await house.house.db.selectFrom('recoveryCode').selectAll().execute()).toEqual([])
  expect((await other.get('/sign-in/second-factor')).location).toBe('/sign-in')
  expect(await news(house)).toEqual(['app-added', 'app-removed'])
})

test('the policy is told and changed in the console; switched off, nothing is asked and nothing can be set up', async () => {
  const { house, first } = await withApp()
  await using _ = house
  const ann = await house.browser()
  await ann.signIn(ANN)
  const page = await ann.get('/console/second-factor')
  expect(page.text).toContain('1 of 2 people have a second factor.')
  expect(page.text).toContain('0 of 1 who administer have one.')
  expect((await ann.post('/console/second-factor', { policy: 'sometimes' })).status).toBe(422)
  expect((await ann.post('/console/second-factor', { policy: 'off' })).status).toBe(303)
  expect((await password(house)).answer.location).toBe('/account?x')
  const { secret, sealed } = shownIn((await ann.get('/account/security/app')).text)
  expect((await ann.post('/account/security/app', { sealed, code: codeOf(secret, house.house.clock()) })).status).toBe(403)
  expect((await first.get('/account/security')).text).toContain('switched second factors off')
  expect((await first.get('/console/second-factor')).status).toBe(403)
})

test('over plain http at an address without a name there is no passkey, and the page says so', async () => {
  await using house = await openTestHouse()
  const browser = await house.browser()
  await browser.signIn(ANN)
  expect((await browser.get('/account/security')).text).toContain('Browsers offer passkeys only at an https address')
  expect((await browser.get('/account/security/passkeys/new')).status).toBe(409)
  expect((await (await house.browser()).get('/sign-in')).text).not.toContain('data-passkey')
  expect((await browser.get('/sign-in/passkey/options', { accept: 'application/json' })).status).toBe(409)
})
