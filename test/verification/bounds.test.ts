import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { deflate } from '../../src/pdf/flate.ts'
import { latin, latinBytes } from '../../src/pdf/syntax.ts'
import { closeSandbox, runTask } from '../../src/sandbox/run.ts'
import type { VerificationReport } from '../../src/verification/verdict/report.ts'
import { judge, type Stage, stage } from './cases.ts'
import { otherFile } from './other-file.ts'
import { NOW } from './sealed-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'bounds-'))
afterAll(() => {
  closeSandbox()
  rmSync(folder, { recursive: true, force: true })
})
const row = (offset: number): string => `${String(offset).padStart(10, '0')} 00000 n \n`

/** Reads as the server does: in the child, within its bounds. The answer, and how long the child took by the clock. */
async function inChild(pdf: Bytes): Promise<{ told: VerificationReport | string; milliseconds: number }> {
  const { authority } = await stage()
  const start = performance.now()
  const told = await runTask({ dataDirectory: folder }, 'verify', { pdf, roots: [authority.root.certificate], at: NOW }).catch(
    (error: { reason?: string }) => error.reason ?? String(error),
  )
  return { told, milliseconds: performance.now() - start }
}

const objects = (sources: readonly string[], trailer = '', header = '%PDF-1.7\n'): Bytes => {
  let text = header
  const rows = sources.map((source, at) => {
    const offset = text.length
    text += `${at + 1} 0 obj\n${source}\nendobj\n`
    return row(offset)
  })
  const start = text.length
  const size = sources.length + 1
  return latinBytes(
    `${text}xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}trailer\n<</Size ${size} /Root 1 0 R${trailer}>>\nstartxref\n${start}\n%%EOF\n`,
  )
}

/** Object streams that inflate to gigabytes, in some kilobytes. */
async function bomb(): Promise<Bytes> {
  const packed = await deflate(new Uint8Array(30 * 1024 * 1024).fill(0x20))
  const head = latinBytes('%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n')
  const parts: Uint8Array[] = [head]
  let at = head.length
  const rows: number[] = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 0]
  const count = 40
  for (let number = 2; number < 2 + count; number++) {
    const object = concat([
      utf8(`${number} 0 obj\n<</Type /ObjStm /N 0 /First 0 /Filter /FlateDecode /Length ${packed.length}>>\nstream\n`),
      packed,
      utf8('\nendstream\nendobj\n'),
    ])
    rows.push(1, (at >> 24) & 255, (at >> 16) & 255, (at >> 8) & 255, at & 255, 0)
    parts.push(object)
    at += object.length
  }
  for (let number = 2; number < 2 + count; number++) rows.push(2, 0, 0, 0, number, 0)
  const size = 2 + 2 * count
  const dictionary = `<</Type /XRef /Size ${size + 1} /Root 1 0 R /W [1 4 1] /Index [0 ${size}] /Length ${rows.length}>>`
  return concat([
    ...parts,
    utf8(`${size} 0 obj\n${dictionary}\nstream\n`),
    Uint8Array.from(rows),
    utf8(`\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`),
  ])
}

/** One signature a thousand times over, around 30 MB. */
async function thousandSignatures({ hand }: Stage): Promise<Bytes> {
  const contents = (await hand(utf8('anything'))).toHex()
  const fields = Array.from({ length: 1_000 }, (_, at) => `${5 + at} 0 R`).join(' ')
  const field = (at: number): string =>
    `<</FT /Sig /T (S${at}) /V <</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 20 40 30000000] /Contents <${contents}>>>>>`
  const all = Array.from({ length: 1_000 }, (_, at) => field(at))
  const padding = `<</Length 26000000>>\nstream\n${'x'.repeat(26_000_000)}\nendstream`
  return objects([
    '<</Type /Catalog /Pages 2 0 R /AcroForm 3 0 R>>',
    '<</Type /Pages /Kids [] /Count 0>>',
    `<</Fields [${fields}]>>`,
    padding,
    ...all,
  ])
}

function tenThousandRevisions(): Bytes {
  let file = latin(otherFile())
  let previous = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)![1])
  const parts = [file]
  let length = file.length
  for (let at = 0; at < 10_000; at++) {
    const revision = `xref\n0 0\ntrailer\n<</Size 11 /Root 1 0 R /Prev ${previous}>>\nstartxref\n${length}\n%%EOF\n`
    parts.push(revision)
    previous = length
    length += revision.length
  }
  file = parts.join('')
  return latinBytes(file)
}

const HEAVY: readonly (readonly [string, (stage_: Stage) => Promise<Bytes> | Bytes])[] = [
  ['object streams that inflate to 1.2 GB', bomb],
  ['a thousand signatures', thousandSignatures],
  ['ten thousand revisions', tenThousandRevisions],
  ['arrays in arrays', () => objects([`<</Type /Catalog /Pages ${'['.repeat(30_000_000)}>>`])],
  ['a text of 30 MB', () => objects([`<</Type /Catalog /Pages (${'x'.repeat(30_000_000)})>>`])],
  ['200,000 objects', () => objects(['<</Type /Catalog>>', ...Array.from({ length: 200_000 }, () => '<</A [1 2 3 4 5 6 7 8 9]>>')])],
]

for (const [name, make] of HEAVY)
  test(`49: ${name}: a clear answer within the bounds of the child`, async () => {
    const file = await make(await stage())
    const { told, milliseconds } = await inChild(file)
    if (typeof told === 'string') expect(told).toBe('document.too-heavy')
    else expect(told.indication).not.toBe('passed')
    if (typeof told !== 'string') expect(told.faults.length + told.signatures.length).toBeGreaterThan(0)
    // Ten seconds of work; a busy machine may keep the child waiting for as long again.
    expect(milliseconds).toBeLessThan(20_000)
    if (process.env['PARAPHE_TEST_TIMES'])
      console.log(`${name}: ${Math.round(milliseconds)} ms, ${typeof told === 'string' ? told : told.faults.join(' ')}`)
  })

test('49: whatever is in it, the report of a file that is too much is one', async () => {
  const report = await judge(tenThousandRevisions(), await stage())
  expect([report.answer, report.indication, report.subIndication, report.faults]).toEqual([
    'unreadable',
    'indeterminate',
    'FORMAT_FAILURE',
    ['read.too-many-revisions'],
  ])
})
