import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Server } from 'bun'
import type { CDPSession, Page } from 'playwright-core'
import { askForPasswordLink, passwordLinkToTell } from '../../src/access/forgotten-password.ts'
import { findUserByAddress } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { faultsOf } from '../support/judged.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { codeOf } from '../support/authenticator-app.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'

let house: TestHouse
let door: Server<undefined>
let browser: TestBrowser
let origin = ''

beforeAll(async () => {
  let answer = (_: Request): Promise<Response> => Promise.reject(new Error('not yet'))
  door = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => answer(request) })
  // A browser has passkeys under https and at localhost, and at no bare address.
  origin = `http://localhost:${door.port}`
  house = await openTestHouse({ origin, realTime: true })
  answer = (request) => house.server.fetch(request, '127.0.0.1')
  browser = await openBrowser(() => origin)
}, 60_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

interface Authenticator {
  readonly id: string
  readonly session: CDPSession
  verify(isVerified: boolean): Promise<void>
}

/** A device of chromium's own that keeps passkeys and asks for the person, as a phone or a laptop does. */
async function authenticator(page: Page): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId: id } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    id,
    session,
    verify: async (isUserVerified) => void (await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified })),
  }
}

async function byPassword(page: Page, email: string): Promise<void> {
  await page.goto(`${origin}/sign-in`)
  await page.fill('[name=email]', email)
  await page.fill('[name=password]', PASSWORD)
  await page.press('[name=password]', 'Enter')
  await page.waitForURL((url) => url.pathname !== '/sign-in')
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto(`${origin}/account/security`)
  await page.click('a[href="/account/security/passkeys/new"]')
  await page.fill('[name=name]', name)
  await page.click('button[data-passkey]')
}

const stored = () => house.house.db.selectFrom('passkey').selectAll().orderBy('createdAt').execute()

test('a passkey is added, signs in without a name, counts up, and is removed', async () => {
  const { page } = await browser.person()
  const device = await authenticator(page)
  await byPassword(page, 'ann@acme.example')
  await addPasskey(page, 'My <laptop>')
  await page.waitForSelector('.codes')
  expect(await page.locator('.codes li').count()).toBe(10)
  expect(await faultsOf(page)).toEqual([])
  await page.click('text=I have kept them, continue')
  expect(await page.textContent('.rows strong')).toBe('My <laptop>')
  expect(await page.textContent('.rows')).toContain('not used yet')
  // The same device twice is refused by the browser, and nothing is lost.
  await addPasskey(page, 'again')
  await page.waitForSelector('#passkey-failed:not([hidden])')
  expect(await page.inputValue('[name=name]')).toBe('again')

  await page.goto(`${origin}/account`)
  await page.click('form[action="/sign-out"] button')
  await page.waitForURL('**/sign-in')
  await page.click('button[data-passkey]')
  await page.waitForURL(`${origin}/`)
  await page.goto(`${origin}/account`)
  expect(await page.textContent('form[action="/account/sessions/ending"]')).toContain('passkey ·')
  const [row] = await stored()
  expect([row!.counter > 0, row!.lastUsedAt !== null]).toEqual([true, true])
  await page.goto(`${origin}/account/security`)
  await page.click('.rows button')
  await page.waitForSelector('.flash--good')
  expect(await stored()).toEqual([])
  await device.session.detach()
}, 90_000)

test('after a password a passkey is the second factor; without the finger nobody gets in', async () => {
  const { page } = await browser.person({ language: 'fr' })
  const device = await authenticator(page)
  await byPassword(page, 'bob@acme.example')
  await addPasskey(page, 'phone')
  await page.waitForSelector('.codes')
  await page.goto(`${origin}/account`)
  await page.click('form[action="/sign-out"] button')
  await byPassword(page, 'bob@acme.example')
  expect(new URL(page.url()).pathname).toBe('/sign-in/second-factor')
  expect(await faultsOf(page)).toEqual([])
  await device.verify(false)
  await page.click('button[data-passkey]')
  await page.waitForSelector('#passkey-failed:not([hidden])')
  expect((await page.goto(`${origin}/account`))?.url()).toContain('/sign-in')
  await device.verify(true)
  await page.goto(`${origin}/sign-in/second-factor`)
  await page.click('button[data-passkey]')
  await page.waitForURL(`${origin}/`)
  const sessions = await house.house.db.selectFrom('userSession').select(['method', 'factor']).where('endedAt', 'is', null).execute()
  expect(sessions).toContainEqual({ method: 'password', factor: 'passkey' })
}, 90_000)

