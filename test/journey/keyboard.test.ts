import { expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { systemAct } from '../../src/audit/act.ts'
import { currentInvitation, invitationToken } from '../../src/envelope/invitation.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { openBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD } from '../support/house.ts'
import { codeOf, recipientNamed } from '../support/signing.ts'

const CONTRACT = join(import.meta.dir, '../../static/sample/contract.en.pdf')

/** What has the focus: whether it is what is looked for, whether it can be seen, and whether it shows that it has it. */
const FOCUS = (selector: string): string => `(() => {
  const at = document.activeElement
  if (!at || at === document.body) return null
  const { outlineStyle, outlineWidth } = getComputedStyle(at)
  const marked = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || at.matches('iframe, [role="dialog"], main')
  const label = at.closest('label') ?? document.querySelector('label[for="' + CSS.escape(at.id || ' ') + '"]')
  const shown = label && getComputedStyle(label).outlineStyle !== 'none'
  return { found: at.matches(${JSON.stringify(selector)}), marked: marked || shown, what: at.outerHTML.slice(0, 110) }
})()`

/** Nothing but keys from the sign-in to the signature, and the focus can be seen wherever it goes. */
test('a document is prepared, sent and signed by the keyboard alone', async () => {
  await using house = await openTestHouse({ authority: true, realTime: true })
  const door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 120,
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  const origin = `http://127.0.0.1:${door.port}`
  const { db, clock, secretKey } = house.house
  await db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(clock()), 'installation', { ...installation, staffUrl: origin, publicUrl: origin })
  })
  await using browser = await openBrowser(() => origin)
  const unmarked = new Set<string>()

  /** Tab by Tab, as somebody without a mouse gets there. */
  const tabTo = async (page: Page, selector: string, key = 'Tab'): Promise<void> => {
    for (let steps = 0; steps < 160; steps++) {
      const focus = await page.evaluate<{ found: boolean; marked: boolean; what: string } | null>(FOCUS(selector))
      if (focus && !focus.marked && steps) unmarked.add(focus.what)
      if (focus?.found) return
      await page.keyboard.press(key)
    }
    throw new Error(`no Tab leads to ${selector}`)
  }
  const press = async (page: Page, selector: string, key = 'Enter'): Promise<void> => {
    await tabTo(page, selector)
    await page.keyboard.press(key)
  }
  const type = async (page: Page, selector: string, text: string): Promise<void> => {
    await tabTo(page, selector)
    await page.keyboard.type(text)
  }

  const { page: desk } = await browser.person()
  await desk.goto(`${origin}/sign-in?next=/envelopes`)
  await type(desk, '[name="email"]', 'ann@acme.example')
  await type(desk, '[name="password"]', PASSWORD)
  await desk.keyboard.press('Enter')
  await desk.waitForURL(({ pathname }) => pathname === '/envelopes')
  await desk.waitForLoadState('load')
  await press(desk, 'form[action="/envelopes"] [type="submit"]')
  await desk.waitForURL('**/draft')
  await desk.waitForLoadState('networkidle')
  const envelope = /env_\w+/.exec(desk.url())![0]
  // Waited for before the way there: the browser is told in a message of its own that its window of files is to be caught.
  const chosen = desk.waitForEvent('filechooser')
  await tabTo(desk, 'input[type="file"][name="files"]')
  await desk.keyboard.press('Enter')
  await (await chosen).setFiles(CONTRACT)
  await desk.waitForSelector('[data-document]')
  await desk.waitForSelector('[data-editor][data-ready]')

  // The director stands there already; the client is added.
  if (!(await desk.locator('#person').evaluate((one) => (one as unknown as { open: boolean }).open))) await press(desk, '#person > summary')
  await type(desk, '#person [name="firstName"]', 'Marie')
  await type(desk, '#person [name="lastName"]', 'Dupont')
  await type(desk, '#person [name="email"]', 'marie@client.example')
  await press(desk, '#person form > .actions [type="submit"]')
  await desk.locator('.person').nth(1).waitFor()
  await desk.waitForSelector('[data-editor][data-ready]')

  for (const key of ['', 'ArrowDown']) {
    await tabTo(desk, '[name="editor-recipient"]')
    if (key) await desk.keyboard.press(key)
    const before = await desk.locator('[data-field]').count()
    await press(desk, '[data-kind="signature"]')
    await desk.locator('[data-field]').nth(before).waitFor()
    await desk.keyboard.press('Escape')
  }
  // One of them is moved, and its properties are reached and left.
  await tabTo(desk, '[data-field]')
  for (const key of ['ArrowRight', 'Shift+ArrowDown']) await desk.keyboard.press(key)
  await desk.locator('[data-status]', { hasText: /\d\d:\d\d$/ }).waitFor()
  await press(desk, 'form[data-dispatch] [type="submit"].button--primary')
  await desk.waitForURL(`**/envelopes/${envelope}`)
  await house.drain()

  const { page } = await browser.person()
  const director = await recipientNamed(house, envelope, 'Ann')
  const invitation = await currentInvitation(db, director.id, clock())
  await page.goto(`${origin}/s/${invitationToken(secretKey, invitation!)}`)
  await press(page, '.bar__button')
  await page.waitForURL('**/consent')
  await press(page, '.bar__button')
  await page.waitForURL('**/code')
  await type(page, '#code', await codeOf(house, director.id))
  await page.keyboard.press('Enter')
  await page.waitForURL('**/fields')
  await press(page, '[data-mark="signature"]')
  await page.locator('[data-mark-dialog="signature"][open]').waitFor()
  await press(page, '[data-mark-form="type"] [data-use]')
  await page.locator('[data-mark="signature"] .place__picture').first().waitFor()
  await press(page, '.bar__button')
  await page.waitForURL('**/preview')
  await page.waitForLoadState('networkidle')
  await press(page, '.bar__button')
  await page.waitForURL('**/done')
  expect((await recipientNamed(house, envelope, 'Ann')).status).toBe('signed')
  expect([...unmarked]).toEqual([])
  expect(browser.complaints).toEqual([])
  await door.stop(true)
}, 180_000)
