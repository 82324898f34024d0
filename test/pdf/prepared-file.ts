import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import type { Instant } from '../../src/base/instant.ts'
import { certify, documentTimeStamp, fillHole, seal, securityStore, sign, type Tail } from '../../src/pdf/append.ts'
import type { Form } from '../../src/pdf/form.ts'
import { type Head, headOf } from '../../src/pdf/head.ts'
import { readPdf } from '../../src/pdf/read.ts'

/** A small revision 0 as we prepare it: one page that bears everything, two signers. */
export function preparedFile(kind: 'table' | 'stream', trailing = '\n'): Bytes {
  const widget = '/Type /Annot /Subtype /Widget /P 3 0 R /F 132'
  const own = (signer: string): string[] => [`${signer}_name`, `${signer}_agree`, `${signer}_mark`, `${signer}_row`, `${signer}_sig`]
  const names = (list: readonly string[]): string => list.map((name) => `(${name})`).join(' ')
  const stamps = Array.from({ length: 20 }, (_, at) => `DocTS${at + 1}`)
  const fields: string[] = []
  const objects: string[] = [
    '<</Type /Catalog /Pages 2 0 R /AcroForm 4 0 R /Extensions <</ESIC <</BaseVersion /1.7 /ExtensionLevel 5>>>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.280 841.89] /Resources <<>> /Annots 7 0 R>>',
    '<</Fields 6 0 R /SigFlags 3 /DA (/Helv 10 Tf 0 g) /DR <</Font <</Helv 5 0 R>>>>>>',
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    '', // 6: /Fields
    '', // 7: /Annots
    '<</Type /XObject /Subtype /Form /BBox [0 0 14 14] /Length 0>>\nstream\n\nendstream',
    `<</Type /SigFieldLock /Action /Include /Fields [${names(own('S1'))}]>>`,
    `<</Type /SigFieldLock /Action /Include /Fields [${names(own('S2'))}]>>`,
    `<</Type /SigFieldLock /Action /Exclude /Fields [${names([...own('S1'), ...own('S2'), ...stamps])}]>>`,
  ]
  const field = (source: string): void => {
    objects.push(`<<${widget} ${source}>>`)
    fields.push(`${objects.length} 0 R`)
  }
  for (const [signer, at, lock] of [
    ['S1', 700, 9],
    ['S2', 500, 10],
  ] as const) {
    field(`/FT /Tx /Ff 1 /T (${signer}_name) /Rect [60.0 ${at} 240 ${at + 18}]`)
    field(`/FT /Btn /Ff 1 /T (${signer}_agree) /Rect [250 ${at} 264 ${at + 14}] /V /Off /AS /Off /AP <</N <</Yes 8 0 R /Off 8 0 R>>>>`)
    field(`/FT /Btn /Ff 65537 /T (${signer}_mark) /Rect [270 ${at} 360 ${at + 50}] /MK <</TP 1>>`)
    field(`/FT /Btn /Ff 65537 /T (${signer}_row) /Rect [60 ${at - 80} 536 ${at - 20}] /MK <</TP 1>>`)
    field(`/FT /Sig /Ff 1 /T (${signer}_sig) /Rect [370 ${at} 570 ${at + 60}] /Lock ${lock} 0 R`)
  }
  field('/FT /Sig /Ff 1 /T (certification) /Rect [0 0 0 0]')
  field('/FT /Sig /Ff 1 /T (seal) /Rect [60 120 300 200] /Lock 11 0 R')
  objects[5] = objects[6] = `[${fields.join(' ')}]`
  return assemble(objects, kind, trailing)
}