test('an answer of a passkey counts once, for whom and what it was asked, and not for another visit', async () => {
  const { page, context } = await browser.person()
  await authenticator(page)
  await byPassword(page, 'ann@acme.example')
  await addPasskey(page, 'laptop')
  await page.waitForSelector('.codes')
  await page.goto(`${origin}/account`)
  await page.click('form[action="/sign-out"] button')
  await page.waitForURL('**/sign-in')
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/sign-in/passkey'))
      sent.push(new URLSearchParams(request.postData() ?? '').get('passkey') ?? '')
  })
  await page.click('button[data-passkey]')
  await page.waitForURL(`${origin}/`)
  expect(sent[0]).toContain('"clientDataJSON"')
  const again = await house.browser()
  for (const { name, value } of await context.cookies()) if (name === 'visit') again.cookies.set(name, value)
  await again.get('/sign-in')
  const replayed = await again.post('/sign-in/passkey', { passkey: sent[0]! })
  expect([replayed.status, replayed.text.includes('This passkey was not accepted.')]).toEqual([422, true])
  const stranger = await house.browser()
  await stranger.get('/sign-in')
  for (const passkey of [sent[0]!, '{}', 'no JSON', '{"id":"x","response":{"clientDataJSON":"AAAA"}}', ''])
    expect((await stranger.post('/sign-in/passkey', { passkey })).status).toBe(422)
}, 90_000)

test('the pages of a proof, of a new password and of security are whole, in both languages', async () => {
  // Those of the tests before would ask for a finger.
  await house.house.db.deleteFrom('passkey').execute()
  const { page } = await browser.person({ phone: true })
  await byPassword(page, 'ann@acme.example')
  const { db, secretKey, clock } = house.house
  const ann = (await findUserByAddress(db, 'ann@acme.example'))!
  for (const language of ['en', 'fr']) {
    await page.context().addCookies([{ name: 'lang', value: language, url: origin }])
    for (const path of [
      '/account/security',
      '/account/security/app',
      '/account/security/passkeys/new',
      '/console/second-factor',
      '/sign-in/forgotten',
    ]) {
      await page.goto(`${origin}${path}`)
      expect([path, new URL(page.url()).pathname, await faultsOf(page)]).toEqual([path, path, []])
    }
    await askForPasswordLink(house.house, systemAct(clock()), 'ann@acme.example')
    await house.drain()
    const link = await db.selectFrom('passwordLink').select('id').where('usedAt', 'is', null).executeTakeFirstOrThrow()
    await page.goto(`${origin}/sign-in/forgotten/${(await passwordLinkToTell(db, secretKey, link.id, clock()))!.token}`)
    expect(await faultsOf(page)).toEqual([])
    await db.updateTable('userSession').set({ provedAt: null }).where('userId', '=', ann.id).execute()
    await page.goto(`${origin}/proof?next=/contacts/exports/csv&file=/contacts`)
    expect(await faultsOf(page)).toEqual([])
    await page.fill('[name="proof-password"]', PASSWORD)
    await page.press('[name="proof-password"]', 'Enter')
    await page.waitForSelector('a[download]')
    expect(await faultsOf(page)).toEqual([])
  }
}, 90_000)

test('at the sign-in where the house asks for a factor, an app is set up by the page, and by a phone without a script', async () => {
  await house.house.db.deleteFrom('passkey').execute()
  const admin = await house.browser()
  await admin.signIn('ann@acme.example')
  await admin.post('/console/second-factor', { policy: 'everybody' })
  for (const [person, language] of [
    ['ann@acme.example', 'en'],
    ['bob@acme.example', 'fr'],
  ] as const) {
    const { page } = await browser.person({ phone: true, language })
    await byPassword(page, person)
    expect(new URL(page.url()).pathname).toBe('/sign-in/enrolment')
    expect(await faultsOf(page)).toEqual([])
    const secret = (await page.textContent('.enrol__key'))!.replaceAll(/\s/g, '')
    await page.fill('[name=code]', codeOf(secret, house.house.clock()))
    await page.press('[name=code]', 'Enter')
    await page.waitForSelector('.codes')
    expect(await faultsOf(page)).toEqual([])
  }
  expect(browser.complaints).toEqual([])
}, 90_000)
