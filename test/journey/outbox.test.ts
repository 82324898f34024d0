import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { inviteUser } from '../../src/access/inviting.ts'
import { systemAct } from '../../src/audit/act.ts'
import { keepEmailChannel } from '../../src/mail/channel.ts'
import { readSetting, writeSetting } from '../../src/setting/setting.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { openMailServer, type TestMailServer } from '../support/smtp.ts'

type Styled = { getComputedStyle(element: unknown): { readonly borderRadius: string } }

let house: TestHouse
let door: Bun.Server<undefined>
let browser: TestBrowser
let mail: TestMailServer
let page: Page
const origin = (): string => `http://127.0.0.1:${door.port}`

beforeAll(async () => {
  house = await openTestHouse()
  mail = await openMailServer()
  door = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, server) => house.server.fetch(request, server.requestIP(request)!.address),
  })
  await house.house.db.transaction().execute(async (tx) => {
    const act = systemAct(house.house.clock())
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, act, 'installation', { ...installation, staffUrl: origin(), publicUrl: origin() })
    await inviteUser(tx, act, await tx.selectFrom('user').selectAll().where('firstName', '=', 'Bob').executeTakeFirstOrThrow())
  })
  browser = await openBrowser(origin)
  page = (await browser.person()).page
  await page.goto(`${origin()}/sign-in?next=/account`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await Promise.all([page.waitForURL('**/account'), page.press('[name="password"]', 'Enter')])
}, 30_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await door?.stop(true)
  await mail?.[Symbol.asyncDispose]()
  await house?.[Symbol.asyncDispose]()
})

test('the administrator opens a letter as it was made, goes on from it, and copies its link', async () => {
  await page.goto(`${origin()}/console/outbox`)
  expect(await accessible(page)).toEqual([])
  await page.getByRole('button', { name: /^Open:/ }).click()
  await page.waitForSelector('iframe.letter')
  expect(await accessible(page)).toEqual([])
  const letter = page.frameLocator('iframe.letter')
  const [sheet, button] = [letter.locator('.sheet'), letter.getByRole('link', { name: 'Set the password' })]
  expect(await sheet.evaluate((element) => (globalThis as unknown as Styled).getComputedStyle(element).borderRadius)).toBe('10px')
  expect(await page.evaluate<number>(`document.querySelector('.qr__picture').naturalWidth`)).toBeGreaterThan(0)
  const [tab] = await Promise.all([page.context().waitForEvent('page'), button.click()])
  await tab.waitForLoadState()
  expect([tab.url().startsWith(`${origin()}/welcome/usr_`), await tab.locator('[name="password"], [type="password"]').count()]).toEqual([
    true,
    1,
  ])
  await tab.close()
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(browser.complaints).toEqual([])
}, 60_000)

test('a test of e-mail leaves what was typed in its fields, and tells what is wrong beside them', async () => {
  await page.goto(`${origin()}/console/channels`)
  expect(await accessible(page)).toEqual([])
  await page.fill('[name="host"]', 'two words')
  await page.fill('[name="port"]', String(mail.port))
  await page.selectOption('[name="security"]', 'none')
  await page.fill('[name="password"]', 'blue kettle 42')
  await page.fill('[name="fromAddress"]', 'sign@acme.example')
  const send = page.locator('[formaction="/console/channels/email/test"]')
  await send.click()
  await page.waitForSelector('#host-error')
  expect([await page.locator('#host').getAttribute('aria-invalid'), await page.locator('#host:focus').count()]).toEqual(['true', 1])
  await page.fill('[name="host"]', '127.0.0.1')
  await send.click()
  await page.getByText('Handed over').waitFor()
  expect(await page.locator('[data-dialogue]').first().textContent()).toContain('RCPT TO:<ann@acme.example>')
  expect([await page.locator('#host-error').count(), await page.inputValue('[name="password"]')]).toEqual([0, 'blue kettle 42'])
  expect((await mail.next('ann@acme.example')).subject).toBeString()
  await page.selectOption('select[name="preset"]', 'twilio')
  expect(await page.inputValue('[name="body"]')).toBe('To={to}&From={from}&Body={text}')
  expect(await page.inputValue('input[name="preset"]')).toBe('twilio')
  expect(await accessible(page)).toEqual([])
  expect(browser.complaints).toEqual([])
}, 60_000)

test('a phone shows both pages without scrolling sideways', async () => {
  const { page: phone, context } = await browser.person({ phone: true, language: 'fr' })
  await context.addCookies(await page.context().cookies())
  await context.addCookies([{ name: 'lang', value: 'fr', url: origin() }])
  for (const path of ['/console/outbox?status=all', '/console/channels']) {
    await phone.goto(origin() + path)
    expect([path, await phone.evaluate<number>('document.documentElement.scrollWidth')]).toEqual([path, 375])
  }
  // Of a row of tabs wider than the screen, the one that is shown is in sight.
  const tab = await phone.locator('.console-nav .tabs').locator('[aria-current]').boundingBox()
  expect([tab!.x >= 0, tab!.x + tab!.width <= 375]).toEqual([true, true])
  await phone.goto(`${origin()}/console/outbox?status=all`)
  await phone.getByRole('button', { name: /^Ouvrir/ }).click()
  await phone.waitForSelector('iframe.letter')
  expect(await phone.evaluate<number>('document.documentElement.scrollWidth')).toBe(375)
  expect(browser.complaints).toEqual([])
}, 60_000)

test('a page that was open before the channel was set up opens nothing any more', async () => {
  await page.goto(`${origin()}/console/outbox?status=all`)
  const { db, secretKey, clock } = house.house
  await db.transaction().execute((tx) =>
    keepEmailChannel(tx, systemAct(clock()), secretKey, {
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      user: null,
      password: null,
      fromAddress: 'sign@acme.example',
      fromName: 'Acme',
      caPem: null,
    }),
  )
  await page.getByRole('button', { name: /^Open:/ }).click()
  await page.getByText('This message goes to its recipient alone').waitFor()
  expect(await page.content()).not.toContain('/welcome/')
}, 60_000)
