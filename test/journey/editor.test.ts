import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { findEnvelope } from '../../src/envelope/envelope.ts'
import { fieldsOf, type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { type PreparedDraft, prepareDraft } from '../http/envelopes/draft.ts'

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
let desk: Page
let phone: Page
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse()
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  const { db } = house.house
  await db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(house.house.clock()), 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
  })
  browser = await openBrowser(origin)
  const person = await browser.person()
  desk = person.page
  await desk.goto(`${origin()}/sign-in?next=/account`)
  await desk.fill('[name="email"]', 'ann@acme.example')
  await desk.fill('[name="password"]', PASSWORD)
  await Promise.all([desk.waitForURL('**/account'), desk.press('[name="password"]', 'Enter')])
  const pocket = await browser.person({ phone: true })
  await pocket.context.addCookies(await person.context.cookies())
  phone = pocket.page
}, 60_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await house?.[Symbol.asyncDispose]()
})

interface Editor extends PreparedDraft {
  readonly page: Page
  readonly fields: Locator
  stored(): Promise<PlacedField[]>
  /** Waits until the server holds what is shown. */
  saved(): Promise<void>
  open(): Promise<void>
}

async function openEditor(options: { phone?: boolean } = {}): Promise<Editor> {
  const draft = await prepareDraft(house)
  const page = options.phone ? phone : desk
  const editor: Editor = {
    ...draft,
    page,
    fields: page.locator('[data-field]'),
    stored: () => fieldsOf(house.house.db, draft.envelope),
    async saved() {
      await page.locator('[data-status]', { hasText: /^Saved \d\d:\d\d$/ }).waitFor()
    },
    async open() {
      await page.goto(`${origin()}/envelopes/${draft.envelope.id}/draft`)
      await page.waitForSelector('[data-editor][data-ready]')
      await page.evaluate(`document.querySelector('[data-editor]').scrollIntoView()`)
    },
  }
  await editor.open()
  return editor
}

const paper = (page: Page, number = 0): Locator => page.locator(`[data-page="${number}"]`)
const focused = (page: Page): Promise<string | null> => page.evaluate(`document.activeElement.getAttribute('aria-label')`)
const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= 1

/** Takes a kind to a place of the first page, named in points, and lets go. */
async function drag(page: Page, kind: string, x: number, y: number): Promise<void> {
  const button = page.locator(`[data-palette] [data-kind="${kind}"]`)
  await button.scrollIntoViewIfNeeded()
  const from = (await button.boundingBox())!
  const to = (await paper(page).boundingBox())!
  const scale = to.width / 595.28
  await page.mouse.move(from.x + 20, from.y + 10)
  await page.mouse.down()
  await page.mouse.move(from.x + 60, from.y + 40, { steps: 3 })
  await page.mouse.move(to.x + x * scale, to.y + y * scale, { steps: 6 })
  await page.mouse.up()
}

test('a signature dragged from the palette stands where it was let go, also after the page is opened again', async () => {
  const { page, fields, stored, saved, open, us, marie } = await openEditor()
  const hints = page.locator('[data-hints] li')
  expect(await hints.allTextContents()).toEqual([expect.stringContaining('Ann Archer'), expect.stringContaining('Marie Dupont')])
  await drag(page, 'signature', 200, 300)
  await saved()
  const [signature] = await stored()
  expect(signature).toMatchObject({ kind: 'signature', page: 0, recipientId: us.id, width: 180, height: 50, required: true })
  expect([near(signature!.x, 110), near(signature!.y, 275)]).toEqual([true, true])
  expect(await hints.count()).toBe(1)

  await page.check(`input[name="editor-recipient"][value="${marie.id}"]`, { force: true })
  await page.click('[data-kind="initials"] >> nth=0')
  await paper(page).click({ position: { x: 300, y: 60 } })
  await saved()
  await open()
  expect(await fields.count()).toBe(2)
  const [first, second] = await fields.all()
  const colours = await page.evaluate<string[]>(
    `[...document.querySelectorAll('[data-field]')].map((field) => getComputedStyle(field).borderColor)`,
  )
  expect(new Set(colours).size).toBe(2)
  expect(await first!.getAttribute('aria-label')).toBe('Initials for Marie Dupont, page 1')
  expect(await second!.getAttribute('aria-label')).toBe('Signature for Ann Archer, page 1')
  const [box, sheet] = [(await second!.boundingBox())!, (await paper(page).boundingBox())!]
  const scale = sheet.width / 595.28
  expect([near((box.x - sheet.x) / scale, 110), near((box.y - sheet.y) / scale, 275)]).toEqual([true, true])
  expect(await page.locator('[data-status]').textContent()).toBe('Everything is saved')
}, 60_000)

