import { afterAll, expect } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { latin, latinBytes } from '../../src/pdf/syntax.ts'
import { preparedFile } from '../pdf/prepared-file.ts'
import { type Case, FORMAT, type Stage, tryCases } from './cases.ts'
import { OBJECTS, otherFile, signedBy, sourceOf, added } from './other-file.ts'
import { packedFile } from './packed-file.ts'
import { sealedFile } from './sealed-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'cases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What another program makes of a file. */
function qpdf(file: Bytes, ...words: readonly string[]): Bytes {
  const [from, to] = [join(folder, 'in.pdf'), join(folder, 'out.pdf')]
  writeFileSync(from, file)
  const { exitCode, stderr } = Bun.spawnSync(['qpdf', ...words, from, to])
  if (exitCode !== 0 && exitCode !== 3) throw new Error(stderr.toString())
  return new Uint8Array(readFileSync(to))
}

const UNREADABLE: Case['expected'] = ['indeterminate', 'FORMAT_FAILURE']
const row = (offset: number): string => `${String(offset).padStart(10, '0')} 00000 n \n`

/** A table with a stream beside it, which says where `number` is (ISO 32000-2 §7.5.8.4). */
function hybrid(file: Bytes, number: number, offset: number): Bytes {
  const text = latin(file)
  const at = text.lastIndexOf('xref\n0 ')
  const size = Number(/\/Size (\d+)/.exec(text.slice(at))![1])
  const rows = latin(Uint8Array.of(1, (offset >> 16) & 255, (offset >> 8) & 255, offset & 255, 0))
  const beside = `${size} 0 obj\n<</Type /XRef /Size ${size} /W [1 3 1] /Index [${number} 1] /Length 5>>\nstream\n${rows}\nendstream\nendobj\n`
  const trailer = `/XRefStm ${at} /Size`
  const table = text
    .slice(at)
    .replace('/Size', trailer)
    .replace(/startxref\n\d+/, `startxref\n${at + beside.length}`)
  return latinBytes(text.slice(0, at) + beside + table)
}

/** What was signed, rewritten as it was; but the stream beside the table says that it is something else. */
async function contradiction(file: Bytes): Promise<Bytes> {
  const { last } = await readPdf(file)
  const object = `4 0 obj\n${await sourceOf(file, 4)}\nendobj\n`
  const place = file.length + object.length
  const hidden = latin(file).indexOf('\n10 0 obj') + 1
  const rows = latin(Uint8Array.of(1, (hidden >> 16) & 255, (hidden >> 8) & 255, hidden & 255, 0))
  const beside = `${last.size} 0 obj\n<</Type /XRef /Size ${last.size} /W [1 3 1] /Index [4 1] /Length 5>>\nstream\n${rows}\nendstream\nendobj\n`
  const trailer = `trailer\n<</Size ${last.size + 1} /Root 1 0 R /Prev ${last.startxref} /XRefStm ${place}>>\n`
  const table = `xref\n4 1\n${row(file.length)}${trailer}startxref\n${place + beside.length}\n%%EOF\n`
  return concat([file, latinBytes(object + beside + table)])
}

/** The first signature's dictionary where no byte range can leave out its contents. */
async function compressedSignature({ hand }: Stage): Promise<Bytes> {
  const contents = (await hand(utf8('anything'))).toHex()
  const holder = packedFile()
  const field = await sourceOf(holder, OBJECTS.first)
  const content = `13 0 <</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 10 20 30] /Contents <${contents}>>>`
  const head = await added(holder, (appending) => appending.put(OBJECTS.first, field.replace(/>>$/, ' /V 13 0 R>>')))
  const text = latin(head)
  const start = text.length
  const packed = `14 0 obj\n<</Type /ObjStm /N 1 /First 5 /Length ${content.length}>>\nstream\n${content}\nendstream\nendobj\n`
  const place = start + packed.length
  const entries = [
    [2, 0, 0, 14, 0],
    [1, (start >> 16) & 255, (start >> 8) & 255, start & 255, 0],
    [1, (place >> 16) & 255, (place >> 8) & 255, place & 255, 0],
  ]
  const previous = /startxref\n(\d+)\n%%EOF\n$/.exec(text)![1]
  const dictionary = `<</Type /XRef /Size 16 /Root 1 0 R /Prev ${previous} /W [1 3 1] /Index [13 3] /Length 15>>`
  return concat([
    head,
    utf8(`${packed}15 0 obj\n${dictionary}\nstream\n`),
    Uint8Array.from(entries.flat()),
    utf8(`\nendstream\nendobj\nstartxref\n${place}\n%%EOF\n`),
  ])
}

tryCases([
  {
    number: '48',
    name: 'encrypted by another program after it was signed',
    make: async ({ sealed }) => qpdf(sealed.file, '--encrypt', '', 'owner', '256', '--'),
    expected: UNREADABLE,
    answer: 'unreadable',
  },
  { number: '48', name: 'a signature inside an object stream', make: compressedSignature, expected: FORMAT },
  {
    number: '48, ours',
    name: 'a table and a stream that agree',
    make: async ({ authority }) => {
      const prepared = preparedFile('table')
      return (await sealedFile('table', { authority, prepared: hybrid(prepared, 3, latin(prepared).indexOf('\n3 0 obj') + 1) })).file
    },
    expected: FORMAT,
  },
  {
    number: '48',
    name: 'a table and a stream that do not agree',
    make: async ({ hand }) => contradiction(await signedBy(otherFile(), { cms: hand })),
    expected: FORMAT,
    answer: 'changed',
  },
  {
    number: '48, ours',
    name: 'linearised by another program after it was sealed',
    make: async ({ sealed }) => qpdf(sealed.file, '--linearize'),
    expected: FORMAT,
  },
  {
    number: '48',
    name: 'linearised, then signed by somebody: not ours, but intact',
    make: async ({ hand }) => signedLinearised(hand),
    expected: ['indeterminate', 'TRY_LATER'],
    also: ({ profile, signatures }) => expect([profile, signatures[0]!.intact]).toEqual(['foreign', true]),
  },
  {
    number: '48',
    name: 'usage rights only: no signature of ours, nor of anybody',
    make: async ({ hand }) => {
      const cms = (await hand(utf8('anything'))).toHex()
      const right = `<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 10 20 30] /Contents <${cms}>>>`
      return otherFile({ objects: { 1: '<</Type /Catalog /Pages 2 0 R /AcroForm 6 0 R /Perms <</UR3 11 0 R>>>>', 11: right } })
    },
    expected: ['indeterminate', 'SIGNED_DATA_NOT_FOUND'],
    answer: 'unsigned',
  },
])

/** The fields have other numbers once another program wrote the file. */
async function signedLinearised(hand: Stage['hand']): Promise<Bytes> {
  const file = qpdf(otherFile(), '--linearize')
  const text = latin(file)
  const number = Number(/(\d+) 0 obj\n<<(?:(?!endobj)[\s\S])*\/T \(Signature1\)/.exec(text)![1])
  return signedBy(file, { cms: hand, field: number })
}
