import type { Bytes } from '../base/bytes.ts'
import { PdfFault } from './fault.ts'
import { fieldsOf, type FormField } from './fields.ts'
import type { PdfFile, PdfObject } from './file.ts'
import { isSpace } from './syntax.ts'
import { asArray, asDictionary, asReference, type DictionaryValue, isName, nameOf, plainInteger, textOf, type Value } from './value.ts'

export type SignatureKind = 'certification' | 'approval' | 'seal' | 'time-stamp'
export type ByteRange = readonly [number, number, number, number]

/** A signature field that bears a signature. `faults` empty means: these bytes are what it says it covers, and nothing else is. */
export interface PdfSignature {
  readonly field: string
  /** The revision that wrote the signature dictionary. */
  readonly revision: number
  readonly kind: SignatureKind
  readonly subFilter: string
  /** Where sound: two runs of the file, with exactly the /Contents token between them. */
  readonly byteRange: ByteRange | undefined
  /** The whole /Contents with its padding. */
  readonly contents: Bytes
  /** The DER value in it without the padding; empty where there is none. */
  readonly der: Bytes
  /** To the very end of its revision, give or take white space. */
  readonly coversRevision: boolean
  readonly coversFile: boolean
  /** DocMDP permission of a certification. */
  readonly permission: number | undefined
  readonly claimed: { readonly at: string | undefined; readonly name: string | undefined; readonly reason: string | undefined }
  readonly faults: readonly string[]
}

const MAXIMUM_SIGNATURES = 200

/** In the order of what they cover. A field's own name says nothing about trust; `seal` is ours where it excludes instead of including. */
export function listSignatures(file: PdfFile): PdfSignature[] {
  const fields = fieldsOf(file).filter((field) => field.type === 'Sig' && field.dictionary.entries.has('V'))
  if (fields.length > MAXIMUM_SIGNATURES) throw new PdfFault('read.too-many-signatures')
  const found = fields.map((field) => readSignature(file, field))
  const ends = found.map((signature) => endOf(signature.byteRange))
  return found
    .map((signature) => {
      const end = endOf(signature.byteRange)
      const shared = end !== undefined && ends.filter((other) => other === end).length > 1
      return shared ? { ...signature, faults: [...signature.faults, 'byte-range.end-shared'] } : signature
    })
    .sort((a, b) => a.revision - b.revision || (endOf(a.byteRange) ?? 0) - (endOf(b.byteRange) ?? 0))
}

const endOf = (range: ByteRange | undefined): number | undefined => range && range[2] + range[3]
const NOTHING = new Uint8Array(0)

function readSignature(file: PdfFile, field: FormField): PdfSignature {
  const value = field.dictionary.entries.get('V')
  const reference = asReference(value)
  const holder: PdfObject | undefined = reference ? file.object(reference.number) : field.object
  const stands = !reference || holder?.generation === reference.generation
  const dictionary = asDictionary(reference ? holder?.value : value)
  const faults: string[] = []
  const entry = (key: string): Value | undefined => dictionary?.entries.get(key)
  // A compressed signature dictionary has no place in the file that its byte range could leave out.
  if (!dictionary || !holder || !stands || holder.start < 0) faults.push('signature.not-in-file')
  const contentsValue = entry('Contents')
  const contents = contentsValue?.kind === 'string' && contentsValue.hexadecimal ? contentsValue.bytes : NOTHING
  const der = derOf(contents, faults)
  const byteRange = faults.includes('signature.not-in-file') ? undefined : byteRangeOf(file, entry('ByteRange'), contentsValue, faults)
  const revision = holder?.revision ?? file.last.index
  const end = endOf(byteRange)
  const coversRevision = end !== undefined && onlySpace(file.bytes, end, file.revisions[revision]!.end)
  if (byteRange && !coversRevision) faults.push('byte-range.partial')
  return {
    field: field.name,
    revision,
    ...kindOf(file, dictionary),
    subFilter: nameOf(entry('SubFilter')) ?? '',
    byteRange,
    contents,
    der,
    coversRevision,
    coversFile: end !== undefined && onlySpace(file.bytes, end, file.bytes.length),
    claimed: { at: dateOf(textOf(entry('M'))), name: textOf(entry('Name')), reason: textOf(entry('Reason')) },
    faults,
  }
}