test('by keys alone: placed, moved, resized, duplicated, undone, deleted', async () => {
  const { page, fields, stored, saved } = await openEditor()
  await page.focus('[data-kind="text"]')
  await page.keyboard.press('Enter')
  expect(await focused(page)).toBe('Text for Ann Archer, page 1')
  await saved()
  const [placed] = await stored()
  for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowUp', 'Alt+ArrowRight', 'Alt+Shift+ArrowDown']) await page.keyboard.press(key)
  await page.locator('[data-voice]', { hasText: 'Text for Ann Archer, page 1, 161 by 28' }).waitFor({ state: 'attached' })
  await saved()
  const moved = { ...placed!, x: placed!.x + 2, y: placed!.y - 10, width: 161, height: 28 }
  expect(await stored()).toEqual([moved])

  await page.keyboard.press('Control+d')
  expect(await fields.count()).toBe(2)
  // Reading order, and selected by the focus.
  await page.keyboard.press('Shift+Tab')
  expect(await fields.first().getAttribute('aria-pressed')).toBe('true')
  expect(await fields.last().getAttribute('aria-pressed')).toBe('false')
  await page.keyboard.press('Delete')
  expect(await fields.count()).toBe(1)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  expect(await fields.count()).toBe(1)
  await saved()
  expect(await stored()).toEqual([moved])
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await saved()
  expect(await stored()).toEqual([placed!])
  await page.keyboard.press('Control+Shift+z')
  await page.keyboard.press('Control+Shift+z')
  await saved()
  expect(await stored()).toEqual([moved])

  // Enter leads to the properties, Escape back to the field, and another one lets go of it.
  await fields.first().focus()
  await page.keyboard.press('Enter')
  await page.locator('[data-property="label"]').fill('Order number')
  await page.keyboard.press('Escape')
  expect(await focused(page)).toBe('Text for Ann Archer, page 1: Order number')
  await page.keyboard.press('Escape')
  expect(await fields.first().getAttribute('aria-pressed')).toBe('false')
  await saved()
  expect((await stored())[0]).toMatchObject({ label: 'Order number', id: placed!.id })
}, 60_000)

test('a field is moved and resized by the mouse, drawn to the edges of others, and copied to all pages', async () => {
  const { page, stored, saved } = await openEditor()
  await drag(page, 'signature', 150, 200)
  await drag(page, 'full-name', 300, 400)
  await saved()
  const name = page.locator('[data-field][data-kind="full-name"]')
  const box = (await name.boundingBox())!
  const scale = (await paper(page).boundingBox())!.width / 595.28
  const [signature] = await stored()
  // Three points beside the left edge of the signature: near enough.
  const dx = (signature!.x + 3 - (await stored())[1]!.x) * scale
  await page.mouse.move(box.x + 8, box.y + 8)
  await page.mouse.down()
  await page.mouse.move(box.x + 8 + dx / 2, box.y + 40, { steps: 3 })
  await page.mouse.move(box.x + 8 + dx, box.y + 58, { steps: 3 })
  expect(await page.locator('.guide--x').isVisible()).toBe(true)
  await page.mouse.up()
  expect(await page.locator('.guide--x').isVisible()).toBe(false)
  await saved()
  expect((await stored())[1]!.x).toBe(signature!.x)

  const knob = (await page.locator('[data-handle="e"]').boundingBox())!
  await page.mouse.move(knob.x + 4, knob.y + 4)
  await page.mouse.down()
  await page.mouse.move(knob.x + 4 + 33 * scale, knob.y + 4, { steps: 4 })
  await page.mouse.up()
  await page.click('[data-act="copyToAll"]')
  await saved()
  const [, first, copy, ...others] = await stored()
  expect(near(first!.width, 193)).toBe(true)
  expect(copy).toEqual({ ...first!, id: copy!.id, page: 1 })
  expect(others).toEqual([])
}, 60_000)

