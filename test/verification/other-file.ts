import { type Bytes, concat, utf8 } from '../../src/base/bytes.ts'
import { Appending } from '../../src/pdf/appended.ts'
import { fillHole } from '../../src/pdf/append.ts'
import type { Head } from '../../src/pdf/head.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { latin } from '../../src/pdf/syntax.ts'

/* A small PDF of somebody else, and what may become of it: signed, certified, added to, each as one more revision. */

/** Object numbers of the file as made; the signature fields `Signature1` and `Signature2` stand ready, empty. */
export const OBJECTS = { catalog: 1, pages: 2, page: 3, contents: 4, font: 5, form: 6, text: 7, first: 8, second: 9, hidden: 10 } as const

export interface OtherMaking {
  readonly text?: string
  /** Of `Signature1`: its /Lock. */
  readonly lock?: string
  /** Objects in place of those above, or beside them, by number. */
  readonly objects?: Readonly<Record<number, string>>
}

export function otherFile(making: OtherMaking = {}): Bytes {
  const widget = '/Type /Annot /Subtype /Widget /P 3 0 R /F 4'
  const objects: Record<number, string> = {
    1: '<</Type /Catalog /Pages 2 0 R /AcroForm 6 0 R>>',
    2: '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>> /Annots [7 0 R 8 0 R 9 0 R]>>',
    4: stream(`BT /F1 20 Tf 60 700 Td (${making.text ?? 'Pay 100 euros to Marie'}) Tj ET`),
    5: '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
    6: '<</Fields [7 0 R 8 0 R 9 0 R] /SigFlags 3 /DA (/Helv 10 Tf 0 g)>>',
    7: `<<${widget} /FT /Tx /T (amount) /Rect [60 600 200 620]>>`,
    8: `<<${widget} /FT /Sig /T (Signature1) /Rect [60 500 200 560]${making.lock ? ` /Lock <</Type /SigFieldLock ${making.lock}>>` : ''}>>`,
    9: `<<${widget} /FT /Sig /T (Signature2) /Rect [300 500 440 560]>>`,
    10: stream('BT /F1 20 Tf 60 700 Td (Pay 999 euros to Mallory) Tj ET'),
    ...making.objects,
  }
  let text = '%PDF-1.7\n%\u0081\u0081\n'
  const offsets: string[] = []
  for (const [number, source] of Object.entries(objects)) {
    offsets.push(`${String(text.length).padStart(10, '0')} 00000 n \n`)
    text += `${number} 0 obj\n${source}\nendobj\n`
  }
  const size = offsets.length + 1
  text += `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}trailer\n<</Size ${size} /Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export const stream = (content: string, dictionary = ''): string =>
  `<<${dictionary}/Length ${content.length}>>\nstream\n${content}\nendstream`
export const form = (content: string, width = 140, height = 60): string =>
  stream(content, `/Type /XObject /Subtype /Form /BBox [0 0 ${width} ${height}] /Resources <</Font <</F1 5 0 R>>>> `)

/** An object's source as it stands in the file, one byte a character. */
export async function sourceOf(file: Bytes, number: number): Promise<string> {
  const object = (await readPdf(file)).object(number)!
  return latin(object.buffer.subarray(object.value.start, object.value.end))
}

async function appendingTo(file: Bytes): Promise<{ appending: Appending; head: Head }> {
  const { last, bytes } = await readPdf(file)
  const source = (key: string): string | null => {
    const value = last.trailer.entries.get(key)
    return value ? latin(bytes.subarray(value.start, value.end)) : null
  }
  const trailer = { root: source('Root')!, info: source('Info'), id: source('ID') }
  const lineEnd = bytes[last.end - 1] === 10
  const head = { length: bytes.length, lineEnd, startxref: last.startxref, xref: last.kind, size: last.size, trailer } as Head
  return { appending: new Appending(head), head }
}

/** One more revision, well formed, signed by nobody. `change` puts and adds objects. */
export async function added(file: Bytes, change: (appending: Appending) => void | Promise<void>): Promise<Bytes> {
  const { appending } = await appendingTo(file)
  await change(appending)
  return concat([file, appending.close().bytes])
}

export interface OtherSigning {
  /** The CMS or the token over these bytes. */
  readonly cms: (covered: Bytes) => Promise<Bytes>
  readonly subFilter?: string
  /** The field that stands ready, by its object number. */
  readonly field?: number
  /** Certifies, allowing this much (DocMDP). */
  readonly permission?: 1 | 2 | 3
  /** FieldMDP parameters, such as `/Action /Include /Fields [(amount)]`. */
  readonly locks?: string
  readonly type?: 'Sig' | 'DocTimeStamp'
  readonly room?: number
  /** What else the same revision writes. */
  readonly change?: (appending: Appending) => void | Promise<void>
}

export async function signedBy(file: Bytes, signing: OtherSigning): Promise<Bytes> {
  const { field = OBJECTS.first, permission, locks, type = 'Sig', subFilter = 'ETSI.CAdES.detached' } = signing
  const { appending, head } = await appendingTo(file)
  const reference = (method: string, parameters: string): string =>
    ` /Reference [<</Type /SigRef /TransformMethod /${method} /TransformParams <</Type /TransformParams ${parameters} /V /1.2>>>>]`
  const references = permission ? reference('DocMDP', `/P ${permission}`) : locks ? reference('FieldMDP', locks) : ''
  const signature = appending.addSignature(`/Type /${type} /Filter /Adobe.PPKLite /SubFilter /${subFilter}`, references)
  appending.put(field, (await sourceOf(file, field)).replace(/>>$/, ` /V ${signature} 0 R>>`))
  if (permission)
    appending.put(OBJECTS.catalog, (await sourceOf(file, OBJECTS.catalog)).replace(/>>$/, ` /Perms <</DocMDP ${signature} 0 R>>>>`))
  await signing.change?.(appending)
  const tail = appending.closeWithHole(signing.room ?? 6_144, (at) => ({ ...head, ...at }))
  return concat([file, fillHole(tail, await signing.cms(concat([file, tail.before, tail.after])))])
}

/** Where the last signature of the file lies: its whole byte range as text, and the numbers. */
export function lastByteRange(file: Bytes): { at: number; text: string; numbers: [number, number, number, number] } {
  const whole = latin(file)
  const at = whole.lastIndexOf('/ByteRange')
  const text = /\/ByteRange \[0 \d+ \d+ \d+\] */.exec(whole.slice(at))![0]
  return { at, text, numbers: text.match(/\d+/g)!.map(Number) as [number, number, number, number] }
}

export function written(file: Bytes, at: number, text: string | Uint8Array): Bytes {
  const changed = file.slice()
  changed.set(typeof text === 'string' ? utf8(text) : text, at)
  return changed
}
