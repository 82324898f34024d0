import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { DAY, MINUTE, SECOND } from '../../src/base/instant.ts'
import { currentInvitation, invitationToken } from '../../src/envelope/invitation.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { ann, CLAIRE, codeOf, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

/** What goes otherwise than planned, as it looks to the people whom it happens to. The clock is ours: it moves when a test says so. */
let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
let desk: Page
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  await house.house.db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(house.house.clock()), 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
  })
  browser = await openBrowser(origin)
  desk = (await browser.person()).page
  await signIn()
}, 60_000)

/** Again after the clock has moved past the session. */
async function signIn(): Promise<void> {
  await desk.goto(`${origin()}/sign-in?next=/account`)
  if (!desk.url().includes('/sign-in')) return
  await desk.fill('[name="email"]', 'ann@acme.example')
  await desk.fill('[name="password"]', PASSWORD)
  await Promise.all([desk.waitForURL('**/account'), desk.press('[name="password"]', 'Enter')])
}

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

async function sent(people = [CLAIRE, MARIE]): Promise<{ id: string; claire: string }> {
  const user = await ann(house)
  const draft = await draftFor(house, user, people)
  await send(house, user, draft)
  return { id: draft.id, claire: (await recipientNamed(house, draft.id, 'Claire')).id }
}

async function linkOf(recipientId: string): Promise<string> {
  const invitation = await currentInvitation(house.house.db, recipientId, house.house.clock())
  return `${origin()}/s/${invitationToken(house.house.secretKey, invitation!)}`
}

const button = (page: Page) => page.locator('.bar__button')

/** The link, the terms: the page that waits for the code. */
async function toTheCode(recipientId: string, options: { phone?: boolean } = {}): Promise<Page> {
  const { page } = await browser.person(options)
  await page.goto(await linkOf(recipientId))
  await button(page).click()
  await page.waitForURL('**/consent')
  await button(page).click()
  await page.waitForURL('**/code')
  return page
}

async function enter(page: Page, code: string): Promise<void> {
  await page.fill('#code', code)
  await Promise.all([page.waitForResponse((response) => response.request().method() === 'POST'), button(page).click()])
  await page.waitForLoadState('load')
}

test('a late code says so and another one is sent; the earlier one no longer counts', async () => {
  const { claire } = await sent()
  const page = await toTheCode(claire, { phone: true })
  const late = await codeOf(house, claire)
  house.wait(5 * MINUTE + SECOND)
  await enter(page, late)
  expect(await page.textContent('#code-error')).toContain('older than five minutes')
  await page.locator('[data-again]').click()
  await page.waitForSelector('.flash--good')
  const fresh = await codeOf(house, claire)
  if (late !== fresh) {
    await enter(page, late)
    expect(await page.textContent('#code-error')).toContain('Tries left: 4')
  }
  await enter(page, fresh)
  await page.waitForURL('**/fields')
}, 60_000)

test('five wrong codes end the code, not the signer', async () => {
  const { claire } = await sent()
  const page = await toTheCode(claire)
  const right = await codeOf(house, claire)
  const wrong = right === '123456' ? '654321' : '123456'
  for (let tries = 0; tries < 5; tries++) await enter(page, wrong)
  await enter(page, right)
  expect(await page.textContent('#code-error')).toContain('tried too often')
  house.wait(31 * SECOND)
  await page.reload()
  await page.locator('[data-again]').click()
  await page.waitForSelector('.flash--good')
  await enter(page, await codeOf(house, claire))
  await page.waitForURL('**/fields')
}, 60_000)

test('declining asks why, ends it for everybody, and the sender sees it', async () => {
  const { id, claire } = await sent()
  const { page } = await browser.person({ phone: true })
  await page.goto(await linkOf(claire))
  const own = new URL(page.url()).pathname
  await page.goto(`${origin()}${own}/refusal`)
  await page
    .locator('button[type="submit"]:visible', { hasText: /decline/i })
    .last()
    .click()
  await page.waitForLoadState('load')
  expect(await house.house.db.selectFrom('envelope').select('status').where('id', '=', id).executeTakeFirst()).toEqual({ status: 'sent' })
  await page.fill('textarea[name="reason"]', 'The fee is <b>too high</b>')
  await page
    .locator('button[type="submit"]:visible', { hasText: /decline/i })
    .last()
    .click()
  await page.waitForLoadState('load')
  expect(await house.house.db.selectFrom('envelope').select('status').where('id', '=', id).executeTakeFirst()).toEqual({
    status: 'declined',
  })
  await signIn()
  await desk.goto(`${origin()}/envelopes/${id}`)
  expect(await desk.textContent('main')).toContain('The fee is <b>too high</b>')
  expect(await desk.locator('main b').count()).toBe(0)
}, 60_000)

