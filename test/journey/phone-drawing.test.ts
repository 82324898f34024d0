import { expect, test } from 'bun:test'
import type { CDPSession, Page } from 'playwright-core'
import { listen } from '../../src/http/listen.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser } from '../support/browser.ts'
import { faultsOf } from '../support/judged.ts'
import { freePort } from '../support/installation.ts'
import { readQr } from '../support/qr.ts'
import { codeOf, MARIE } from '../support/signing.ts'
import { sentTo } from '../http/signing/support.ts'

async function stroke(finger: CDPSession, page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const box = (await page.locator('canvas').boundingBox())!
  for (const [at, [x, y]] of points.entries())
    await finger.send('Input.dispatchTouchEvent', {
      type: at === 0 ? 'touchStart' : 'touchMove',
      touchPoints: [{ x: box.x + x * box.width, y: box.y + y * box.height }],
    })
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}
const wave = (height: number) => Array.from({ length: 20 }, (_, at) => [0.2 + at * 0.03, 0.5 + Math.sin(at) * height] as const)

/** The address in the code, as a phone reads it: asked of the server, since the picture alone is shown. */
async function scanned(page: Page): Promise<string> {
  const asked = page.waitForResponse((response) => response.url().endsWith('/pads'))
  await page.getByRole('button', { name: /Draw on my phone|Show a new code/ }).click()
  const { picture } = (await (await asked).json()) as { picture: string }
  return readQr(decodeURIComponent(picture.slice(picture.indexOf(',') + 1)))
}

test('a signature drawn on the phone by a code from the computer: at once there, drawn again, used; the code is worth nothing to another', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using sent = await sentTo([{ ...MARIE, language: 'en', routingOrder: 1 }], { realTime: true, origin })
  const server = listen(sent.test.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page: desk } = await browser.person()
  const { page: phone, context } = await browser.person({ phone: true })
  await desk.goto(origin + (await sent.link('Marie')))
  await desk.getByRole('button', { name: 'Sign', exact: true }).click()
  await desk.getByRole('button', { name: 'Continue' }).click()
  await desk.waitForURL(/code/)
  await desk.getByLabel('Code').fill(await codeOf(sent.test, await sent.recipientId('Marie')))
  await desk.getByRole('button', { name: 'Confirm code' }).click()
  await desk.waitForURL(/fields/)
  await desk.locator('[data-next-step]').click()
  await desk.getByRole('tab', { name: 'Draw' }).click()
  const use = desk.locator('dialog[open] [data-panel="draw"] [data-use]')

  const address = await scanned(desk)
  expect(address).toMatch(new RegExp(`^${origin}/s/pad_\\w{20}\\.[\\w-]{43}$`))
  expect(await use.isDisabled()).toBe(true)
  await desk.getByText('Scan this code with your phone’s camera').waitFor()
  // Followed by a preview of the address first: that changes nothing.
  expect((await fetch(address, { redirect: 'manual' })).status).toBe(303)
  await phone.goto(address)
  expect(new URL(phone.url()).pathname).toMatch(/^\/s\/pad_\w{20}$/)
  expect(await phone.getByRole('heading', { level: 1 }).textContent()).toBe('Marie Dupont, draw your signature')
  expect(await faultsOf(phone)).toEqual([])
  const body = await phone.locator('body').textContent()
  for (const secret of ['Consulting agreement', 'marie@client.example', 'Ann Archer']) expect(body).not.toContain(secret)
  await desk.getByText('Your phone is ready.').waitFor()
  expect([await accessible(phone), await accessible(desk)]).toEqual([[], []])
  const finger = await context.newCDPSession(phone)
  await stroke(finger, phone, wave(0.1))
  await phone.getByRole('button', { name: 'Send to my computer' }).click()
  await phone.getByText('It is on your computer.').waitFor()
  await desk.locator('dialog[open] [data-phone-picture]').waitFor()
  expect(await use.isDisabled()).toBe(false)
  const first = await desk.locator('dialog[open] [data-phone-picture]').getAttribute('src')

  // Not right: again, lying down.
  await phone.getByRole('button', { name: 'Draw again' }).click()
  await phone.setViewportSize({ width: 740, height: 375 })
  await phone.waitForTimeout(200)
  expect(
    await phone.evaluate('document.documentElement.scrollHeight <= innerHeight + 1 && document.documentElement.scrollWidth <= innerWidth'),
  ).toBe(true)
  await stroke(finger, phone, wave(0.3))
  await phone.getByRole('button', { name: 'Send to my computer' }).click()
  await desk.locator(`dialog[open] [data-phone-picture]:not([src="${first}"])`).waitFor()

  // Another phone that has photographed the code.
  const { page: other } = await browser.person({ phone: true, language: 'fr' })
  expect((await other.goto(address))!.status()).toBe(404)
  expect(await other.getByRole('heading', { level: 1 }).textContent()).toContain('Ce code ne fonctionne plus')
  expect(await faultsOf(other)).toEqual([])

  expect(await accessible(other)).toEqual([])

  await use.click()
  await desk.locator('.place__mark img').waitFor()
  expect(await desk.locator('dialog[open]').count()).toBe(0)
  await phone.getByRole('button', { name: 'Draw again' }).click()
  await stroke(finger, phone, wave(0.2))
  await phone.getByRole('button', { name: 'Send to my computer' }).click()
  await phone.getByRole('heading', { name: 'This code no longer works' }).waitFor()

  await desk.locator('[data-next-step]').click()
  await desk.getByRole('button', { name: 'Sign as Marie Dupont' }).click()
  await desk.waitForURL(/done/)
  expect(browser.complaints).toEqual([])
  await server.stop(true)
}, 120_000)

test('left and asked for anew, at 320 px, and the refusal when it was too often', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using sent = await sentTo([{ ...MARIE, routingOrder: 1 }], { realTime: true, origin })
  const server = listen(sent.test.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page: desk } = await browser.person({ language: 'en' })
  await desk.goto(origin + (await sent.link('Marie')))
  await desk.locator('.bar button').click()
  await desk.locator('.bar button').click()
  await desk.waitForURL(/code/)
  await desk.locator('[name="code"]').fill(await codeOf(sent.test, await sent.recipientId('Marie')))
  await desk.keyboard.press('Enter')
  await desk.waitForURL(/fields/)
  await desk.locator('[data-next-step]').click()
  await desk.locator('[data-tab="draw"]').click()
  await desk.setViewportSize({ width: 320, height: 640 })
  await desk.locator('[data-phone-start]').click()
  await desk.locator('[data-phone-code]').waitFor()
  expect(await desk.evaluate('document.documentElement.scrollWidth')).toBe(320)
  await desk.locator('[data-phone-back]').click()
  expect(await desk.locator('dialog[open] canvas').isVisible()).toBe(true)
  await sent.test.house.db.updateTable('phonePad').set({ endedAt: null }).execute()
  const pad = await sent.test.house.db.selectFrom('phonePad').selectAll().executeTakeFirstOrThrow()
  await sent.test.house.db
    .insertInto('phonePad')
    .values(Array.from({ length: 20 }, (_, at) => ({ ...pad, id: `pad_${String(at).padStart(20, '0')}` })))
    .execute()
  await desk.locator('[data-phone-start]').click()
  await desk.getByText('Cela suffit pour le moment').waitFor()
  await server.stop(true)
}, 120_000)
