import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { addDocuments } from '../../src/envelope/documents.ts'
import { findEnvelope } from '../../src/envelope/envelope.ts'
import { fieldsOf, type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { prepareDraft } from '../http/envelopes/draft.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { pdfWithForm, pdfWithText } from '../support/found-files.ts'
import { docxOf, HAS_OFFICE } from '../support/office-files.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'

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
  await house.house.db.transaction().execute(async (tx) => {
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

const BOXES = [
  { x: 60, y: 60, width: 160, height: 18 },
  { x: 100, y: 120, width: 120, height: 24 },
  { x: 80, y: 260, width: 100, height: 18 },
]

/** The sample contract with three text fields on its first page, open in the editor. */
async function openEditor(page: Page, files: readonly { name: string; bytes: Uint8Array<ArrayBuffer> }[] = []) {
  const draft = await prepareDraft(house)
  const { db } = house.house
  if (files.length) await addDocuments(house.house, draft.act, draft.ann, draft.envelope.id, { files })
  const fields = BOXES.map((box, at): PlacedField => ({
    ...box,
    id: `new-${at}`,
    documentId: draft.document.id,
    recipientId: draft.marie.id,
    kind: 'text',
    page: 0,
    required: true,
    readOnly: false,
    label: `Line ${at + 1}`,
    value: '',
    fontSize: 10,
  }))
  const { version } = await findEnvelope(db, draft.envelope.id)
  await placeFields(db, draft.act, draft.ann, draft.envelope.id, { version, fields })
  await page.goto(`${origin()}/envelopes/${draft.envelope.id}/draft`)
  await page.waitForSelector('[data-editor][data-ready]')
  await page.evaluate(`document.querySelector('[data-editor]').scrollIntoView()`)
  return {
    ...draft,
    stored: async () => (await fieldsOf(db, draft.envelope)).toSorted((a, b) => a.label.localeCompare(b.label) || a.page - b.page),
    saved: () => page.locator('[data-status]', { hasText: /^Saved \d\d:\d\d$/ }).waitFor(),
    selected: () => page.locator('[data-field][aria-pressed="true"]').count(),
    /** What was last said to a screen reader. */
    async said(words: RegExp) {
      await page.locator('[data-voice]', { hasText: words }).waitFor({ state: 'attached' })
    },
  }
}

test('a rectangle selects; aligned, spread and made alike, each is told and undone', async () => {
  const { stored, saved, selected, said } = await openEditor(desk)
  const sheet = (await desk.locator('[data-page="0"]').boundingBox())!
  const scale = sheet.width / 595.28
  await desk.mouse.move(sheet.x + 30 * scale, sheet.y + 40 * scale)
  await desk.mouse.down()
  await desk.mouse.move(sheet.x + 240 * scale, sheet.y + 290 * scale, { steps: 5 })
  expect(await desk.locator('.marquee').count()).toBe(1)
  await desk.mouse.up()
  expect([await selected(), await desk.locator('.marquee').count()]).toEqual([3, 0])
  await said(/^3 fields selected, Text for Marie Dupont, page 1: Line 3 the last$/)

  await desk.click('[data-act="alignLeft"]')
  await said(/^3 fields aligned left$/)
  await desk.click('[data-act="distributeDown"]')
  await said(/^3 fields with the same gaps$/)
  await desk.click('[data-act="sameSize"]')
  await saved()
  expect((await stored()).map(({ x, y, width, height }) => [x, y, width, height])).toEqual([
    [60, 60, 160, 18],
    [60, 157, 160, 18],
    [60, 260, 160, 18],
  ])
  for (const _ of [1, 2, 3]) await desk.click('[data-undo]')
  await saved()
  await desk.waitForFunction(`document.querySelector('[data-undo]').getAttribute('aria-disabled') === 'true'`)
  await desk.waitForTimeout(900)
  expect((await stored()).map(({ x, y, width, height }) => ({ x, y, width, height }))).toEqual(BOXES)

  // Shift adds and takes away; a press beside deselects.
  await desk.mouse.click(sheet.x + 500 * scale, sheet.y + 400 * scale)
  expect(await selected()).toBe(0)
  const fields = desk.locator('[data-field]')
  await fields.nth(0).click()
  await fields.nth(2).click({ modifiers: ['Shift'] })
  expect(await selected()).toBe(2)
  expect(await desk.locator('[data-act="distributeDown"]').getAttribute('aria-disabled')).toBe('true')
  await desk.click('[data-act="alignRight"]')
  await saved()
  await desk.waitForTimeout(900)
  expect((await stored()).map(({ x }) => x)).toEqual([60, 100, 120])
}, 60_000)

test('by keys alone several are selected, aligned, copied to pages and taken back', async () => {
  const { stored, saved, selected, said } = await openEditor(desk)
  await desk.locator('[data-field]').nth(0).focus()
  await said(/^Text for Marie Dupont, page 1: Line 1, selected, at 60, 60, 160 by 18$/)
  await desk.keyboard.press('Control+Shift+ArrowDown')
  await said(/^2 fields selected/)
  await desk.keyboard.press('Control+ArrowDown')
  expect(await selected()).toBe(2)
  await desk.keyboard.press('Control+ArrowUp')
  await desk.keyboard.press('Shift+Enter')
  expect(await selected()).toBe(1)
  await desk.keyboard.press('Control+Shift+a')
  expect(await selected()).toBe(3)

  // The list of keys, and back to where the focus was.
  await desk.keyboard.press('?')
  expect(await desk.locator('[data-shortcuts]').isVisible()).toBe(true)
  expect((await accessible(desk)).filter((fault) => fault.includes('keys-sheet'))).toEqual([])
  await desk.keyboard.press('Escape')
  expect(await desk.locator('[data-shortcuts]').isVisible()).toBe(false)
  expect(await desk.evaluate<boolean>(`document.activeElement.matches('[data-field]')`)).toBe(true)

  await desk.locator('[data-on-pages] summary').press('Enter')
  const [from, to] = await desk.locator('[data-on-pages] input').all()
  await from!.fill('9')
  await desk.locator('[data-copy-to-pages]').press('Enter')
  await said(/^Please enter pages that there are\.$/)
  await from!.fill('2')
  await to!.fill('2')
  await desk.locator('[data-copy-to-pages]').press('Enter')
  await said(/^Copied to 1 pages$/)
  await saved()
  await desk.waitForTimeout(900)
  expect((await stored()).map(({ page, label }) => `${label} ${page}`)).toEqual([
    'Line 1 0',
    'Line 1 1',
    'Line 2 0',
    'Line 2 1',
    'Line 3 0',
    'Line 3 1',
  ])
  await desk.locator('[data-undo]').press('Enter')
  await saved()
  await desk.waitForTimeout(900)
  expect(await stored()).toHaveLength(3)

  // To the other page and pasted there, at the same place.
  await desk.locator('[data-stage]').focus()
  await desk.keyboard.press('Escape')
  await desk.locator('[data-field]').nth(1).focus()
  await desk.keyboard.press('Control+c')
  await desk.keyboard.press('PageDown')
  await said(/page 2$/)
  await desk.keyboard.press('Control+v')
  await saved()
  await desk.waitForTimeout(900)
  expect((await stored()).filter(({ page }) => page === 1)).toMatchObject([{ label: 'Line 2', x: 100, y: 120 }])
}, 60_000)

test('the pages grow and shrink about the place that is looked at', async () => {
  const { said } = await openEditor(desk)
  const stage = (await desk.locator('[data-stage]').boundingBox())!
  const anchor = { x: stage.x + stage.width * 0.3, y: stage.y + 200 }
  /** The point of the page below the anchor, and how wide the page is. */
  const below = () =>
    desk.evaluate<{ x: number; y: number; width: number }>(`(() => {
      const box = document.querySelector('[data-page="0"]').getBoundingClientRect()
      return { x: (${anchor.x} - box.left) / box.width, y: (${anchor.y} - box.top) / box.width, width: box.width }
    })()`)
  const before = await below()
  await desk.mouse.move(anchor.x, anchor.y)
  await desk.keyboard.down('Control')
  for (let turn = 0; turn < 6; turn++) await desk.mouse.wheel(0, -60)
  await desk.keyboard.up('Control')
  await desk.waitForFunction(`document.querySelector('[data-page="0"]').getBoundingClientRect().width > ${before.width * 1.5}`)
  const after = await below()
  expect([Math.abs(after.x - before.x) < 0.01, Math.abs(after.y - before.y) < 0.01]).toEqual([true, true])

  await desk.selectOption('[data-zoom-level]', '100')
  await said(/^100 %$/)
  expect(Math.round((await below()).width)).toBe(793)
  await desk.click('[data-zoom="1"]')
  expect(Math.round((await below()).width)).toBe(992)
  await desk.locator('[data-stage]').focus()
  await desk.keyboard.press('-')
  await desk.keyboard.press('-')
  expect(Math.round((await below()).width)).toBe(635)
  await desk.keyboard.press('9')
  const whole = (await desk.locator('[data-page="0"]').boundingBox())!
  expect(whole.height).toBeLessThan((await desk.locator('[data-stage]').boundingBox())!.height)
  await desk.keyboard.press('0')
  expect(Math.round((await below()).width)).toBe(Math.round(before.width))
  for (let step = 0; step < 12; step++) await desk.keyboard.press('+')
  expect(Math.round((await below()).width)).toBe(2380)
  expect(await desk.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1280)
}, 60_000)

test('two fingers make the pages larger on a phone, and several are selected by taps', async () => {
  const { selected } = await openEditor(phone)
  await phone.locator('[data-stage]').scrollIntoViewIfNeeded()
  const paper = phone.locator('[data-page="0"]')
  const before = (await paper.boundingBox())!
  const session = await phone.context().newCDPSession(phone)
  const touch = (type: string, points: readonly [number, number][]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) } as never)
  const [x, y] = [before.x + 150, before.y + 150]
  await touch('touchStart', [
    [x - 30, y],
    [x + 30, y],
  ])
  for (const apart of [40, 50, 60])
    await touch('touchMove', [
      [x - apart, y],
      [x + apart, y],
    ])
  await touch('touchEnd', [])
  await phone.waitForFunction(`document.querySelector('[data-page="0"]').getBoundingClientRect().width > ${before.width * 1.8}`)
  expect(await phone.evaluate<number>('visualViewport.scale')).toBe(1)
  expect(await phone.evaluate<number>('document.documentElement.scrollWidth')).toBe(375)

  await phone.selectOption('[data-zoom-level]', 'width')
  await phone.tap('[data-several]')
  const fields = phone.locator('[data-field]')
  await fields.nth(0).tap()
  await fields.nth(1).tap()
  expect(await selected()).toBe(2)
  await fields.nth(0).tap()
  expect(await selected()).toBe(1)
  await phone.tap('[data-several]')
  await fields.nth(2).tap()
  expect(await selected()).toBe(1)
}, 60_000)

test('small pages show what stands on them, and are one stop of the Tab key', async () => {
  await openEditor(desk)
  const thumbs = desk.locator('[data-thumb]')
  expect(await thumbs.nth(0).locator('rect').count()).toBe(3)
  expect(await thumbs.nth(0).getAttribute('aria-label')).toMatch(/page 1, 3 fields$/)
  expect(await thumbs.evaluateAll((all) => all.map((one) => (one as unknown as { tabIndex: number }).tabIndex))).toEqual([0, -1])
  await thumbs.nth(0).focus()
  await desk.keyboard.press('ArrowRight')
  await desk.keyboard.press('Enter')
  expect(await thumbs.nth(1).getAttribute('aria-current')).toBe('true')
  expect(await desk.locator('[data-goto]').inputValue()).toMatch(/\/1$/)
}, 60_000)

test('tags and form fields become fields by one press, and are taken back by undo', async () => {
  const { stored, saved, said } = await openEditor(desk, [
    { name: 'form.pdf', bytes: await pdfWithForm() },
    {
      name: 'tags.pdf',
      bytes: await pdfWithText([
        ['{{signature:client}}', 50, 200],
        ['{{date:1:Start}}', 50, 300],
      ]),
    },
  ])
  expect((await accessible(desk)).filter((fault) => /offer|class="tool|thumb|help/.test(fault))).toEqual([])
  const offers = desk.locator('[data-offer]')
  expect(await offers.locator('strong').allTextContents()).toEqual(['8 form fields found in “form”', '2 tags found in “tags”'])
  const cover = desk.locator('[data-cover]').first()
  expect(await cover.getAttribute('hidden')).not.toBeNull()
  await offers.nth(1).locator('button[type="submit"]').click()
  await said(/^2 fields added\. Undo takes them back\.$/)
  await saved()
  expect(await cover.getAttribute('hidden')).toBeNull()
  expect((await stored()).filter(({ origin }) => origin)).toMatchObject([{ kind: 'signature' }, { kind: 'date', label: 'Start' }])
  expect(await offers.nth(1).isVisible()).toBe(false)
  await desk.click('[data-undo]')
  await offers.nth(1).waitFor()
  await desk.waitForTimeout(900)
  expect((await stored()).filter(({ origin }) => origin)).toEqual([])

  await offers.nth(1).locator('[data-later]').click()
  expect(await offers.nth(1).isVisible()).toBe(false)
  await offers.nth(0).locator('summary').click()
  for (const origin of ['form:notes#1', 'form:country#1']) await offers.nth(0).locator(`input[value="${origin}"]`).uncheck()
  await offers.nth(0).locator('button[type="submit"]').click()
  await said(/^6 fields added/)
  await saved()
  await desk.reload()
  await desk.waitForSelector('[data-editor][data-ready]')
  expect((await stored()).filter(({ origin }) => origin)).toHaveLength(6)
  expect(await offers.nth(0).locator('strong').textContent()).toBe('2 form fields found in “form”')
}, 60_000)

test.skipIf(!HAS_OFFICE)(
  'a Word file is added like any other, and its tags become fields (needs LibreOffice)',
  async () => {
    const { stored, saved, said } = await openEditor(desk)
    await desk.setInputFiles('[data-drop] input[type="file"]', {
      name: 'Offer 2026.docx',
      mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      buffer: Buffer.from(docxOf(['Offer of employment', 'Signed by {{signature:client}}', 'On {{date-signed:client}}'])),
    })
    await desk.locator('.document', { hasText: 'Made into a PDF from DOCX by LibreOffice' }).waitFor({ timeout: 60_000 })
    await desk.waitForSelector('[data-editor][data-ready]')
    await desk.locator('[data-offer="tags"] button[type="submit"]').click()
    await said(/^2 fields added/)
    await saved()
    expect((await stored()).filter(({ origin }) => origin).map(({ kind }) => kind)).toEqual(['signature', 'date-signed'])
  },
  90_000,
)

test('the fields of a document like this one are used again, for the people of this one, and taken back', async () => {
  const { stored } = await openEditor(desk)
  const earlier = await stored()
  const { envelope, marie } = await prepareDraft(house)
  const now = async () => fieldsOf(house.house.db, envelope)
  await desk.goto(`${origin()}/envelopes/${envelope.id}/draft`)
  await desk.waitForSelector('[data-editor][data-ready]')
  const offer = desk.locator('[data-offer="layout"]').first()
  expect(await offer.locator('strong').textContent()).toMatch(
    /^“Consulting agreement” of 23 November 2026 looks like “Consulting agreement” and has \d+ fields$/,
  )
  await offer.locator('button[type="submit"]').focus()
  await desk.keyboard.press('Enter')
  await desk.locator('[data-status]', { hasText: /^Saved \d\d:\d\d$/ }).waitFor()
  const taken = await now()
  expect(taken.length).toBeGreaterThanOrEqual(earlier.length)
  expect(taken.filter(({ label }) => label.startsWith('Line')).every(({ recipientId }) => recipientId === marie.id)).toBe(true)
  expect(await offer.isVisible()).toBe(false)
  // The focus is on a field by now: the keys are the editor's.
  await desk.keyboard.press('Control+z')
  await offer.waitFor()
  await desk.waitForTimeout(1_200)
  expect(await now()).toEqual([])
}, 60_000)

test('nothing was loaded from elsewhere, nothing broke the policy, nothing threw', () => {
  expect(browser.complaints).toEqual([])
})
