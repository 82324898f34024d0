import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { newDocumentId } from '../../src/base/document-id.ts'
import { later, MINUTE } from '../../src/base/instant.ts'
import { fingerprintOf, readCertificate } from '../../src/pki/certificate.ts'
import { makeRevocationList } from '../../src/pki/revocation.ts'
import { accessible } from '../support/accessible.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { NOON, openTestHouse, type TestHouse } from '../support/house.ts'
import { anyHolder, craftCms } from '../verification/crafted-cms.ts'
import { otherFile, signedBy } from '../verification/other-file.ts'
import { registerSealed } from '../verification/registered-file.ts'
import { type SealedFile, sealedFile, SIGNED_AT } from '../verification/sealed-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-alone-'))
const at = (name: string): string => join(folder, name)
const page_ = `file://${at('verifier.html')}`
let test_: TestHouse
let sealed: SealedFile
let browser: TestBrowser
let downloaded: string

beforeAll(async () => {
  test_ = await openTestHouse()
  sealed = await sealedFile()
  await registerSealed(test_.house, sealed, newDocumentId())
  await listRevocation()
  const desk = await test_.browser()
  await desk.signIn('ann@acme.example')
  downloaded = (await desk.get('/console/authority/verifier.html')).text
  writeFileSync(at('verifier.html'), downloaded)
  browser = await openBrowser(() => 'file:///')
  const changed = sealed.file.slice()
  changed[Math.floor(changed.length / 3)]! ^= 1
  writeFileSync(at('sealed.pdf'), sealed.file)
  writeFileSync(at('changed.pdf'), changed)
  writeFileSync(at('other.pdf'), (await sealedFile()).file)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await test_?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** The issuing authority's own list, on which one of the signers stands: revoked after the signature. */
async function listRevocation(): Promise<void> {
  const { issuing, signer } = sealed.authority
  const { db } = test_.house
  const root = await db.selectFrom('certificate').selectAll().where('purpose', '=', 'root').executeTakeFirstOrThrow()
  await db
    .insertInto('certificate')
    .values({ ...root, id: 'crt_issuing', serial: 'bb', purpose: 'issuing', der: issuing.certificate, issuerId: root.id })
    .execute()
  const times = { thisUpdate: NOON, nextUpdate: later(NOON, 1e9) }
  const revoked = [
    { serialHex: readCertificate(signer.certificate).serialHex, at: later(SIGNED_AT, 600 * MINUTE), reason: 'superseded' as const },
  ]
  for (const number of [1, 2]) {
    const der = await makeRevocationList({
      issuer: issuing.certificate,
      number,
      ...times,
      revoked: number === 2 ? revoked : [],
      signer: issuing.signer,
    })
    await db
      .insertInto('revocationList')
      .values({ issuerId: 'crt_issuing', number, der, ...times })
      .execute()
  }
}

/** From the disk, with no network at all. */
async function opened(language: 'en' | 'fr', phone = false): Promise<{ page: Page; asked: string[] }> {
  const { context, page } = await browser.person({ language, phone })
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await context.route(/^(?!file:|data:|blob:)/, (route) => route.abort())
  await context.setOffline(true)
  await page.goto(page_)
  return { page, asked: asked.splice(0) && asked }
}

async function verify(page: Page, file: string): Promise<string> {
  await page.setInputFiles('[name="file"]', at(file))
  await page.click('form[data-verify] [type="submit"]')
  await page.waitForSelector('main [data-answer]')
  return (await page.getAttribute('main [data-answer]', 'data-answer'))!
}

describe.each(['en', 'fr'] as const)('from a disk, with every request blocked (%s)', (language) => {
  test.each([
    ['sealed.pdf', 'genuine', { en: 'Genuine and unchanged', fr: 'Authentique et inchangé' }],
    ['changed.pdf', 'changed', { en: 'Changed after signing', fr: 'Modifié après signature' }],
    ['other.pdf', 'foreign-intact', { en: 'Not ours, but intact', fr: 'Pas de chez nous, mais intact' }],
  ] as const)('%s is %s', async (file, answer, title) => {
    const { page, asked } = await opened(language, answer === 'changed')
    expect(await verify(page, file)).toBe(answer)
    expect(await page.textContent('[data-verdict]')).toBe(title[language])
    expect(await page.getAttribute('html', 'lang')).toBe(language)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(asked.filter((url) => !/^(blob:|data:font)/.test(url))).toEqual([])
    await page.context().close()
  })
})

test('says whose root it carries and from when its list is, and what the list says of a signer', async () => {
  const { page } = await opened('en')
  const carried = (await page.textContent('.carried'))!.replace(/\s+/g, ' ')
  const fingerprint = (await fingerprintOf(sealed.authority.root.certificate)).toUpperCase().match(/..../g)!.join(' ')
  expect(carried).toContain(`Test Root CA, valid until`)
  expect(carried).toContain(fingerprint)
  expect(carried).toMatch(/Test Issuing CA, number 2 of 23 Nov 2026/)
  expect(carried).toContain('Acme <Ltd>')
  await verify(page, 'sealed.pdf')
  expect(await page.textContent('[data-question="listed"]')).toContain('Marie Dupont, revoked')
  expect(await page.textContent('[data-question="listed"]')).toContain('after its proven use')
  await page.context().close()
})

test('what a stranger’s certificate says is text, whatever it says', async () => {
  const name = '<img src=x onerror=alert(1)>"\'&amp;'
  const holder = await anyHolder('ecdsa-p256', 'SHA-256', null, {
    commonName: name,
    organization: `${'Very long '.repeat(40)}\u202egnp.exe`,
  })
  writeFileSync(at('stranger.pdf'), await signedBy(otherFile(), { cms: (covered) => craftCms({ covered, holder }) }))
  const { page } = await opened('en', true)
  expect(await verify(page, 'stranger.pdf')).toBe('foreign-intact')
  expect(await page.textContent('[data-signature="Signature1"]')).toContain(name)
  expect(await page.locator('main img').count()).toBe(0)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await page.context().close()
})

test('the report as data, into a file', async () => {
  const { page } = await opened('en')
  await verify(page, 'sealed.pdf')
  const download = page.waitForEvent('download')
  await page.click('[data-json]')
  expect((await download).suggestedFilename()).toBe('verification-report.json')
  expect(JSON.parse(readFileSync(await (await download).path(), 'utf8'))).toMatchObject({
    report: { answer: 'genuine', policy: 'paraphe-1' },
  })
  await page.context().close()
})

test('the language is switched with the report on the page; another document can follow', async () => {
  const { page } = await opened('en')
  await verify(page, 'sealed.pdf')
  await page.click('[data-language="fr"]')
  expect(await page.textContent('[data-verdict]')).toBe('Authentique et inchangé')
  expect(await page.isVisible('form[data-verify]')).toBe(false)
  await page.click('[data-again]')
  expect(await verify(page, 'changed.pdf')).toBe('changed')
  expect(await page.title()).toBe('Modifié après signature')
  await page.context().close()
})

test('in the house’s own typefaces, cut down to what it needs', async () => {
  const { page } = await opened('fr')
  const loaded = `Promise.all(['400 15px Inter', '500 15px Inter', '600 15px Inter', '600 28px "Source Serif 4"'].map((font) =>
    document.fonts.load(font, 'Œuvre é fi ✓').then(([face]) => face?.status)))`
  expect(await page.evaluate(loaded)).toEqual(['loaded', 'loaded', 'loaded', 'loaded'])
  await page.context().close()
})

test('a browser that does not let it verify is told, and verifies nothing', async () => {
  const { context, page } = await browser.person()
  await context.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }))
  await page.goto(page_)
  expect(await page.textContent('[role="alert"]')).toContain('WebCrypto')
  expect(await page.isDisabled('form[data-verify] [type="submit"]')).toBe(true)
  await context.close()
})

test('small, with its own strict policy; for administrators alone', async () => {
  expect(downloaded.length).toBeLessThan(1_000_000)
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(downloaded)![1]!
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|connect-src/)
  expect(downloaded).not.toMatch(/<(script|link|img)[^>]+(src|href)=/)
  const bob = await test_.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/console/authority/verifier.html')).status).toBe(403)
})

test('accessible, before and after, by keyboard too', async () => {
  const { page } = await opened('fr', true)
  expect(await accessible(page)).toEqual([])
  await page.setInputFiles('[name="file"]', at('sealed.pdf'))
  await page.focus('[name="file"]')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('main [data-answer]')
  expect(await accessible(page)).toEqual([])
  await page.context().close()
}, 60_000)

test('no page raised an error, no policy complained', () => {
  expect(browser.complaints).toEqual([])
})
