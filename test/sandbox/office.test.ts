import { afterAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8, type Bytes } from '../../src/base/bytes.ts'
import { officeFacts, officeProgram, officeToPdf } from '../../src/sandbox/office.ts'
import { officeKindOf } from '../../src/sandbox/office-file.ts'
import { closeSandbox, runTask } from '../../src/sandbox/run.ts'
import { compoundOf, docxOf, HAS_OFFICE, linkedPicture, odtOf, zipOf } from '../support/office-files.ts'

const dataDirectory = mkdtempSync(join(tmpdir(), 'office-test-'))
const place = { dataDirectory, libreOffice: null }
afterAll(() => {
  closeSandbox()
  rmSync(dataDirectory, { recursive: true, force: true })
})

const left = (): string[] => readdirSync(join(dataDirectory, 'tmp')).filter((name) => name.startsWith('office-'))
const textOf = async (pdf: Bytes): Promise<string> =>
  (await runTask(place, 'page-text', { pdf, pages: [0] })).pages.map(({ text }) => text).join('\n')
/** Processes of this machine whose command line names the folder of this test or LibreOffice. */
const running = (word: string): number =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)
    } catch {
      return false
    }
  }).length

test('a text document is known by its contents', () => {
  expect(officeKindOf(docxOf(['Hello']))).toBe('docx')
  expect(officeKindOf(odtOf('Hello'))).toBe('odt')
  expect(officeKindOf(utf8('{\\rtf1 Hello}') as Bytes)).toBe('rtf')
  expect(officeKindOf(compoundOf('WordDocument'))).toBe('doc')
  expect(officeKindOf(compoundOf('Workbook'))).toBeNull()
  expect(officeKindOf(zipOf({ 'xl/workbook.xml': '<x/>' }))).toBeNull()
  expect(officeKindOf(utf8('%PDF-1.7') as Bytes)).toBeNull()
})

test('protected, broken and swollen files are refused before anything opens them', () => {
  const reason = (file: Bytes): unknown => {
    try {
      return officeKindOf(file)
    } catch (error) {
      return (error as { reason: string }).reason
    }
  }
  expect(reason(compoundOf('EncryptionInfo', 'EncryptedPackage'))).toBe('document.office-password')
  expect(reason(odtOf('x', { encrypted: true }))).toBe('document.office-password')
  const locked = compoundOf('WordDocument')
  locked.set([0xec, 0xa5], 512)
  locked[523] = 1
  expect(reason(locked)).toBe('document.office-password')
  expect(reason(zipOf({ 'word/document.xml': '<x/>' }, 900_000_000))).toBe('document.too-heavy')
  const whole = docxOf(['Hello'])
  expect(reason(whole.slice(0, whole.length - 40))).toBe('document.damaged')
})

test('without LibreOffice nothing is converted', async () => {
  const none = { dataDirectory, libreOffice: 'none' }
  expect(officeProgram(none)).toBeNull()
  await expect(officeToPdf(none, { file: docxOf(['x']), kind: 'docx' })).rejects.toMatchObject({ reason: 'document.office-unavailable' })
})

test.skipIf(!HAS_OFFICE)('each kind becomes a PDF with its text, and nothing of it stays (needs LibreOffice)', async () => {
  const facts = await officeFacts(place)
  expect(facts?.version).toMatch(/^\d+\.\d+/)
  const made = await Promise.all([
    officeToPdf(place, { file: docxOf(['Consulting agreement']), kind: 'docx' }),
    officeToPdf(place, { file: odtOf('Contrat de prestation'), kind: 'odt' }),
    officeToPdf(place, { file: utf8('{\\rtf1\\ansi Offer {\\b letter}}') as Bytes, kind: 'rtf' }),
  ])
  expect(await Promise.all(made.map(({ pdf }) => textOf(pdf)))).toEqual([
    expect.stringContaining('Consulting agreement'),
    expect.stringContaining('Contrat de prestation'),
    expect.stringContaining('Offer letter'),
  ])
  expect(made[0]!.by).toBe(`LibreOffice ${facts!.version}`)
  expect(left()).toEqual([])
  expect(running('document.docx')).toBe(0)
})

test.skipIf(!HAS_OFFICE)('what a document links to is neither fetched nor read (needs LibreOffice)', async () => {
  let asked = 0
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => (asked++, new Response('no')) })
  try {
    const [picture, link] = linkedPicture(`http://127.0.0.1:${server.port}/spy.png`)
    const docx = await officeToPdf(place, { file: docxOf(['Seen'], picture, link), kind: 'docx' })
    expect(await textOf(docx.pdf)).toContain('Seen')
    const secret = join(dataDirectory, 'secret.txt')
    const outside = join(tmpdir(), `secret-${process.pid}.txt`)
    for (const path of [secret, outside]) writeFileSync(path, 'THE-SECRET')
    for (const path of [secret, outside]) {
      const body = `<text:section text:name="s" text:protected="true"><text:section-source xlink:type="simple" xlink:href="file://${path}"/><text:p>old</text:p></text:section>`
      const odt = await officeToPdf(place, { file: odtOf('Seen', { body }), kind: 'odt' })
      expect(await textOf(odt.pdf)).not.toContain('THE-SECRET')
      const field = `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDETEXT "file://${path}"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
      const doc = await officeToPdf(place, { file: docxOf(['Seen'], field), kind: 'docx' })
      expect(await textOf(doc.pdf)).not.toContain('THE-SECRET')
    }
    rmSync(outside)
    expect(asked).toBe(0)
  } finally {
    await server.stop(true)
  }
})

test.skipIf(!HAS_OFFICE)(
  'a broken file is refused, and a conversion that is given up leaves no process and no folder (needs LibreOffice)',
  async () => {
    await expect(officeToPdf(place, { file: zipOf({ 'word/document.xml': '<broken' }), kind: 'docx' })).rejects.toMatchObject({
      reason: 'document.office-unreadable',
    })
    expect(left()).toEqual([])
    const gone = new AbortController()
    const long = officeToPdf(place, {
      file: docxOf(Array.from({ length: 30_000 }, (_, at) => `Line ${at} of a very long document`)),
      kind: 'docx',
      signal: gone.signal,
    })
    setTimeout(() => gone.abort(new Error('gone')), 900)
    await expect(long).rejects.toThrow('gone')
    await Bun.sleep(200)
    expect(running(dataDirectory)).toBe(0)
    expect(left()).toEqual([])
  },
)

test('one that hangs, with children of its own, is ended with all of them', async () => {
  const program = join(dataDirectory, 'hanging')
  writeFileSync(program, '#!/bin/sh\ncase "$1" in --version) echo "LibreOffice 1.2.3"; exit;; esac\nsleep 4711 &\nsleep 4711\n')
  chmodSync(program, 0o755)
  // Outside the data folder, which is covered.
  const elsewhere = mkdtempSync(join(tmpdir(), 'office-other-'))
  try {
    const signal = AbortSignal.timeout(1_500)
    await expect(
      officeToPdf({ dataDirectory: elsewhere, libreOffice: program }, { file: docxOf(['x']), kind: 'docx', signal }),
    ).rejects.toThrow()
    await Bun.sleep(200)
    expect(running('4711')).toBe(0)
    expect(readdirSync(join(elsewhere, 'tmp'))).toEqual([])
  } finally {
    rmSync(elsewhere, { recursive: true, force: true })
  }
})
