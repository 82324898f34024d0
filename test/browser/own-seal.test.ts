import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from 'bun'
import { listen } from '../../src/http/listen.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'
import { FILE_PASSWORD, openSealFiles } from '../support/seal-files.ts'

const port = freePort()
const origin = `http://127.0.0.1:${port}`
const folder = mkdtempSync(join(tmpdir(), 'paraphe-own-seal-'))
let test_: TestHouse
let listener: Server<undefined>
let browser: TestBrowser

beforeAll(async () => {
  using files = openSealFiles()
  files.issue({ name: 'Société Générale de Distribution et de Logistique, cachet' })
  writeFileSync(join(folder, 'seal.p12'), files.pkcs12('-legacy'))
  test_ = await openTestHouse({ origin, authority: true, realTime: true })
  listener = listen(test_.server, { host: '127.0.0.1', port })
  browser = await openBrowser(() => origin)
}, 60_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await listener?.stop(true)
  await test_?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  ['en', false, true],
  ['fr', true, true],
  ['en', true, false],
  ['fr', false, true],
] as const)(
  'a seal is brought, compared, used and laid down (%s, phone %p, JavaScript %p)',
  async (language, phone, javaScriptEnabled) => {
    const shots = process.env['PARAPHE_SHOTS']
    const { context, page: first } = await browser.person({ phone, language })
    const page = javaScriptEnabled
      ? first
      : await (await browser.browser.newContext({ javaScriptEnabled, viewport: first.viewportSize()! })).newPage()
    const look = async (name: string): Promise<void> => {
      if (javaScriptEnabled) {
        expect(await accessible(page)).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      }
      if (shots) await page.screenshot({ path: join(shots, `${name}-${language}-${phone ? 375 : 1280}.png`), fullPage: true })
    }
    await page.goto(`${origin}/sign-in`)
    await page.fill('[name="email"]', 'ann@acme.example')
    await page.fill('[name="password"]', PASSWORD)
    await page.click('main [type="submit"]')
    await page.context().addCookies([{ name: 'lang', value: language, url: origin }])
    await page.goto(`${origin}/console/authority`)
    await look('authority')
    await page.click('main a[href="/console/authority/seal"]')
    await look('empty')
    const upload = async (password: string): Promise<void> => {
      await page.setInputFiles('[name="sealFile"]', join(folder, 'seal.p12'))
      await page.fill('[name="filePassword"]', password)
      await page.click('form[action="/console/authority/seal"] [type="submit"]')
    }
    await upload('guess')
    await page.waitForSelector('#filePassword-error')
    await look('refused')
    await upload(FILE_PASSWORD)
    await page.waitForSelector('form[action$="/adoption"]')
    await look('waiting')
    await page.click('form[action$="/adoption"] [type="submit"]')
    await page.waitForSelector('form[action$="/laying-down"]')
    await look('used')
    await page.goto(`${origin}/console/authority`)
    await look('authority-used')
    await page.goto(`${origin}/console/authority/seal`)
    await page.click('form[action$="/laying-down"] [type="submit"]')
    await page.waitForSelector('form[action$="/laying-down"]', { state: 'detached' })
    await context.close()
    expect(browser.complaints).toEqual([])
  },
  60_000,
)