test('withdrawing stops every link: whoever holds it reads so with the reason, a forged one says nothing', async () => {
  const { id, claire } = await sent()
  const link = await linkOf(claire)
  await signIn()
  await desk.goto(`${origin()}/envelopes/${id}`)
  const form = desk.locator('form[action*="/voiding"]')
  await desk.locator('details', { has: form }).locator('summary').click()
  await form.locator('textarea').fill('Wrong version')
  await form.locator('[type="submit"]').click()
  await desk.waitForSelector('[data-status="voided"]')
  const { page } = await browser.person()
  expect((await page.goto(link))!.status()).toBe(410)
  const told = await page.innerText('main')
  for (const words of ['The document was withdrawn', 'Wrong version']) expect(told).toContain(words)
  const bodies: string[] = []
  for (const address of [`${link.slice(0, -4)}AAAA`, `${origin()}/s/inv_${'0'.repeat(20)}.${'A'.repeat(43)}`]) {
    expect((await page.goto(address))!.status()).toBe(404)
    bodies.push((await page.innerText('main')).trim())
  }
  expect(bodies[0]).toBe(bodies[1]!)
}, 60_000)

test('a link that was resent replaces the one before; whoever lost it asks for a new one', async () => {
  const { id, claire } = await sent()
  const first = await linkOf(claire)
  await signIn()
  await desk.goto(`${origin()}/envelopes/${id}`)
  await desk.locator(`form[action*="/recipients/${claire}/link"] [type="submit"]`).click()
  await desk.waitForSelector('.flash')
  const { page } = await browser.person({ phone: true })
  await page.goto(first)
  await page.fill('form[action="/s/lost"] input:not([type="hidden"])', 'CLAIRE@acme.example')
  await page.locator('form[action="/s/lost"] [type="submit"]').click()
  await page.waitForLoadState('load')
  await house.drain()
  const kinds = await house.house.db
    .selectFrom('message')
    .select('kind')
    .where('recipientId', '=', claire)
    .where('status', '=', 'waiting')
    .execute()
  expect(kinds).toContainEqual({ kind: 'fresh-link' })
  await page.goto(await linkOf(claire))
  expect(await button(page).isVisible()).toBe(true)
}, 60_000)

test('parallel signers: the slower one is told, sees the new state, and signs that', async () => {
  const { id } = await sent([CLAIRE, { ...MARIE, routingOrder: 1 }])
  const [claire, marie] = [await recipientNamed(house, id, 'Claire'), await recipientNamed(house, id, 'Marie')]
  const page = await toTheCode(marie.id, { phone: true })
  await enter(page, await codeOf(house, marie.id))
  await page.waitForURL('**/fields')
  await page.locator('[data-mark="signature"]').first().click()
  await page.locator('[data-mark-dialog="signature"] [data-mark-form="type"] [data-use]').click()
  await page.locator('[data-mark="signature"] .place__picture').first().waitFor()
  for (let steps = 0; steps < 6 && !page.url().endsWith('/preview'); steps++) {
    await button(page).click()
    await page.waitForTimeout(400)
  }
  await page.waitForURL('**/preview')
  await sign(house, claire.id)
  await button(page).click()
  await page.waitForLoadState('load')
  expect(new URL(page.url()).pathname).toEndWith('/signature')
  await button(page).click()
  await page.waitForURL('**/preview')
  await button(page).click()
  await page.waitForURL('**/done')
  const { status } = await recipientNamed(house, id, 'Marie')
  expect(status).toBe('signed')
}, 90_000)

test('past its deadline a link says that it has ended, and opens nothing', async () => {
  const { claire } = await sent()
  const link = await linkOf(claire)
  house.wait(92 * DAY)
  const { page } = await browser.person()
  expect((await page.goto(link))!.status()).toBe(410)
  expect(await page.textContent('main')).toContain('deadline')
  expect(await page.locator('.bar__button, main img').count()).toBe(0)
}, 60_000)

test('no page complained: no foreign request, no error, nothing against the policy', () => {
  expect(browser.complaints).toEqual([])
})
