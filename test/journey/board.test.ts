import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { CARDS } from '../../src/board/cards.ts'
import { addStage } from '../../src/board/stages.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { seedEnvelope } from '../board/seed.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
let own: string
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse({ realTime: true })
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  const { db, clock } = house.house
  await db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(clock()), 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
  })
  const { id } = await db.selectFrom('user').select('id').where('firstName', '=', 'Ann').executeTakeFirstOrThrow()
  const act = { actor: { kind: 'user', id }, at: clock(), ip: null, userAgent: null } as const
  own = (await addStage(db, act, { names: { en: 'Negotiation', fr: 'Négociation' }, colour: 'rose', icon: 'phone', isHidden: false })).id
  browser = await openBrowser(origin)
}, 60_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

async function signIn(page: Page, email = 'ann@acme.example'): Promise<void> {
  await page.goto(`${origin()}/sign-in?next=/account`)
  await page.fill('[name="email"]', email)
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL('**/account'), page.press('[name="password"]', 'Enter')])
}

async function openBoard(options: { phone?: boolean } = {}, email?: string): Promise<Page> {
  const { page } = await browser.person(options)
  await signIn(page, email)
  await page.goto(`${origin()}/board`)
  await page.waitForSelector('html.is-live')
  return page
}

/** Asked from outside: the page's policy lets nothing in it evaluate text. */
async function until(page: Page, expression: string): Promise<void> {
  for (const end = Date.now() + 15_000; ; await Bun.sleep(50)) {
    if (await page.evaluate(expression)) return
    if (Date.now() > end) throw new Error(`never: ${expression}`)
  }
}

const inColumn = (page: Page, stage: string, id: string) => page.locator(`[data-column="${stage}"] [data-card="${id}"]`)
const stageOf = async (id: string): Promise<string | undefined> =>
  (await house.house.db.selectFrom('boardCard').select('stageId').where('envelopeId', '=', id).executeTakeFirst())?.stageId

/** A press, a path in steps and a release, as a hand does it. */
async function drag(page: Page, id: string, stage: string): Promise<void> {
  const target = page.locator(`[data-column="${stage}"]`)
  await target.scrollIntoViewIfNeeded()
  const card = page.locator(`[data-card="${id}"]`)
  const [from, to] = [await card.boundingBox(), await target.boundingBox()]
  await page.mouse.move(from!.x + 60, from!.y + 12)
  await page.mouse.down()
  await page.mouse.move(from!.x + 70, from!.y + 20, { steps: 3 })
  await page.mouse.move(to!.x + to!.width / 2, to!.y + 60, { steps: 8 })
  await page.mouse.up()
}

test('a card is dragged by mouse, and the way back is a button', async () => {
  const id = await seedEnvelope(house.house, { title: 'Dragged' })
  const page = await openBoard()
  // Its own columns side by side, whatever the width.
  await page.setViewportSize({ width: 3_000, height: 900 })
  await drag(page, id, own)
  await inColumn(page, own, id).waitFor()
  expect(await stageOf(id)).toBe(own)
  expect(await page.locator('[data-undo-text]').textContent()).toBe('“Dragged” is now in “Negotiation”.')
  expect(new URL(page.url()).pathname).toBe('/board')
  expect(await accessible(page)).toEqual([])
  await page.getByRole('button', { name: 'Undo' }).click()
  await inColumn(page, 'stg_sent', id).waitFor()
  expect(await stageOf(id)).toBe('stg_sent')
  await page.context().close()
}, 60_000)

test('a card dragged to what is not true goes back, and the page says why', async () => {
  const id = await seedEnvelope(house.house, { title: 'Unfinished' })
  const page = await openBoard()
  await page.setViewportSize({ width: 3_000, height: 900 })
  await drag(page, id, 'stg_completed')
  await page.waitForSelector('[data-refused]:not([hidden])')
  expect(await page.locator('[data-refused]').textContent()).toContain('The document is not completed.')
  expect(await inColumn(page, 'stg_sent', id).count()).toBe(1)
  expect(await stageOf(id)).toBe('stg_sent')
  // Escape lets go, and nothing moves.
  const box = await page.locator(`[data-card="${id}"]`).boundingBox()
  await page.mouse.move(box!.x + 60, box!.y + 12)
  await page.mouse.down()
  await page.mouse.move(box!.x + 400, box!.y + 40, { steps: 5 })
  await page.keyboard.press('Escape')
  await page.mouse.up()
  expect(await page.locator('.tile--floating').count()).toBe(0)
  expect(await stageOf(id)).toBe('stg_sent')
  await page.context().close()
}, 60_000)

test('a finger that rests lifts a card; one that moves scrolls', async () => {
  const id = await seedEnvelope(house.house, { title: 'Touched' })
  const page = await openBoard({ phone: true })
  await page.setViewportSize({ width: 1_400, height: 900 })
  await page.evaluate(`document.querySelector('[data-column="${own}"]').scrollIntoView({ inline: 'end' })`)
  await page.evaluate(`document.querySelector('[data-board]').append(document.querySelector('[data-column="stg_sent"]'))`)
  const card = page.locator(`[data-card="${id}"]`)
  await card.scrollIntoViewIfNeeded()
  const [from, to] = [(await card.boundingBox())!, (await page.locator(`[data-column="${own}"]`).boundingBox())!]
  const client = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
    client.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })
  await touch('touchStart', from.x + 40, from.y + 14)
  await page.waitForSelector('.tile--floating')
  await touch('touchMove', to.x + 40, to.y + 50)
  await touch('touchMove', to.x + 50, to.y + 60)
  await touch('touchEnd')
  await inColumn(page, own, id).waitFor()
  expect(await stageOf(id)).toBe(own)
  await page.context().close()
}, 60_000)