function assemble(objects: readonly string[], kind: 'table' | 'stream', trailing: string): Bytes {
  let text = '%PDF-1.7\n%\u0081\u0081\n'
  const offsets = objects.map((source, at) => {
    const offset = text.length
    text += `${at + 1} 0 obj\n${source}\nendobj\n`
    return offset
  })
  const start = text.length
  const latin = (source: string): Bytes => Uint8Array.from(source, (character) => character.charCodeAt(0))
  if (kind === 'table') {
    const lines = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
    text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines}trailer\n<</Size ${objects.length + 1} /Root 1 0 R>>\nstartxref\n${start}\n%%EOF${trailing}`
    return latin(text)
  }
  const rows = [[0, 0], ...[...offsets, start].map((offset) => [1, offset])].flatMap(([type, offset]) => [
    type!,
    offset! >> 16,
    (offset! >> 8) & 255,
    offset! & 255,
    0,
  ])
  const self = objects.length + 1
  const dictionary = `<</Type /XRef /Size ${self + 1} /Root 1 0 R /W [1 3 1] /Length ${rows.length}>>`
  return concat([
    latin(`${text}${self} 0 obj\n${dictionary}\nstream\n`),
    Uint8Array.from(rows),
    utf8(`\nendstream\nendobj\nstartxref\n${start}\n%%EOF${trailing}`),
  ])
}

const AT = '2026-03-01T12:00:00.000Z' as Instant
const DER = Uint8Array.of(0x30, 3, 2, 1, 5)
export const drawing = (width: number, height: number): Form => ({
  width,
  height,
  content: `0 0 ${width} ${height} re f`,
  actualText: 'Zoë',
})
const picture = { width: 2, height: 2, rgb: new Uint8Array(12), alpha: new Uint8Array(4) }

/** Each revision of the chain as a whole file, made from heads alone. */
export class Chain {
  file: Bytes
  head: Head
  readonly revisions: Bytes[]

  constructor(file: Bytes, head: Head) {
    this.file = file
    this.head = head
    this.revisions = [file]
  }

  static async over(file: Bytes): Promise<Chain> {
    return new Chain(file, headOf(await readPdf(file)))
  }

  append(tail: Tail): void {
    this.appendBytes(fillHole(tail, DER), tail.head)
  }

  appendBytes(bytes: Bytes, head: Head): void {
    this.file = concat([this.file, bytes])
    this.head = head
    this.revisions.push(this.file)
  }

  async certify(): Promise<void> {
    this.append(await certify(this.head, { at: AT, name: 'Acme', contentsBytes: 256 }))
  }

  async sign(signer: 'S1' | 'S2', text = 'Zoë (yes)'): Promise<void> {
    const filled = [
      { field: `${signer}_name`, value: text, appearance: drawing(180, 18) },
      { field: `${signer}_agree`, checked: true },
      {
        field: this.head.fields[`${signer}_mark`] ? `${signer}_mark` : `${signer}_initials`,
        appearance: { ...drawing(90, 50), content: 'q 90 0 0 50 0 0 cm /Im0 Do Q', images: { Im0: picture } },
      },
    ]
    this.append(
      await sign(this.head, { at: AT, name: text, contentsBytes: 256, field: `${signer}_sig`, appearance: drawing(200, 60), filled }),
    )
  }

  async seal(): Promise<void> {
    this.append(await seal(this.head, { at: AT, name: 'Acme', contentsBytes: 256, appearance: drawing(240, 80) }))
  }

  async store(): Promise<void> {
    const evidence = { certificates: [DER], ocsps: [DER], revocationLists: [DER] }
    const vri = [{ contents: this.file.slice(-64), certificates: [0], ocsps: [0], revocationLists: [0] }]
    const { bytes, head } = await securityStore(this.head, { ...evidence, vri })
    this.appendBytes(bytes, head)
  }

  async stamp(): Promise<void> {
    this.append(await documentTimeStamp(this.head, { contentsBytes: 256 }))
  }
}

export async function wholeChain(file: Bytes, renewals = 1): Promise<Chain> {
  const chain = await Chain.over(file)
  await chain.certify()
  await chain.sign('S1')
  await chain.sign('S2')
  await chain.seal()
  for (let round = 0; round < renewals; round++) {
    await chain.store()
    await chain.stamp()
  }
  return chain
}