test('what was saved elsewhere is never written over unasked', async () => {
  const { page, stored, saved, envelope, document, us, ann, act } = await openEditor()
  const { db } = house.house
  const elsewhere = async (kind: 'company' | 'phone') =>
    placeFields(db, act, ann, envelope.id, {
      version: (await findEnvelope(db, envelope.id)).version,
      fields: [
        {
          id: 'x',
          documentId: document.id,
          recipientId: us.id,
          kind,
          page: 0,
          x: 60,
          y: 60,
          width: 100,
          height: 18,
          required: true,
          readOnly: false,
          label: '',
          value: '',
          fontSize: 10,
        },
      ],
    })
  await elsewhere('company')
  await drag(page, 'date', 200, 300)
  await page.waitForSelector('[data-conflict]:not([hidden])')
  expect((await stored()).map(({ kind }) => kind)).toEqual(['company'])
  await page.click('[data-theirs]')
  expect(await page.evaluate<string[]>(`[...document.querySelectorAll('[data-field]')].map((field) => field.dataset.kind)`)).toEqual([
    'company',
  ])

  await drag(page, 'date', 200, 300)
  await saved()
  await elsewhere('phone')
  await page.locator('[data-field][data-kind="date"]').press('ArrowDown')
  await page.waitForSelector('[data-conflict]:not([hidden])')
  await page.click('[data-mine]')
  await saved()
  expect((await stored()).map(({ kind }) => kind)).toEqual(['company', 'date'])

  // A version that rose without the fields is no question.
  await db
    .updateTable('envelope')
    .set((eb) => ({ version: eb('version', '+', 5) }))
    .where('id', '=', envelope.id)
    .execute()
  await page.locator('[data-field][data-kind="date"]').press('Delete')
  await saved()
  expect((await stored()).map(({ kind }) => kind)).toEqual(['company'])
  expect(await page.locator('[data-conflict]').isVisible()).toBe(false)
}, 60_000)

test('a field that the server refuses is marked with its reason; the connection may come back', async () => {
  const { page, fields, stored, saved } = await openEditor()
  await page.focus('[data-kind="text"]')
  await page.keyboard.press('Enter')
  await saved()
  await page.selectOption('[data-property="recipientId"]', '')
  await page.waitForSelector('[data-error]:not([hidden])')
  expect(await page.textContent('[data-error]')).toBe('Please say who fills in this field.')
  expect(await page.textContent('[data-status]')).toBe('Not saved: Please say who fills in this field.')
  expect(await fields.first().getAttribute('aria-label')).toContain('Please say who fills in this field.')
  await page.locator('[data-row="value:line"] input').fill('2026-014')
  await page.check('[data-property="readOnly"]')
  await saved()
  expect((await stored())[0]).toMatchObject({ recipientId: null, readOnly: true, value: '2026-014' })

  await page.context().setOffline(true)
  await fields.first().press('ArrowDown')
  await page.locator('[data-status]', { hasText: 'Not saved: the server cannot be reached.' }).waitFor()
  const before = (await stored())[0]!
  expect(await page.locator('[data-retry]').isVisible()).toBe(true)
  await page.context().setOffline(false)
  await saved()
  expect((await stored())[0]!.y).toBe(before.y + 1)
}, 60_000)

test('what is not saved yet is saved when the page is left, and before a form of the page is sent', async () => {
  const { page, stored, open } = await openEditor()
  await drag(page, 'signature', 200, 300)
  await page.goto(`${origin()}/account`)
  await expectSoon(async () => (await stored()).length, 1)
  await open()
  await drag(page, 'date', 200, 420)
  // A form whose change raises the version at once.
  await page.evaluate(`{
    const form = document.createElement('form')
    form.method = 'post'
    form.action = '/language'
    const values = { csrf: document.querySelector('meta[name="csrf"]').content, language: 'en', next: '/account' }
    for (const [name, value] of Object.entries(values)) form.append(Object.assign(document.createElement('input'), { name, value }))
    document.body.append(form)
    form.requestSubmit()
  }`)
  await page.waitForURL('**/account')
  expect((await stored()).map(({ kind }) => kind)).toEqual(['signature', 'date'])
}, 60_000)

async function expectSoon(read: () => Promise<number>, wanted: number): Promise<void> {
  for (const end = Date.now() + 3_000; Date.now() < end && (await read()) !== wanted;) await Bun.sleep(20)
  expect(await read()).toBe(wanted)
}