test('the keyboard alone moves a card, and the focus stays with it', async () => {
  const id = await seedEnvelope(house.house, { title: 'By keys' })
  const page = await openBoard()
  await page.locator(`[data-card="${id}"] [data-move-link]`).focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open]')
  expect(await accessible(page)).toEqual([])
  expect(await page.locator('dialog').textContent()).toContain('Not possible now')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'detached' })
  expect(await page.evaluate(`document.activeElement.closest('[data-card]')?.dataset.card`)).toBe(id)
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog[open]')
  await page.keyboard.press('Enter')
  await inColumn(page, own, id).waitFor()
  await until(page, `document.activeElement.closest('[data-card]')?.dataset.card === ${JSON.stringify(id)}`)
  await until(page, `document.querySelector('[data-voice]').textContent.includes('By keys')`)
  expect(await stageOf(id)).toBe(own)
  await page.context().close()
}, 60_000)

test('what one moves the other sees, without losing focus or place; each sees their own alone', async () => {
  const id = await seedEnvelope(house.house, { title: 'Shared', by: 'Bob' })
  const still = await seedEnvelope(house.house, { title: 'Stays here', by: 'Bob' })
  const [ann, bob] = [await openBoard(), await openBoard({}, 'bob@acme.example')]
  await bob.locator(`[data-card="${still}"] [data-focus="open"]`).focus()
  const before = await bob.evaluate<string>(`(window.marked = document.querySelector('[data-card="${still}"]')).outerHTML`)
  await ann.setViewportSize({ width: 3_000, height: 900 })
  await drag(ann, id, own)
  await inColumn(bob, own, id).waitFor()
  await until(bob, `document.querySelector('[data-voice]').textContent === '“Shared” came to “Negotiation”.'`)
  expect(await bob.evaluate(`document.activeElement.closest('[data-card]')?.dataset.card`)).toBe(still)
  expect(await bob.evaluate<string>(`document.querySelector('[data-card="${still}"]') === window.marked && window.marked.outerHTML`)).toBe(
    before,
  )
  // A new one of hers comes to her alone; one of his to both.
  const hers = await seedEnvelope(house.house, { title: 'Hers' })
  const his = await seedEnvelope(house.house, { title: 'His', by: 'Bob' })
  await inColumn(ann, 'stg_sent', hers).waitFor()
  await inColumn(bob, 'stg_sent', his).waitFor()
  expect(await bob.locator(`[data-card="${hers}"]`).count()).toBe(0)
  // Whoever is signed out elsewhere is shown the door.
  await house.house.db.updateTable('userSession').set({ endedAt: house.house.clock() }).where('endedAt', 'is', null).execute()
  await seedEnvelope(house.house, { title: 'Wakes the stream', by: 'Bob' })
  await bob.waitForURL('**/sign-in**')
  await Promise.all([ann.context().close(), bob.context().close()])
}, 90_000)

test('without a script a card is moved by its page, and older ones are in the list', async () => {
  for (let at = 0; at < CARDS; at++) await seedEnvelope(house.house, { title: `Draft ${at}`, status: 'draft' })
  await seedEnvelope(house.house, { title: 'Plain', status: 'draft' })
  const id = (await house.house.db.selectFrom('envelope').select('id').where('title', '=', 'Plain').executeTakeFirstOrThrow()).id
  const context = await browser.browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(`${origin()}/sign-in?next=/account`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await page.press('[name="password"]', 'Enter')
  await page.waitForURL('**/account')
  await page.goto(`${origin()}/board`)
  await page.locator(`[data-card="${id}"] [data-move-link]`).click()
  await page.getByLabel('Negotiation').check()
  await page.getByRole('button', { name: 'Move', exact: true }).click()
  await page.waitForURL('**/board?moved=*')
  expect(await inColumn(page, own, id).count()).toBe(1)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.waitForURL('**/board')
  expect(await stageOf(id)).toBe('stg_draft')
  await page.getByRole('link', { name: 'More in “Draft”' }).click()
  await page.waitForURL('**/envelopes?stage=stg_draft')
  expect(await page.locator('.envelope').count()).toBeGreaterThan(CARDS)
  await context.close()
}, 60_000)

test('more cards come in their place', async () => {
  const page = await openBoard()
  const column = page.locator('[data-column="stg_draft"]')
  expect(await column.locator('[data-card]').count()).toBe(CARDS)
  await column.getByRole('link', { name: 'More in “Draft”' }).click()
  await until(page, `document.querySelectorAll('[data-column="stg_draft"] [data-card]').length > ${CARDS}`)
  expect(await column.locator('.column__more').count()).toBe(0)
  expect(browser.complaints).toEqual([])
  await page.context().close()
}, 60_000)
