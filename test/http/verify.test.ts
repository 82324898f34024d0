import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { newDocumentId } from '../../src/base/document-id.ts'
import { NOON, openTestHouse, type TestHouse } from '../support/house.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { latin } from '../../src/pdf/syntax.ts'
import { added, sourceOf, stream } from '../verification/other-file.ts'
import { drawReport } from '../../src/pdf/report.ts'
import { fontBytes, fontSet } from '../../src/sandbox/fonts.ts'
import { reportSheet } from '../../src/verification/report-sheet.ts'
import { shown } from '../../src/verification/shown.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { registerSealed } from '../verification/registered-file.ts'
import { type SealedFile, sealedFile } from '../verification/sealed-file.ts'

const documentId = newDocumentId()
let test_: TestHouse
let sealed: SealedFile

beforeAll(async () => {
  test_ = await openTestHouse()
  sealed = await sealedFile()
  await registerSealed(test_.house, sealed, documentId)
})
afterAll(() => test_[Symbol.asyncDispose]())

const post = async (bytes: Bytes, headers: Record<string, string> = {}) => {
  const browser = await test_.browser()
  await browser.get('/verify')
  return browser.post('/verify', { file: new File([bytes], 'contract.pdf', { type: 'application/pdf' }) }, headers)
}
const json = async (bytes: Bytes) =>
  JSON.parse((await post(bytes, { accept: 'application/json' })).text) as {
    report: { answer: string; indication: string }
    register: { documentId: string; found: object } | null
  }

describe('a file', () => {
  test('the one that was issued', async () => {
    const { status, text } = await post(sealed.file)
    expect(status).toBe(200)
    expect(text).toContain('Genuine and unchanged')
    expect(text).toContain(documentId)
    expect(text).toContain('Marie Dupont')
  })
  test('as data', async () => {
    const { report, register } = await json(sealed.file)
    expect([report.answer, report.indication]).toEqual(['genuine', 'passed'])
    expect(register).toMatchObject({ documentId, found: { isLatest: true, isExact: true } })
  })
  test('cut back to before the seal: intact, but not all, and the register knows more', async () => {
    const { report, register } = await json(sealed.revisions[3]!)
    expect(report.answer).toBe('incomplete')
    expect(register).toMatchObject({ documentId, found: { isLatest: false, isExact: true } })
  })
  test('changed: told so, and from which document it comes', async () => {
    const changed = sealed.file.slice()
    changed[changed.length - 40_000]! ^= 1
    expect((await json(changed)).report.indication).not.toBe('passed')
    expect((await post(concat([sealed.file, utf8('junk')]))).text).toContain('Changed after signing')
  })
  test('of another authority, no PDF, none at all', async () => {
    expect((await json((await sealedFile()).file)).report.answer).toBe('foreign-intact')
    expect((await post(utf8('<html>'))).text).toContain('Unreadable')
    const browser = await test_.browser()
    await browser.get('/verify')
    expect((await browser.post('/verify', { file: new File([], 'none.pdf') })).status).toBe(422)
  })
})

describe('a document ID', () => {
  test('says verdict, issuer, time and digest, and neither names nor title', async () => {
    const browser = await test_.browser()
    const { status, text } = await browser.get(`/verify/${documentId}`)
    expect(status).toBe(200)
    expect(text).toContain('Acme &lt;Ltd&gt;')
    for (const word of ['Marie', 'Bob', 'Secret', 'secret.pdf', 'env_1', 'doc_1']) expect(text).not.toContain(word)
    const data = JSON.parse((await browser.get(`/verify/${documentId.toLowerCase()}`, { accept: 'application/json' })).text) as object
    expect(Object.keys(data).sort()).toEqual([
      'annulments',
      'completedAt',
      'digest',
      'documentId',
      'endedAt',
      'issuer',
      'preparedAt',
      'state',
    ])
  })
  test('typed in any way; unknown and misread ones', async () => {
    const browser = await test_.browser()
    expect((await browser.get(`/verify?id=${documentId.toLowerCase().replaceAll('-', '+')}`)).location).toBe(`/verify/${documentId}`)
    expect((await browser.get('/verify?id=hello')).status).toBe(404)
    expect((await browser.get(`/verify/${newDocumentId()}`)).status).toBe(404)
  })
  test('in French', async () => {
    const browser = await test_.browser()
    expect((await browser.get('/verify', { 'accept-language': 'fr' })).text).toContain('Vérifier un document')
  })
})

