import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { PDFDocument } from 'pdf-lib'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { encodePng } from '../../src/image/png.ts'
import { pack, unpack } from '../../src/sandbox/parcel.ts'
import type { Refusal } from '../../src/base/refusal.ts'
import { closeSandbox, runTask, sandboxFacts } from '../../src/sandbox/run.ts'
import { photographedSignature, pngThatClaims } from '../support/picture.ts'

const config = { dataDirectory: mkdtempSync(join(tmpdir(), 'sandbox-test-')) }
afterAll(() => {
  closeSandbox()
  rmSync(config.dataDirectory, { recursive: true, force: true })
})

const left = (): string[] =>
  readdirSync(join(config.dataDirectory, 'tmp')).flatMap((child) =>
    readdirSync(join(config.dataDirectory, 'tmp', child)).filter((name) => name.startsWith('task-')),
  )

/** The processes that work in a private folder of this test. */
const childrenHere = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(config.dataDirectory)
      } catch {
        return false
      }
    })
    .map(Number)

async function threePages(): Promise<Bytes> {
  const pdf = await PDFDocument.create()
  for (let at = 0; at < 3; at++) pdf.addPage([300, 400]).drawText(`Page ${at + 1}`, { x: 20, y: 300 })
  return new Uint8Array(await pdf.save())
}

