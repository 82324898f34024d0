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
    const secrets = [join(dataDirectory, 'secret.txt'), join(tmpdir(), `secret-${process.pid}.txt`)]
    for (const path of secrets) writeFileSync(path, 'THE-SECRET')
    const fields = secrets.map(
      (path) =>
        `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDETEXT "file://${path}"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`,
    )
    const sections = secrets.map(
      (path, at) =>
        `<text:section text:name="s${at}" text:protected="true"><text:section-source xlink:type="simple" xlink:href="file://${path}"/><text:p>old</text:p></text:section>`,
    )
    for (const [kind, file] of [
      ['docx', docxOf(['Seen'], `${picture}${fields.join('')}`, link)],
      ['odt', odtOf('Seen', { body: sections.join('') })],
    ] as const) {
      const text = await textOf((await officeToPdf(place, { file, kind })).pdf)
      expect(text).toContain('Seen')
      expect(text).not.toContain('THE-SECRET')
    }
    rmSync(secrets[1]!)
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

/** A program that says that it is LibreOffice and then does something else, outside the data folder, which is covered. */
async function pretending(does: string, use: (place: { dataDirectory: string; libreOffice: string }) => Promise<void>): Promise<void> {
  const program = join(dataDirectory, `pretender-${Bun.hash(does)}`)
  writeFileSync(program, `#!/bin/sh\ncase "$1" in --version) echo "LibreOffice 1.2.3"; exit;; esac\n${does}\n`)
  chmodSync(program, 0o755)
  const elsewhere = mkdtempSync(join(tmpdir(), 'office-other-'))
  try {
    await use({ dataDirectory: elsewhere, libreOffice: program })
    expect(readdirSync(join(elsewhere, 'tmp'))).toEqual([])
  } finally {
    rmSync(elsewhere, { recursive: true, force: true })
  }
}

test('what it writes is bounded, and so is the memory that it takes; what is too much is refused', async () => {
  await pretending('head -c 300000000 /dev/zero > document.pdf', async (where) => {
    await expect(officeToPdf(where, { file: docxOf(['x']), kind: 'docx' })).rejects.toMatchObject({ reason: 'document.too-heavy' })
  })
  // Were it not bounded, the file would be written.
  await pretending(`python3 -c 'x = bytearray(2_500_000_000)' && echo made > document.pdf`, async (where) => {
    await expect(officeToPdf(where, { file: docxOf(['x']), kind: 'docx' })).rejects.toMatchObject({ reason: 'document.office-unreadable' })
  })
}, 30_000)

test('it sees nothing of the data folder but its own, and no variable of the server', async () => {
  await pretending('(env; ls "$PARAPHE_DATA"; cat "$(dirname "$2")/nothing"; ls -a /proc/self/cwd) > document.pdf 2>&1', async (where) => {
    process.env['OFFICE_SECRET'] = 'seen-by-nobody'
    writeFileSync(join(where.dataDirectory, 'paraphe.db'), 'x')
    const { pdf } = await officeToPdf(where, { file: docxOf(['x']), kind: 'docx' })
    const told = new TextDecoder().decode(pdf)
    expect(told).toContain('document.docx')
    expect(told).not.toContain('seen-by-nobody')
    expect(told).not.toContain('paraphe.db')
  })
  const facts = await officeFacts(place)
  if (!facts?.apart) return
  await pretending(
    `ls ${'"$DATA"'} > document.pdf 2>&1; ls ${tmpdir()}/office-other-*/ >> document.pdf 2>&1; echo end >> document.pdf`,
    async (where) => {
      writeFileSync(join(where.dataDirectory, 'paraphe.db'), 'x')
      const { pdf } = await officeToPdf(where, { file: docxOf(['x']), kind: 'docx' })
      expect(new TextDecoder().decode(pdf)).not.toContain('paraphe.db')
    },
  )
}, 30_000)

test('one that hangs, with children of its own, is ended with all of them', async () => {
  await pretending('sleep 4711 &\nsleep 4711', async (where) => {
    await expect(officeToPdf(where, { file: docxOf(['x']), kind: 'docx', signal: AbortSignal.timeout(1_500) })).rejects.toThrow()
    await Bun.sleep(200)
    expect(running('4711')).toBe(0)
  })
})

test.skipIf(!HAS_OFFICE)(
  'a document of the old kind is read too; its own PDF is whole (needs LibreOffice)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'office-doc-'))
    try {
      writeFileSync(join(folder, 'old.rtf'), '{\\rtf1\\ansi A letter of 1997}')
      const made = Bun.spawn(
        [
          officeProgram(place)!,
          `-env:UserInstallation=file://${folder}/profile`,
          '--headless',
          '--convert-to',
          'doc:MS Word 97',
          '--outdir',
          folder,
          join(folder, 'old.rtf'),
        ],
        { stdout: 'ignore', stderr: 'ignore' },
      )
      await made.exited
      const file = new Uint8Array(readFileSync(join(folder, 'old.doc')))
      expect(officeKindOf(file)).toBe('doc')
      expect(await textOf((await officeToPdf(place, { file, kind: 'doc' })).pdf)).toContain('A letter of 1997')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  30_000,
)