describe('the report as PDF', () => {
  const read = (pdf: Uint8Array): string =>
    Bun.spawnSync(['pdftotext', '-layout', '-', '-'], { stdin: pdf }).stdout.toString().replace(/\s+/g, ' ')
  const carried = (page: string): string =>
    /name="told" value="([^"]+)"/
      .exec(page)![1]!
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
  const report = async (fields: Record<string, string | Blob>, language = 'en') => {
    const browser = await test_.browser()
    await browser.get('/verify')
    return browser.post('/verify/report', fields, { 'accept-language': language })
  }
  const file = (bytes: Bytes): Blob => new File([bytes], 'contract.pdf', { type: 'application/pdf' })

  test('of the verdict that the page carries, and of a file that was verified elsewhere: verdict, who, chain, times, coverage, register', async () => {
    const told = carried((await post(sealed.file)).text)
    for (const fields of [{ told }, { file: file(sealed.file) }]) {
      const { status, headers, bytes } = await report(fields)
      expect([status, headers.get('content-type')]).toEqual([200, 'application/pdf'])
      expect(headers.get('content-disposition')).toContain('attachment; filename="verification-report.pdf"')
      const text = read(bytes)
      for (const said of [
        'Verification report',
        'Genuine and unchanged',
        `exactly this file was issued by Acme <Ltd> as ${documentId}`,
        'TOTAL-PASSED · PAdES B-LTA',
        'Signed: Marie Dupont',
        'Test Issuing CA',
        'proven by Test TSA',
        'everything up to part 3 of 7',
        'signed, sealed, evidence added and archive time stamp',
        'paraphe-1 / ours',
        'CET',
      ])
        expect(text).toContain(said)
    }
  })
  test('a name in any script stands there as text', async () => {
    const sheet = reportSheet(shown(await verifyFile(sealed.file, { roots: [], at: NOON }), null), {
      language: 'en',
      timeZone: 'UTC',
      by: 'Acme 株式会社',
      verifyUrl: null,
    })
    const text = read(await drawReport(fontSet(), fontBytes, sheet))
    expect(text).toContain('Acme 株式会社 Verification report Not ours, but intact')
    expect(text).toContain('Page 1 of')
  })
  test('in French, of a changed file', async () => {
    const { bytes, headers } = await report({ file: file(concat([sealed.file, utf8('junk')])) }, 'fr')
    expect(read(bytes)).toContain('Modifié après signature')
    expect(headers.get('content-disposition')).toContain('rapport-de-verification.pdf')
  })
  test('of nothing that this house did not say, and of no file at all', async () => {
    const told = carried((await post(concat([sealed.file, utf8('junk')]))).text)
    expect((await report({ told: told.replace('"changed"', '"genuine"') })).status).toBe(403)
    expect((await report({ told: '{}' })).status).toBe(403)
    expect((await report({})).status).toBe(422)
  })
})

describe('pages side by side', () => {
  const firstPage = async (): Promise<number> => {
    const { last, bytes } = await readPdf(sealed.file)
    const root = last.trailer.entries.get('Root')!
    const pages = /\/Pages (\d+) 0 R/.exec(await sourceOf(sealed.file, Number.parseInt(latin(bytes.subarray(root.start, root.end)))))![1]!
    return Number(/\/Kids \[\s*(\d+) 0 R/.exec(await sourceOf(sealed.file, Number(pages)))![1])
  }
  test('a page that was drawn over after the seal stands beside what was signed', async () => {
    const page = await firstPage()
    const source = (await sourceOf(sealed.file, page)).replace(/\/Contents (\[[^\]]*\]|\d+ 0 R)/, '')
    const over = await added(sealed.file, (appending) => {
      const drawing = appending.add(stream('0 0 1 rg 100 100 200 200 re f'))
      appending.put(page, source.replace(/>>$/, `/Contents ${drawing} 0 R>>`))
    })
    const { text } = await post(over)
    expect(text).toContain('Changed after signing')
    const compared = text.slice(text.indexOf('data-comparison'))
    expect(compared).toContain('Archive time stamp: Test TSA')
    expect(compared.match(/src="data:image\/png;base64,/g)).toHaveLength(2)
    expect(compared).toMatch(/As signed.+page 1/s)
  })
  test('what was added shows nowhere, or the file is as it was signed', async () => {
    expect((await post(await added(sealed.file, (appending) => void appending.add('<</Nothing true>>')))).text).toContain(
      'pages look the same',
    )
    expect((await post(sealed.file)).text).not.toContain('data-comparison')
    expect((await post(utf8('<html>'))).text).not.toContain('data-comparison')
  })
})