test('on a phone a kind is chosen from a sheet and tapped onto the page, and moved by a finger', async () => {
  const { page, fields, stored, saved } = await openEditor({ phone: true })
  await page.tap('[data-opens="palette"]')
  await page.tap('[data-kind="signature"] >> nth=0')
  expect(await page.locator('[data-palette]').isVisible()).toBe(false)
  const sheet = (await paper(page).boundingBox())!
  await page.touchscreen.tap(sheet.x + sheet.width / 2, sheet.y + 120)
  await saved()
  const scale = sheet.width / 595.28
  const [signature] = await stored()
  expect([near(signature!.x + 90, 297.64), near(signature!.y + 25, 120 / scale)]).toEqual([true, true])
  expect(await fields.first().getAttribute('aria-pressed')).toBe('true')

  const finger = await page.context().newCDPSession(page)
  const box = (await fields.first().boundingBox())!
  const [x, y] = [box.x + box.width / 3, box.y + box.height / 2]
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] })
  for (let step = 1; step <= 5; step++)
    await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: y + 10 * step }] })
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await saved()
  const [moved] = await stored()
  expect([near(moved!.x, signature!.x), near(moved!.y, signature!.y + 50 / scale)]).toEqual([true, true])
  await page.tap('[data-opens="panel"]')
  expect(await page.locator('[data-property="recipientId"]').isVisible()).toBe(true)
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(375)
}, 60_000)

test('a session that ended elsewhere is told with a way in; after it everything is saved, with the work and without a new page', async () => {
  const draft = await prepareDraft(house)
  const { page, context } = await browser.person()
  const signIn = async (tab: Page, next: string) => {
    await tab.goto(`${origin()}/sign-in?next=${next}`)
    await tab.fill('[name="email"]', 'ann@acme.example')
    await tab.fill('[name="password"]', PASSWORD)
    await Promise.all([tab.waitForURL(`**${next}`), tab.press('[name="password"]', 'Enter')])
  }
  const path = `/envelopes/${draft.envelope.id}/draft`
  await signIn(page, path)
  await page.locator('[data-editor][data-ready]').waitFor()
  await context.clearCookies()
  await page.locator('.palette [data-kind="text"]').focus()
  await page.keyboard.press('Enter')
  const link = page.getByRole('link', { name: 'Sign in in a new tab' })
  await link.waitFor()
  expect(await page.locator('[data-status]').innerText()).toContain('you are signed out')
  await page.fill('#title', 'Kept in spite of it')
  await page.locator('[data-saved] a').waitFor()
  expect(await page.locator('.placed').count()).toBe(1)

  const tab = await context.newPage()
  await signIn(tab, '/envelopes')
  await page.bringToFront()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('[data-editor][data-saving="saved"]').waitFor()
  await page.evaluate(`dispatchEvent(new Event('focus'))`)
  await page.locator('[data-saved].saved--done').waitFor()
  expect(await link.isVisible()).toBe(false)
  expect((await fieldsOf(house.house.db, draft.envelope)).map(({ kind }) => kind)).toEqual(['text'])
  expect((await findEnvelope(house.house.db, draft.envelope.id)).title).toBe('Kept in spite of it')
  await context.close()
}, 60_000)

test('fifteen fields added by keys stand beside each other; pages are reached by their pictures; a kind that was armed is not after another drag', async () => {
  const { page } = await openEditor()
  await page.locator('.palette [data-kind="full-name"]').focus()
  for (let count = 0; count < 15; count++) {
    await page.keyboard.press('Enter')
    await page.locator('.palette [data-kind="full-name"]').focus()
  }
  const boxes = await page.locator('.placed').evaluateAll((all) =>
    all.map((one) => {
      const { left, top, right, bottom } = one.getBoundingClientRect()
      return { left, top, right, bottom }
    }),
  )
  expect(boxes).toHaveLength(15)
  for (const [at, a] of boxes.entries())
    for (const b of boxes.slice(at + 1)) expect(a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom).toBe(true)

  await page.locator('[data-thumb]').nth(1).focus()
  await page.keyboard.press('Enter')
  await page.locator('[data-thumb]').nth(1).and(page.locator('[aria-current="true"]')).waitFor()

  await page.locator('.palette [data-kind="initials"]').click()
  await page.locator('[data-armed]').waitFor()
  const kind = (await page.locator('.palette [data-kind="signature"]').boundingBox())!
  const stage = (await page.locator('[data-stage]').boundingBox())!
  await page.mouse.move(kind.x + 20, kind.y + 10)
  await page.mouse.down()
  await page.mouse.move(stage.x + stage.width / 2, stage.y + 200, { steps: 5 })
  await page.mouse.up()
  expect(await page.locator('[data-armed]').isVisible()).toBe(false)
}, 60_000)

test('nothing was loaded from elsewhere, nothing broke the policy, nothing threw', () => {
  expect(browser.complaints).toEqual([])
})