/** A file of the given objects, with an xref table that is right. */
function pdfOf(objects: readonly (string | Uint8Array)[]): Bytes {
  const parts: Uint8Array[] = [utf8('%PDF-1.7\n')]
  const offsets: number[] = []
  let at = parts[0]!.length
  objects.forEach((object, index) => {
    const bytes = concat([utf8(`${index + 1} 0 obj\n`), typeof object === 'string' ? utf8(object) : object, utf8('\nendobj\n')])
    offsets.push(at)
    at += bytes.length
    parts.push(bytes)
  })
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  return concat([
    ...parts,
    utf8(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  ])
}

const stream = (dictionary: string, data: Uint8Array): Bytes =>
  concat([utf8(`<< ${dictionary} /Length ${data.length} >>\nstream\n`), data, utf8('\nendstream')])

/** A page that paints itself ten million times over, from some kilobytes. */
function endlessPdf(): Bytes {
  const data = deflateSync(utf8('0 0 m 99 300 200 10 300 400 c 7 w S\n'.repeat(400_000)))
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents [${'4 0 R '.repeat(8)}] /Resources << >> >>`,
    stream('/Filter /FlateDecode', data),
  ])
}

/** A picture of 30,000 by 30,000 in some kilobytes, through two layers of compression. */
function bombPdf(): Bytes {
  const inner = deflateSync(new Uint8Array(300_000_000))
  const data = deflateSync(inner)
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>',
    stream('', utf8('300 0 0 400 0 0 cm /I Do')),
    stream(
      '/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode]',
      data,
    ),
  ])
}

/** Resolves to the reason, the time and by how many bytes this process grew. */
async function refused(work: Promise<unknown>): Promise<{ reason: string; milliseconds: number; grown: number }> {
  const start = performance.now()
  const before = process.memoryUsage().rss
  const reason = await work.then(
    () => 'not refused',
    (error: { reason?: string }) => error.reason ?? String(error),
  )
  return { reason, milliseconds: performance.now() - start, grown: process.memoryUsage().rss - before }
}

test('pages and text come from the child, and nothing stays in its folder', async () => {
  const pdf = await threePages()
  const { images } = await runTask(config, 'pages', { pdf, width: 240 })
  expect(images.map(({ page, width, height, type }) => [page, width, height, type])).toEqual([
    [0, 240, 320, 'image/png'],
    [1, 240, 320, 'image/png'],
    [2, 240, 320, 'image/png'],
  ])
  const text = await runTask(config, 'page-text', { pdf, pages: [2] })
  expect(text.pages[0]!.text).toBe('Page 3')
  expect(left()).toEqual([])
})

test('a photographed signature comes back as ink alone, cropped', async () => {
  const mark = await runTask(config, 'mark', { picture: encodePng(photographedSignature()) })
  expect(mark.width).toBeLessThan(400)
  expect(mark.height).toBeLessThan(200)
  expect(mark.alpha!.length).toBe(mark.width * mark.height)
  expect(mark.rgb.length).toBe(mark.width * mark.height * 3)
})

test('white paper is refused as empty', async () => {
  const blank = encodePng({ width: 50, height: 50, rgba: new Uint8Array(10_000).fill(255) })
  expect((await refused(runTask(config, 'mark', { picture: blank }))).reason).toBe('picture.empty')
})

test('a drawing without end is ended in time', async () => {
  const { reason, milliseconds, grown } = await refused(runTask(config, 'pages', { pdf: endlessPdf() }, { milliseconds: 2_000 }))
  expect(reason).toBe('document.too-heavy')
  expect(milliseconds).toBeLessThan(4_000)
  expect(grown).toBeLessThan(100_000_000)
}, 15_000)

test('a child that the machine gives no turn says nothing about the file: it is to be tried again', async () => {
  const pdf = await threePages()
  await runTask(config, 'pages', { pdf, pages: [0], width: 100 })
  for (const pid of childrenHere()) process.kill(pid, 'SIGSTOP')
  expect(await runTask(config, 'pages', { pdf, pages: [0] }, { milliseconds: 500 }).catch((error: Refusal) => error)).toMatchObject({
    code: 'unavailable',
    reason: 'sandbox.busy',
  })
  expect((await runTask(config, 'pages', { pdf, pages: [0], width: 100 })).images).toHaveLength(1)
}, 15_000)

test('a decompression bomb is refused or drawn within the bounds, and the server does not grow', async () => {
  const pdf = bombPdf()
  expect(pdf.length).toBeLessThan(20_000)
  const { milliseconds, grown } = await refused(runTask(config, 'pages', { pdf, width: 800 }))
  expect(milliseconds).toBeLessThan(11_000)
  expect(grown).toBeLessThan(150_000_000)
}, 15_000)

test.each([
  ['a PNG bomb', pngThatClaims(30_000, 30_000, deflateSync(new Uint8Array(100_000_000))), 'picture.too-many-pixels'],
  ['an SVG', utf8('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'picture.unknown-format'],
  ['a PDF', utf8('%PDF-1.4 and more than a header, so that it is long enough'), 'picture.unknown-format'],
  ['a truncated PNG', encodePng(photographedSignature()).slice(0, 3_000), 'picture.damaged'],
])('%s is refused as a mark', async (_, picture, reason) => {
  const verdict = await refused(runTask(config, 'mark', { picture: new Uint8Array(picture) }))
  expect(verdict.reason).toBe(reason)
  expect(verdict.milliseconds).toBeLessThan(3_000)
})

test.each([
  ['text', utf8('hello')],
  ['nothing', new Uint8Array()],
  ['half a document', (await threePages()).slice(0, 200)],
])('%s is no document', async (_, pdf) => {
  expect((await refused(runTask(config, 'pages', { pdf }))).reason).toBe('document.unreadable')
})

test('after all that, the next task is served as if nothing had been', async () => {
  expect((await runTask(config, 'pages', { pdf: await threePages(), pages: [0], width: 100 })).images).toHaveLength(1)
})

test('a task that nobody waits for any more ends', async () => {
  const verdict = await refused(runTask(config, 'pages', { pdf: endlessPdf() }, { signal: AbortSignal.timeout(300) }))
  expect(verdict.reason).toContain('TimeoutError')
  expect(verdict.milliseconds).toBeLessThan(2_500)
})

test('the line is bounded: who comes too late is told to come again', async () => {
  const stop = new AbortController()
  const pdf = endlessPdf()
  const asked = Array.from({ length: 40 }, () => refused(runTask(config, 'pages', { pdf }, { signal: stop.signal })))
  const busy = await Promise.all(asked.slice(34))
  expect(busy.map(({ reason }) => reason)).toEqual(Array(6).fill('sandbox.busy'))
  stop.abort(new Error('enough'))
  await Promise.all(asked)
  expect((await runTask(config, 'pages', { pdf: await threePages(), pages: [0], width: 100 })).images).toHaveLength(1)
}, 20_000)

test('doctor is told what holds the child', async () => {
  const facts = await sandboxFacts(config)
  expect(facts.works).toBe(true)
  expect(facts.limits).toBe(Bun.which('prlimit') !== null)
})

test('a parcel keeps values and bytes, and is refused where it points outside itself', () => {
  const value = { a: [1, 'two', null, true], b: Uint8Array.of(1, 2), c: { d: Uint8Array.of(3) } }
  expect(unpack(pack(value))).toEqual(value)
  const json = utf8('{"b":{"$bytes":[0,99]}}')
  expect(() => unpack(concat([Uint8Array.of(0, 0, 0, json.length), json]))).toThrow(RangeError)
  expect(() => unpack(Uint8Array.of(0, 0, 9, 9))).toThrow(RangeError)
})