/** ISO 32000-2 §12.8.1: four plain integers from 0 inside the file, and between them this dictionary's contents, bracket to bracket. */
function byteRangeOf(file: PdfFile, value: Value | undefined, contents: Value | undefined, faults: string[]): ByteRange | undefined {
  const numbers = asArray(value)?.items.map(digits)
  if (numbers?.length !== 4 || numbers.some((number) => number === undefined)) {
    faults.push('byte-range.malformed')
    return undefined
  }
  const [from, first, second, length] = numbers as [number, number, number, number]
  if (from !== 0 || second < first || second + length > file.bytes.length) faults.push('byte-range.outside')
  else if (contents?.kind !== 'string' || !contents.hexadecimal || contents.start !== first || contents.end !== second)
    faults.push('byte-range.gap')
  else if (!onlyDigits(file.bytes, first, second)) faults.push('byte-range.gap')
  else return [from, first, second, length]
  return undefined
}

/** Some writers fill up with zeros; a sign or a point is what no writer needs. */
const digits = (value: Value): number | undefined => (value.kind === 'number' && /^\d{1,15}$/.test(value.token) ? value.value : undefined)

function derOf(contents: Bytes, faults: string[]): Bytes {
  const length = derLength(contents)
  if (length === undefined) {
    faults.push(contents.some((byte) => byte !== 0) ? 'contents.not-der' : 'contents.empty')
    return NOTHING
  }
  if (contents.subarray(length).some((byte) => byte !== 0)) faults.push('contents.padding')
  return contents.slice(0, length)
}

/** Of a SEQUENCE of definite length, shortest form (X.690 §10.1). */
function derLength(bytes: Bytes): number | undefined {
  if (bytes[0] !== 0x30 || bytes.length < 4) return undefined
  const first = bytes[1]!
  if (first < 0x80) return 2 + first <= bytes.length ? 2 + first : undefined
  const count = first & 0x7f
  if (count < 1 || count > 4 || bytes[2] === 0) return undefined
  let length = 0
  for (let at = 2; at < 2 + count; at++) length = length * 256 + bytes[at]!
  return length >= 0x80 && 2 + count + length <= bytes.length ? 2 + count + length : undefined
}

function kindOf(file: PdfFile, dictionary: DictionaryValue | undefined): { kind: SignatureKind; permission: number | undefined } {
  if (isName(dictionary?.entries.get('Type'), 'DocTimeStamp') || isName(dictionary?.entries.get('SubFilter'), 'ETSI.RFC3161'))
    return { kind: 'time-stamp', permission: undefined }
  const references = asArray(file.resolve(dictionary?.entries.get('Reference')))?.items.map((item) => file.dictionary(item)) ?? []
  for (const reference of references) {
    const parameters = file.dictionary(reference?.entries.get('TransformParams'))
    if (isName(reference?.entries.get('TransformMethod'), 'DocMDP'))
      return { kind: 'certification', permission: plainInteger(parameters?.entries.get('P')) ?? 2 }
    if (isName(reference?.entries.get('TransformMethod'), 'FieldMDP') && isName(parameters?.entries.get('Action'), 'Exclude'))
      return { kind: 'seal', permission: undefined }
  }
  return { kind: 'approval', permission: undefined }
}

/** ISO 32000-2 §7.9.4, as an instant; undefined where it is none. */
function dateOf(text: string | undefined): string | undefined {
  const parts = /^(?:D:)?(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)'?(\d\d)?'?)?/.exec(text ?? '')
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second = '00', sign, hours = '00', minutes = '00'] = parts
  const zone = sign ? `${sign}${hours}:${minutes}` : 'Z'
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

function onlySpace(bytes: Uint8Array, from: number, to: number): boolean {
  if (from > to) return false
  for (let at = from; at < to; at++) if (!isSpace(bytes[at])) return false
  return true
}

function onlyDigits(bytes: Uint8Array, first: number, second: number): boolean {
  if (bytes[first] !== 0x3c || bytes[second - 1] !== 0x3e || (second - first) % 2) return false
  for (let at = first + 1; at < second - 1; at++) {
    const byte = bytes[at]!
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66))) return false
  }
  return true
}
