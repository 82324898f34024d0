import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from 'bun'
import type { Page } from 'playwright-core'
import { concat, utf8 } from '../../src/base/bytes.ts'
import { newDocumentId } from '../../src/base/document-id.ts'
import { listen } from '../../src/http/listen.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'
import { added } from '../verification/other-file.ts'
import { registerSealed } from '../verification/registered-file.ts'
import { type SealedFile, sealedFile } from '../verification/sealed-file.ts'

const documentId = newDocumentId()
const port = freePort()
const origin = `http://127.0.0.1:${port}`
const folder = mkdtempSync(join(tmpdir(), 'paraphe-verifying-'))
const at = (name: string): string => join(folder, name)
let test_: TestHouse
let sealed: SealedFile
let listener: Server<undefined>
let browser: TestBrowser

beforeAll(async () => {
  test_ = await openTestHouse({ origin })
  sealed = await sealedFile()
  await registerSealed(test_.house, sealed, documentId)
  listener = listen(test_.server, { host: '127.0.0.1', port })
  browser = await openBrowser(() => origin)
  const changed = sealed.file.slice()
  changed[Math.floor(changed.length / 3)]! ^= 1
  writeFileSync(at('sealed.pdf'), sealed.file)
  writeFileSync(at('changed.pdf'), changed)
  const grown = await added(sealed.file, (appending) => void appending.add('<</Nothing true>>'))
  writeFileSync(at('added.pdf'), grown)
  writeFileSync(at('longer.pdf'), concat([sealed.file, utf8('junk')]))
  writeFileSync(at('partial.pdf'), sealed.revisions[3]!)
  writeFileSync(at('other.pdf'), (await sealedFile()).file)
  writeFileSync(at('notes.pdf'), 'notes')
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await listener?.stop(true)
  await test_?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const CHOOSE = 'form[data-verify] [type="submit"]'
const REPORT = 'main [data-answer]'

/** What the page says, read as a person reads it. */
const told = async (page: Page): Promise<string> => {
  const parts = await page.locator(':is(.verdict, .part-title, .rows, .technical):not([data-comparison] *)').allTextContents()
  // The house's clock stands still in this test, the visitor's does not.
  return parts
    .map((text) =>
      text
        .replace(/\s+/g, ' ')
        .replace(/Verified \S+ \S+ \S+ \S+ \S+/, 'Verified')
        .trim(),
    )
    .join('\n')
}

async function verified(page: Page, file: string): Promise<{ answer: string; asked: string[] }> {
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (request.method() !== 'GET') asked.push(`${request.method()} ${pathname}`)
  })
  await page.goto(`${origin}/verify`)
  await page.setInputFiles('[name="file"]', at(file))
  await page.click(CHOOSE)
  await page.waitForSelector(REPORT)
  return { answer: (await page.getAttribute(REPORT, 'data-answer'))!, asked }
}

describe('in the visitor’s browser', () => {
  test.each([
    ['sealed.pdf', 'genuine', 'exact'],
    ['changed.pdf', 'changed', 'altered'],
    ['longer.pdf', 'changed', 'altered'],
    ['partial.pdf', 'incomplete', 'earlier'],
    ['other.pdf', 'foreign-intact', 'unknown'],
    ['notes.pdf', 'unreadable', ''],
  ] as const)('%s: the file stays there, and the page says what the server would say', async (file, answer, register) => {
    const { context, page } = await browser.person()
    const here = await verified(page, file)
    expect(here).toEqual({ answer, asked: ['POST /verify/register'] })
    const text = await told(page)
    if (register === 'exact') expect(text).toContain(`exactly this file was issued by Acme <Ltd> as ${documentId}`)
    expect(await page.evaluate('document.activeElement.hasAttribute("data-verdict")')).toBe(true)
    await context.close()

    const sent = await browser.person()
    await sent.page.route('**/js/verifier.js*', (route) => route.abort())
    const there = await verified(sent.page, file)
    expect(there).toEqual({ answer, asked: ['POST /verify'] })
    expect(text).toBe(await told(sent.page))
    await sent.context.close()
  })

  test('dropped, in French, on a phone', async () => {
    const { context, page } = await browser.person({ phone: true, language: 'fr' })
    await page.goto(`${origin}/verify`)
    const content = Buffer.from(sealed.file).toString('base64')
    await page.evaluate(`{
      const bytes = Uint8Array.from(atob('${content}'), (character) => character.charCodeAt(0))
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([bytes], 'contrat.pdf', { type: 'application/pdf' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }))
    }`)
    await page.waitForSelector(REPORT)
    expect(await page.textContent('[data-verdict]')).toBe('Authentique et inchangé')
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await context.close()
  })

  test('a register that does not answer is told, and the rest is verified', async () => {
    const { context, page } = await browser.person()
    await page.route('**/verify/register', (route) => route.fulfill({ status: 503, body: '{}' }))
    expect((await verified(page, 'sealed.pdf')).answer).toBe('genuine')
    expect(await page.isVisible('[data-unasked]')).toBe(true)
    expect(await page.locator('[data-question="issued"]').count()).toBe(0)
    await context.close()
  })

  test('a hundred megabytes: the page stays quick, says how far it is, and can be told to stop', async () => {
    const file = at('large.pdf')
    writeFileSync(file, concat([utf8('%PDF-1.7\n'), new Uint8Array(100_000_000).fill(32), utf8('/ByteRange')]))
    const { context, page } = await browser.person()
    await page.goto(`${origin}/verify`)
    await page.setInputFiles('[name="file"]', file)
    await page.evaluate(`
      var seen = { longest: 0, states: [], last: performance.now() }
      setInterval(() => {
        seen.longest = Math.max(seen.longest, performance.now() - seen.last)
        seen.last = performance.now()
        seen.states.push(document.querySelector('[data-state]').textContent)
      }, 10)
    `)
    await page.click(CHOOSE)
    await page.click('[data-cancel]')
    await page.getByText('Cancelled.').waitFor()
    expect(await page.isEnabled('[name="file"]')).toBe(true)
    await page.click(CHOOSE)
    await page.waitForSelector(REPORT, { timeout: 60_000 })
    const seen = (await page.evaluate('seen')) as { longest: number; states: string[] }
    expect(await page.getAttribute(REPORT, 'data-answer')).toBe('changed')
    expect(seen.states.some((state) => /digest of large\.pdf: \d+ %/.test(state))).toBe(true)
    // Judged in the page itself, it would stand still for a second and more.
    expect(seen.longest).toBeLessThan(700)
    await context.close()
  }, 120_000)
})

