import { expect, test } from 'bun:test'
import { HOUR } from '../../src/base/instant.ts'
import { openTestHouse, PASSWORD } from '../support/house.ts'

test('a page of the house asks for the sign-in, and is shown after it', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  const asked = await browser.get('/console/audit?type=user.added')
  expect([asked.status, asked.location]).toEqual([303, '/sign-in?next=%2Fconsole%2Faudit%3Ftype%3Duser.added'])
  const page = await browser.get(asked.location!)
  expect(page.text).toContain('name="next" value="/console/audit?type=user.added"')
  const signedIn = await browser.post('/sign-in', { email: 'ann@acme.example', password: PASSWORD, next: '/console/audit?type=user.added' })
  expect([signedIn.status, signedIn.location]).toEqual([303, '/console/audit?type=user.added'])
  expect((await browser.get('/console/audit')).status).toBe(200)
})

test('every cookie is out of reach of scripts and of other sites', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.get('/sign-in')
  const { headers } = await browser.post('/sign-in', { email: 'ann@acme.example', password: PASSWORD })
  const cookies = headers.getSetCookie()
  expect(cookies.map((line) => line.split('=')[0])).toContain('paraphe')
  for (const line of cookies) expect(line).toMatch(/; HttpOnly(;|$)/i)
  for (const line of cookies) expect(line).toMatch(/; SameSite=Lax(;|$)/i)
})

test('a wrong password says so beside the field, keeps the address and never the password', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.get('/sign-in')
  const answer = await browser.post('/sign-in', { email: 'ann@acme.example', password: 'not the right one' })
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('This address and password do not go together.')
  expect(answer.text).toContain('value="ann@acme.example"')
  expect(answer.text).not.toContain('not the right one')
  expect([...browser.cookies.keys()]).not.toContain('paraphe')
  const unknown = await browser.post('/sign-in', { email: 'nobody@acme.example', password: 'not the right one' })
  expect(unknown.text.replaceAll(/nobody|ann/g, '')).toBe(answer.text.replaceAll(/nobody|ann/g, ''))
})

test('signing in gives a new session; signing out ends it at the server', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const first = browser.cookies.get('paraphe')
  await browser.get('/account')
  await browser.post('/sign-in', { email: 'ann@acme.example', password: PASSWORD })
  expect(browser.cookies.get('paraphe')).not.toBe(first)
  const stranger = await test.browser()
  stranger.cookies.set('paraphe', first ?? '')
  expect((await stranger.get('/account')).status).toBe(303)
  await browser.get('/account')
  const kept = browser.cookies.get('paraphe')
  const out = await browser.post('/sign-out')
  expect([out.status, out.location, out.headers.get('clear-site-data')]).toEqual([303, '/sign-in', '"cache", "storage"'])
  browser.cookies.set('paraphe', kept ?? '')
  expect((await browser.get('/account')).status).toBe(303)
})

test('two hours left alone end a session', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  test.wait(2 * HOUR)
  expect((await browser.get('/account')).status).toBe(303)
})

test.each([
  '//evil.example',
  '/.//evil.example',
  '/..//evil.example',
  'https://evil.example',
  '/\\evil.example',
  '\\/evil.example',
  'javascript:alert(1)',
  '/ok\r\nSet-Cookie: a=b',
  '/\t/evil.example',
  'evil.example',
  '//',
  '/%0d%0a',
  '/./../\\x',
  'http:/evil.example',
])('after the sign-in nobody is sent to %p', async (next) => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.get('/sign-in')
  const { location, headers } = await browser.post('/sign-in', { email: 'ann@acme.example', password: PASSWORD, next })
  expect(location === '/' || (location ?? '').startsWith('/%0d')).toBe(true)
  expect(headers.getSetCookie().some((line) => line.startsWith('a='))).toBe(false)
})

test('a form of another site, without our token, or of another visit changes nothing', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const token = (await browser.get('/account')).text.match(/name="csrf" value="([^"]+)"/)?.[1] ?? ''
  const fields = { firstName: 'Eve', lastName: 'Evil', language: 'en' }
  const tries: [Record<string, string>, Record<string, string>][] = [
    [{ csrf: token }, { 'sec-fetch-site': 'cross-site' }],
    [{ csrf: token }, { 'sec-fetch-site': 'same-site' }],
    [{ csrf: token }, { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    [{ csrf: token }, { 'sec-fetch-site': '', origin: 'null' }],
    [{ csrf: '' }, {}],
    [{ csrf: `${token}x` }, {}],
  ]
  for (const [more, headers] of tries) expect((await browser.post('/account', { ...fields, ...more }, headers)).status).toBe(403)
  const other = await test.browser()
  await other.signIn('bob@acme.example')
  expect((await other.post('/account', { ...fields, csrf: token })).status).toBe(403)
  expect(JSON.stringify(await test.house.db.selectFrom('user').select('firstName').execute())).not.toContain('Eve')
  expect((await browser.post('/account', { ...fields, csrf: token, firstName: 'Anna' })).status).toBe(303)
})

test('nobody who is no administrator enters the console', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('bob@acme.example')
  for (const path of [
    '/console',
    '/console/companies',
    '/console/users',
    '/console/users/new',
    '/console/stamps',
    '/console/settings',
    '/console/disclosures',
    '/console/audit',
    '/console/health',
  ])
    expect([path, (await browser.get(path)).status]).toEqual([path, 403])
  for (const path of ['/console/companies', '/console/users', '/console/stamps', '/console/settings', '/console/disclosures'])
    expect([path, (await browser.post(path, { email: 'x@y.z' })).status]).toEqual([path, 403])
})

test('in French where the browser asks for it, until somebody chooses', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  const french = await browser.get('/sign-in', { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.5' })
  expect(french.text).toContain('<html lang="fr"')
  expect(french.text).toContain('Se connecter')
  await browser.post('/language', { language: 'en', next: '/sign-in' })
  expect((await browser.get('/sign-in', { 'accept-language': 'fr' })).text).toContain('<html lang="en"')
})
