import { expect, test } from 'bun:test'
import { listen } from '../../src/http/listen.ts'
import { follow, sentTo } from '../http/signing/support.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser } from '../support/browser.ts'
import { freePort } from '../support/installation.ts'
import { codeOf, MARIE } from '../support/signing.ts'

test('on a phone: handed over from the menu, by way of the code; the next person signs, the one before is told that it is over', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using sent = await sentTo([{ ...MARIE, language: 'en', routingOrder: 1 }], { realTime: true, origin })
  const server = listen(sent.test.server, { host: '127.0.0.1', port })
  await using browser = await openBrowser(() => origin)
  const { page } = await browser.person({ phone: true })
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(origin + (await sent.link('Marie')))
  await page.locator('[data-menu] summary').click()
  await page.getByRole('link', { name: 'Hand over to somebody else…' }).click()
  await page.getByText('First we make sure that it is you').waitFor()
  expect(await accessible(page)).toEqual([])
  await page.getByRole('link', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL(/code/)
  await page.getByLabel('Code').fill(await codeOf(sent.test, await sent.recipientId('Marie')))
  await page.getByRole('button', { name: 'Confirm code' }).click()
  await page.waitForURL(/delegation/)
  await page.getByLabel('First name').fill('Léa')
  await page.getByLabel('Last name').fill('Blanc')
  await page.getByLabel('E-mail address').fill('marie@client.example')
  await page.getByLabel('Your reason').fill('I am on leave until May.')
  await page.getByRole('button', { name: 'Hand over' }).click()
  await page.getByText('Marie Dupont takes part in this document already.').waitFor()
  expect(await accessible(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  await page.getByLabel('E-mail address').fill('lea@client.example')
  await page.getByRole('button', { name: 'Hand over' }).click()
  await page.getByRole('heading', { name: 'Handed over' }).waitFor()
  expect(await page.locator('.facts').textContent()).toContain('Léa Blanc')
  expect(await accessible(page)).toEqual([])
  const lea = await follow(sent, 'Léa')
  expect((await lea.browser.get(lea.base)).text).toContain('asks you to sign')
  expect(browser.complaints).toEqual([])
  await server.stop(true)
}, 120_000)