test('the report as PDF and as data: of a file that was verified in the browser, and of one that was sent', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.browser.newContext({ javaScriptEnabled, locale: 'fr-FR', acceptDownloads: true })
    const page = await context.newPage()
    await verified(page, 'sealed.pdf')
    const download = page.waitForEvent('download')
    await page.click('[formaction="/verify/report"]:visible, form[action="/verify/report"] [type="submit"]:not([name])')
    expect((await download).suggestedFilename()).toBe('rapport-de-verification.pdf')
    const pdf = await (await download).path()
    expect(Bun.spawnSync(['pdftotext', pdf, '-']).stdout.toString()).toContain('Authentique et inchangé')
    const data = page.waitForEvent('download')
    await page.click('[data-json]:visible, [name="as"][value="json"]')
    expect((await data).suggestedFilename()).toBe('rapport-de-verification.json')
    expect(JSON.parse(readFileSync(await (await data).path(), 'utf8'))).toMatchObject({
      report: { answer: 'genuine', level: 'B-LTA' },
      register: { documentId, found: { isExact: true } },
    })
    await context.close()
  }
})

test('where a browser lets no worker run, the page itself judges', async () => {
  const { context, page } = await browser.person()
  await context.addInitScript('delete globalThis.Worker')
  expect(await verified(page, 'sealed.pdf')).toEqual({ answer: 'genuine', asked: ['POST /verify/register'] })
  await context.close()
})

test('where a browser fails, it says so, and the next press sends the file', async () => {
  const { context, page } = await browser.person()
  await context.addInitScript('delete globalThis.Worker; Blob.prototype.stream = () => { throw new Error("no memory") }')
  await page.goto(`${origin}/verify`)
  await page.setInputFiles('[name="file"]', at('sealed.pdf'))
  await page.click(CHOOSE)
  await page.getByText('could not verify').waitFor()
  expect(await page.textContent(CHOOSE)).toBe('Send it to the server')
  const sent = page.waitForRequest((request) => request.method() === 'POST' && new URL(request.url()).pathname === '/verify')
  await page.click(CHOOSE)
  await sent
  await page.waitForSelector('[data-answer="genuine"]')
  await context.close()
})

test('a changed file is sent for pictures of its pages when its holder asks for them', async () => {
  const { context, page } = await browser.person()
  await verified(page, 'added.pdf')
  await page.click('[data-changed]')
  await page.waitForSelector('[data-comparison]')
  expect(await page.textContent('[data-verdict]')).toBe('Changed after signing')
  await page.goto(`${origin}/verify`)
  await verified(page, 'sealed.pdf')
  expect(await page.isVisible('[data-changed]')).toBe(false)
  await context.close()
})

test('without JavaScript the file is sent, and told so', async () => {
  const context = await browser.browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(`${origin}/verify`)
  expect(await page.textContent('[data-where]')).toContain('sent to this server')
  expect(await verified(page, 'sealed.pdf')).toEqual({ answer: 'genuine', asked: ['POST /verify'] })
  await context.close()
})

test('over plain http, where browsers have no WebCrypto, the file is sent, and told why', async () => {
  const { context, page } = await browser.person()
  await context.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }))
  await page.goto(`${origin}/verify`)
  expect(await page.textContent('[data-where]')).toContain('without https')
  expect(await verified(page, 'sealed.pdf')).toEqual({ answer: 'genuine', asked: ['POST /verify'] })
  await context.close()
})

test('accessible: the start, a report with everything unfolded, and pages side by side', async () => {
  const { context, page } = await browser.person()
  await page.goto(`${origin}/verify`)
  expect(await accessible(page)).toEqual([])
  await verified(page, 'added.pdf')
  await page.evaluate('document.querySelectorAll("details").forEach((one) => (one.open = true))')
  expect(await accessible(page)).toEqual([])
  await page.click('[data-changed]')
  await page.waitForSelector('[data-comparison]')
  expect(await accessible(page)).toEqual([])
  await context.close()
}, 60_000)

test('no request left the house, no page raised an error, the policy had nothing to complain of', () => {
  expect(browser.complaints).toEqual([])
})
