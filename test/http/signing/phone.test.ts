import { expect, test } from 'bun:test'
import type { CDPSession, Page } from 'playwright-core'
import { listen } from '../../../src/http/listen.ts'
import { openBrowser } from '../../support/browser.ts'
import { freePort } from '../../support/installation.ts'
import { CLAIRE, codeOf } from '../../support/signing.ts'
import { type Sent, sentTo } from './support.ts'

async function toFields(sent: Sent, origin: string, page: Page): Promise<void> {
  await page.goto(origin + (await sent.link('Claire')))
  await page.getByRole('button', { name: 'Sign', exact: true }).tap()
  await page.getByRole('button', { name: 'Continue' }).tap()
  await page.waitForURL(/code/)
  await page.getByLabel('Code').fill(await codeOf(sent.test, await sent.recipientId('Claire')))
  await page.getByRole('button', { name: 'Confirm code' }).tap()
  await page.waitForURL(/fields/)
}

async function stroke(finger: CDPSession, page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const box = (await page.locator('dialog[open] canvas').boundingBox())!
  for (const [at, [x, y]] of points.entries())
    await finger.send('Input.dispatchTouchEvent', {
      type: at === 0 ? 'touchStart' : 'touchMove',
      touchPoints: [{ x: box.x + x * box.width, y: box.y + y * box.height }],
    })
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

test('on a phone: drawn with a finger, kept when the phone is turned, undone stroke by stroke, and signed', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using sent = await sentTo([CLAIRE], { realTime: true, origin })
  const server = listen(sent.test.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page, context } = await browser.person({ phone: true })
  await toFields(sent, origin, page)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)

  const next = page.locator('[data-next-step]')
  expect(await next.textContent()).toBe('Next field 1 of 1')
  await next.tap()
  await page.getByRole('tab', { name: 'Draw' }).tap()
  const use = page.locator('dialog[open] [data-panel="draw"] [data-use]')
  expect(await use.isDisabled()).toBe(true)
  const finger = await context.newCDPSession(page)
  await stroke(
    finger,
    page,
    Array.from({ length: 20 }, (_, at) => [0.2 + at * 0.03, 0.5 + Math.sin(at) * 0.1]),
  )
  await stroke(finger, page, [
    [0.05, 0.05],
    [0.06, 0.06],
    [0.07, 0.08],
  ])
  await page.setViewportSize({ width: 740, height: 375 })
  await page.waitForTimeout(200)
  await page.locator('dialog[open] [data-undo]').tap()
  await page.setViewportSize({ width: 375, height: 740 })
  await page.waitForTimeout(200)
  await use.tap()
  await page.locator('.place__mark img').waitFor()
  expect(await next.textContent()).toBe('Review and sign')
  const mark = await sent.test.house.db.selectFrom('mark').selectAll().executeTakeFirstOrThrow()
  expect(mark.method).toBe('drawn')
  // Cut to the wave that was left: far wider than high, and without the stroke in the corner.
  expect(mark.width / mark.height).toBeGreaterThan(3)

  // A small field is filled in on a sheet of its own, and saved.
  await page.locator('.place--full-name .place__open').tap()
  await page.locator('#entry-control').fill('C. Martin')
  await page.getByRole('button', { name: 'Done' }).tap()
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.reload()
  expect(await page.locator('.place--full-name .place__open').textContent()).toBe('C. Martin')

  await next.tap()
  await page.getByRole('button', { name: 'Sign as Claire Martin' }).tap()
  await page.waitForURL(/done/)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Signed')
  expect(browser.complaints).toEqual([])
  await server.stop(true)
}, 120_000)

test('by keyboard alone, without a pointer', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using sent = await sentTo([CLAIRE], { realTime: true, origin })
  const server = listen(sent.test.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page } = await browser.person()
  const press = async (name: string): Promise<void> => {
    await page.getByRole('button', { name }).focus()
    await page.keyboard.press('Enter')
  }
  await page.goto(origin + (await sent.link('Claire')))
  await press('Sign')
  await page.waitForURL(/consent/)
  await press('Continue')
  await page.waitForURL(/code/)
  await page.keyboard.type(await codeOf(sent.test, await sent.recipientId('Claire')))
  await page.keyboard.press('Enter')
  await page.waitForURL(/fields/)
  await press('Next field 1 of 1')
  await page.keyboard.press('ArrowRight')
  expect(await page.locator('dialog[open] [data-panel="draw"]').isVisible()).toBe(true)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Escape')
  expect(await page.locator('dialog[open]').count()).toBe(0)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('.place__mark img').waitFor()
  await page.getByRole('button', { name: 'Review and sign' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/preview/)
  await press('Sign as Claire Martin')
  await page.waitForURL(/done/)
  expect(browser.complaints).toEqual([])
  await server.stop(true)
}, 120_000)
