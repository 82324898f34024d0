import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from 'bun'
import { later, MINUTE } from '../../src/base/instant.ts'
import { listen } from '../../src/http/listen.ts'
import { toPem } from '../../src/pki/certificate.ts'
import { declareAuthority } from '../pki/declared-authority.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, PASSWORD, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'
import { craftCms, plainHolder } from '../verification/crafted-cms.ts'
import { stampBy, stamped, withEvidence } from '../verification/other-evidence.ts'
import { otherFile, signedBy } from '../verification/other-file.ts'
import { SIGNED_AT } from '../verification/sealed-file.ts'

const port = freePort()
const origin = `http://127.0.0.1:${port}`
const folder = mkdtempSync(join(tmpdir(), 'paraphe-others-'))
let test_: TestHouse
let listener: Server<undefined>
let browser: TestBrowser

beforeAll(async () => {
  const authority = await declareAuthority()
  const signed = await signedBy(otherFile(), {
    cms: (covered) =>
      craftCms({
        covered,
        holder: plainHolder(authority.signer),
        chain: [authority.issuing.certificate],
        names: 'v2',
        timeStamp: stampBy(authority),
      }),
    room: 8_192,
  })
  const evidence = await withEvidence(signed, authority, authority.signer.certificate, 'lists')
  writeFileSync(join(folder, 'theirs.pdf'), await stamped(evidence, authority, later(SIGNED_AT, 2 * MINUTE)))
  writeFileSync(join(folder, 'root.pem'), toPem(authority.root.certificate))
  test_ = await openTestHouse({ origin, authority: true })
  listener = listen(test_.server, { host: '127.0.0.1', port })
  browser = await openBrowser(() => origin)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await listener?.stop(true)
  await test_?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** What a visitor's browser says of the stranger's file. */
async function answer(): Promise<string | null> {
  const { context, page } = await browser.person()
  await page.goto(`${origin}/verify`)
  await page.setInputFiles('form[data-verify] input[type="file"]', join(folder, 'theirs.pdf'))
  await page.click('form[data-verify] [type="submit"]')
  const said = await page.locator('main [data-answer]').first().getAttribute('data-answer')
  await context.close()
  return said
}

test('from the authority page to a root that is compared and trusted: a visitor’s browser knows it from then on, and no longer once it was removed', async () => {
  const shots = process.env['PARAPHE_SHOTS']
  const before = await answer()
  const { page } = await browser.person({ phone: true })
  const look = async (name: string): Promise<void> => {
    expect(await accessible(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
  }
  await page.goto(`${origin}/sign-in`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await page.click('main [type="submit"]')
  await page.goto(`${origin}/console/authority`)
  await page.click('main a[href="/console/authority/others"]')
  await look('empty')
  await page.setInputFiles('[name="file"]', join(folder, 'root.pem'))
  await page.click('form[action$="/reading"] [type="submit"]')
  await page.waitForSelector('[name="compared"]')
  await look('confirming')
  await page.click('form[action="/console/authority/others"] [type="submit"]')
  await page.waitForSelector('#compared-error')
  await look('not-compared')
  await page.check('[name="compared"]')
  await page.click('form[action="/console/authority/others"] [type="submit"]')
  await page.waitForSelector('a[href^="/console/authority/others/"]')
  await look('list')
  const after = await answer()
  await page.click('a[href^="/console/authority/others/"]')
  await page.waitForSelector('form[action$="/removal"]')
  await look('removing')
  await page.click('form[action$="/removal"] [type="submit"]')
  await page.waitForSelector('a[href^="/console/authority/others/"]', { state: 'detached' })
  expect([before, after, await answer()]).toEqual(['foreign-intact', 'foreign-trusted', 'foreign-intact'])
  expect(browser.complaints).toEqual([])
}, 120_000)

test('without JavaScript, in French, by pasted text', async () => {
  const context = await browser.browser.newContext({ javaScriptEnabled: false, locale: 'fr-FR' })
  await context.addCookies([{ name: 'lang', value: 'fr', url: origin }])
  const page = await context.newPage()
  await page.goto(`${origin}/sign-in`)
  await page.fill('[name="email"]', 'ann@acme.example')
  await page.fill('[name="password"]', PASSWORD)
  await page.click('main [type="submit"]')
  await context.addCookies([{ name: 'lang', value: 'fr', url: origin }])
  await page.goto(`${origin}/console/authority/others`)
  const read = async (pem: string): Promise<void> => {
    await page.fill('[name="pem"]', pem)
    await page.click('form[action$="/reading"] [type="submit"]')
  }
  await read('rien')
  expect(await page.textContent('#pem-error')).toContain('aucun certificat')
  await read(readFileSync(join(folder, 'root.pem'), 'utf8'))
  expect(await page.textContent('h1')).toContain('Faire confiance à cette autorité')
  await page.check('[name="compared"]')
  await page.click('form[action="/console/authority/others"] [type="submit"]')
  expect(await page.textContent('.rows')).toContain('Test Root CA')
  await page.click('a[href^="/console/authority/others/"]')
  await page.click('form[action$="/removal"] [type="submit"]')
  expect(await page.textContent('main')).not.toContain('Test Root CA')
  await context.close()
}, 60_000)
