/// <reference lib="dom" />
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { EMPLOYEE } from '../../src/access/rights.ts'
import { chooseBreakGlass } from '../../src/access/sign-on/only.ts'
import { redirectUriOf } from '../../src/access/sign-on/provider-sign-in.ts'
import { addSource, changeSource, switchSource, type TypedSource } from '../../src/access/sign-on/source.ts'
import { systemAct } from '../../src/audit/act.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { connectDirectory } from '../access/sign-on/support.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { OIDC_CLIENT, type OidcServer, startOidc } from '../support/oidc.ts'
import { addPerson, LDAP_PASSWORD, type Slapd, startSlapd } from '../support/slapd.ts'

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
let slapd: Slapd
let provider: OidcServer
let providerId: string
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse()
  slapd = await startSlapd()
  await addPerson(slapd.admin, { uid: 'eve', firstName: 'Eve', lastName: 'Early' })
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  await connectDirectory(house.house, slapd)
  await house.house.db.transaction().execute(async (tx) => {
    const act = systemAct(house.house.clock())
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, act, 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
    const ann = await tx.selectFrom('user').selectAll().where('firstName', '=', 'Ann').executeTakeFirstOrThrow()
    await chooseBreakGlass(tx, act, ann.id)
  })
  await connectProvider()
  browser = await openBrowser(origin)
}, 60_000)

async function connectProvider(): Promise<void> {
  const { db, secretKey, clock } = house.house
  const typed = (issuer: string): TypedSource => ({
    kind: 'oidc',
    name: 'Acme Login',
    settings: {
      issuer,
      clientId: OIDC_CLIENT.client_id,
      caPem: null,
      allowsHttp: true,
      scopes: 'profile email',
      groupClaim: 'groups',
      trustsAddresses: false,
      factorValues: '',
      policy: { newcomers: 'everybody', joins: false, baseRole: EMPLOYEE },
    },
    secret: OIDC_CLIENT.client_secret,
  })
  const act = systemAct(clock())
  providerId = await db.transaction().execute((tx) => addSource(tx, act, secretKey, typed('http://127.0.0.1:1')))
  const person = (name: string, locale: string) => ({
    email: `${name}@acme.example`,
    email_verified: true,
    given_name: name,
    family_name: 'Élu',
    locale,
  })
  provider = await startOidc([redirectUriOf(origin(), providerId)], `${origin()}/sign-in`, {
    olga: person('olga', 'en'),
    odile: person('odile', 'fr'),
  })
  await db.transaction().execute(async (tx) => {
    await changeSource(tx, act, secretKey, providerId, typed(provider.issuer))
    await switchSource(tx, act, secretKey, providerId, true)
  })
}

/** The provider's own pages: who they are, and whether the house may know. */
async function passProvider(page: Page, login: string, arriving: string): Promise<void> {
  for (let steps = 0; steps < 4; steps++) {
    await page.waitForLoadState()
    if (page.url().startsWith(origin())) break
    const name = page.locator('[name="login"]')
    if (await name.count()) {
      await name.fill(login)
      await page.fill('[name="password"]', 'any')
    }
    await Promise.all([page.waitForNavigation(), page.locator('[type="submit"]').first().click()])
  }
  await page.waitForURL(`**${arriving}`)
}

/** What is asked of every page: axe, and no sideways scrolling on the narrowest phone. */
async function judge(page: Page): Promise<void> {
  expect(await accessible(page)).toEqual([])
  const size = page.viewportSize()!
  await page.setViewportSize({ width: 320, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  await page.setViewportSize(size)
}

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await provider?.[Symbol.asyncDispose]()
  await slapd?.[Symbol.asyncDispose]()
  await house?.[Symbol.asyncDispose]()
})

test('somebody of the directory comes in by their user name, and what the directory owns is locked', async () => {
  const { page } = await browser.person()
  await page.goto(`${origin()}/sign-in?next=/account`)
  expect(await accessible(page)).toEqual([])
  await page.fill('[name="email"]', 'eve')
  await page.fill('[name="password"]', LDAP_PASSWORD)
  await Promise.all([page.waitForURL('**/account'), page.press('[name="password"]', 'Enter')])
  expect(await page.getAttribute('#firstName', 'readonly')).not.toBeNull()
  expect(await page.locator('[name="newPassword"]').count()).toBe(0)
  expect(await accessible(page)).toEqual([])
}, 60_000)

for (const [login, phone] of [
  ['olga', false],
  ['odile', true],
] as const)
  test(`${login} signs in by the provider, proves there who sits before the page, and signs out here first`, async () => {
    const { db } = house.house
    const { page } = await browser.person({ phone, language: login === 'odile' ? 'fr' : 'en' })
    await page.goto(`${origin()}/sign-in?next=/account`)
    await judge(page)
    await page.click(`a[href^="/sign-in/with/${providerId}"]`)
    await passProvider(page, login, '/account')
    const { id } = await db.selectFrom('user').select('id').where('email', '=', `${login}@acme.example`).executeTakeFirstOrThrow()
    const session = () => db.selectFrom('userSession').selectAll().where('userId', '=', id).executeTakeFirstOrThrow()
    expect(await session()).toMatchObject({ method: 'oidc', provedBy: 'oidc' })

    await db.updateTable('userSession').set({ provedAt: null, provedBy: null }).where('userId', '=', id).execute()
    await page.goto(`${origin()}/account/security/app`)
    expect(new URL(page.url()).pathname).toBe('/proof')
    await judge(page)
    await page.click(`a[href^="/sign-in/with/${providerId}?proof"]`)
    // Asked again, though the provider knows them still.
    expect(await page.locator('[name="login"]').count()).toBe(1)
    await passProvider(page, login, '/account/security/app')
    expect((await session()).provedBy).toBe('oidc')

    await page.goto(`${origin()}/account`)
    await page
      .locator('form[action="/sign-out"]')
      .first()
      .evaluate((form: HTMLFormElement) => form.submit())
    const there = page.locator(`a[href^="${provider.issuer}"]`)
    await there.waitFor()
    await judge(page)
    expect((await session()).endedAt).not.toBeNull()
    await there.click()
    await page.locator('button, [type="submit"]').first().click()
    await page.waitForURL('**/sign-in**')
    await page.goto(`${origin()}/account`)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  }, 90_000)

test('an administrator tries the provider and sees what comes back, and stays who they are', async () => {
  const { page } = await browser.person()
  await page.goto(`${origin()}/sign-in?next=/console/sign-on/sources/${providerId}`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL('**/sources/**'), page.press('[name="password"]', 'Enter')])
  await page.click(`a[href="/console/sign-on/sources/${providerId}/trial"]`)
  await passProvider(page, 'olga', `/sign-in/with/${providerId}/return**`)
  expect(await page.textContent('main')).toContain('olga@acme.example')
  await judge(page)
  await page.click(`a[href="/console/sign-on/sources/${providerId}"]`)
  await judge(page)
}, 90_000)

test('the break-glass page is there while passwords are switched off', async () => {
  const { db, clock } = house.house
  await db
    .transaction()
    .execute(async (tx) => writeSetting(tx, systemAct(clock()), 'signOn', { ...(await readSetting(tx, 'signOn')), only: true }))
  const { page } = await browser.person({ phone: true, language: 'fr' })
  await page.goto(`${origin()}/sign-in/break-glass`)
  expect(await page.textContent('h1')).toBe('Connexion de secours')
  expect(await accessible(page)).toEqual([])
}, 60_000)
