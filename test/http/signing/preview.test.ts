import { expect, test } from 'bun:test'
import { MINUTE } from '../../../src/base/instant.ts'
import { listen } from '../../../src/http/listen.ts'
import { openBrowser } from '../../support/browser.ts'
import { freePort } from '../../support/installation.ts'
import { CLAIRE, MARIE } from '../../support/signing.ts'
import { atPreview, identified, sentTo } from './support.ts'

test('pages that may no longer be confirmed say why', async () => {
  await using sent = await sentTo([CLAIRE, { ...MARIE, routingOrder: 1, language: 'en' }])
  const claire = await identified(sent, 'Claire')
  const shown = async ({ browser, base }: { browser: typeof claire.browser; base: string }) => (await browser.get(`${base}/preview`)).text
  expect(await shown(claire)).toContain('have not been drawn yet')
  const marie = await atPreview(sent, 'Marie')
  expect(await shown(marie)).toContain('Your part is on page 2 of 3')
  sent.test.wait(31 * MINUTE)
  expect(await shown(marie)).toContain('drawn more than a quarter of an hour ago')
  await marie.browser.post(`${marie.base}/preview`)
  await marie.browser.post(`${marie.base}/marks`, { kind: 'signature', method: 'typed', text: 'M. Dupont', font: 'hand-marck' })
  expect(await shown(marie)).toContain('something in your fields was changed')
  await marie.browser.post(`${marie.base}/preview`)
  await claire.browser.post(`${claire.base}/marks`, { kind: 'signature', method: 'typed', text: 'Claire', font: 'hand-marck' })
  await claire.browser.post(`${claire.base}/preview`)
  const confirmed = /name="confirmed" value="([^"]+)"/.exec(await shown(claire))![1]!
  expect((await claire.browser.post(`${claire.base}/signature`, { confirmed })).location).toBe(`${claire.base}/done`)
  expect(await shown(marie)).toContain('Claire Martin has signed meanwhile')
}, 120_000)

test('the pages open at one’s own signature; nothing can be confirmed before they are seen', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using sent = await sentTo([CLAIRE], { realTime: true, origin })
  const { browser: forms, base } = await atPreview(sent, 'Claire')
  const server = listen(sent.test.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page, context } = await browser.person({ phone: true })
  await context.addCookies([...forms.cookies].map(([name, value]) => ({ name, value, url: origin })))
  const gate = Promise.withResolvers<void>()
  await page.route(/\/pages\/\d+\?/, async (route) => {
    await gate.promise
    await route.continue()
  })
  await page.goto(`${origin}${base}/preview`, { waitUntil: 'domcontentloaded' })
  const confirm = page.getByRole('button', { name: 'Sign as Claire Martin' })
  await page.getByText('The pages are being drawn: 0 of 1').waitFor()
  expect(await confirm.isDisabled()).toBe(true)
  expect(await page.locator('.sheet.is-drawing').count()).toBeGreaterThan(1)
  gate.resolve()
  await page.getByText('Your part is on page 2 of 3').waitFor()
  expect(await confirm.isDisabled()).toBe(false)
  // Both the signature and the button are on the screen.
  const own = (await page.locator('[data-middle]').boundingBox())!
  const middle = own.y + own.height * Number(await page.locator('[data-middle]').getAttribute('data-middle'))
  expect(middle).toBeGreaterThan(60)
  expect(middle).toBeLessThan((await confirm.boundingBox())!.y)
  expect(browser.complaints).toEqual([])
  await server.stop(true)
}, 120_000)
