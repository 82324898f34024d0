import { PdfFault } from './fault.ts'
import { inflate } from './flate.ts'
import { unpredict } from './predictor.ts'
import { isSpace, type Reader } from './syntax.ts'
import { asArray, asDictionary, type DictionaryValue, isName, nameOf, numbersOf, plainInteger } from './value.ts'

export const MAXIMUM_OBJECTS = 200_000
const XREF_BYTES = 16 * 1024 * 1024

export type XrefEntry =
  | { readonly kind: 'free' }
  | { readonly kind: 'offset'; readonly offset: number; readonly generation: number }
  | { readonly kind: 'compressed'; readonly stream: number; readonly index: number }

/** One cross-reference section (ISO 32000-2 §7.5.4, §7.5.8) with the trailer that belongs to it. */
export interface XrefSection {
  readonly kind: 'table' | 'stream'
  readonly offset: number
  /** Just behind the trailer dictionary, or behind `endobj` of the stream. */
  readonly end: number
  readonly entries: ReadonlyMap<number, XrefEntry>
  readonly trailer: DictionaryValue
  readonly size: number
  readonly previous: number | undefined
  /** Object number of the cross-reference stream itself. */
  readonly self: number | undefined
  /** Written as anybody may but we never do: white space before it, or a stream beside the table (ISO 32000-2 §7.5.8.4). */
  readonly loose: boolean
}

/** Where a stream's bytes lie and the dictionary before them. */
export interface RawStream {
  readonly dictionary: DictionaryValue
  readonly start: number
  readonly end: number
}

/** Steps over `stream … endstream` behind its dictionary. */
export function readStream(reader: Reader, dictionary: DictionaryValue, length: number): RawStream {
  reader.literal('stream')
  if (reader.bytes[reader.at] === 13) reader.at++
  reader.literal('\n')
  const start = reader.at
  const end = start + length
  if (end > reader.bytes.length) throw new PdfFault('read.malformed-stream')
  reader.at = end
  if (reader.bytes[reader.at] === 13) reader.at++
  if (reader.bytes[reader.at] === 10) reader.at++
  reader.word('endstream')
  return { dictionary, start, end }
}

export async function readXref(reader: Reader, offset: number): Promise<XrefSection> {
  if (offset >= reader.bytes.length) throw new PdfFault('read.malformed-xref')
  reader.at = offset
  while (isSpace(reader.bytes[reader.at])) reader.at++
  const loose = reader.at !== offset
  const section = reader.looksAt('xref') ? await readTable(reader, offset) : await readXrefStream(reader, offset)
  return loose ? { ...section, loose } : section
}

async function readTable(reader: Reader, offset: number): Promise<XrefSection> {
  const entries = new Map<number, XrefEntry>()
  reader.word('xref')
  reader.skipSpace()
  while (!reader.looksAt('trailer')) {
    const first = reader.integer()
    reader.literal(' ')
    const count = reader.integer()
    reader.skipSpace()
    if (first + count > MAXIMUM_OBJECTS) throw new PdfFault('read.too-many-objects')
    for (let number = first; number < first + count; number++) {
      const line = String.fromCharCode(...reader.bytes.subarray(reader.at, reader.at + 20))
      const parts = /^(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)$/.exec(line)
      if (!parts || entries.has(number)) throw new PdfFault('read.malformed-xref')
      entries.set(number, parts[3] === 'f' ? { kind: 'free' } : { kind: 'offset', offset: Number(parts[1]), generation: Number(parts[2]) })
      reader.at += 20
    }
    reader.skipSpace()
  }
  reader.word('trailer')
  const trailer = asDictionary(reader.value())
  if (!trailer) throw new PdfFault('read.malformed-xref')
  const end = reader.at
  const rest = trailerOf(trailer)
  if (!trailer.entries.has('XRefStm')) return { kind: 'table', offset, end, entries, self: undefined, loose: false, ...rest }
  return { kind: 'table', offset, end, entries: await withStream(reader, entries, trailer), self: undefined, loose: true, ...rest }
}

/** Two sections in one place: where both say where an object is, which one counts would be the reader's choice. */
async function withStream(
  reader: Reader,
  table: ReadonlyMap<number, XrefEntry>,
  trailer: DictionaryValue,
): Promise<Map<number, XrefEntry>> {
  const place = plainInteger(trailer.entries.get('XRefStm'))
  if (place === undefined || place >= reader.bytes.length) throw new PdfFault('read.malformed-xref')
  reader.at = place
  const entries = new Map(table)
  for (const [number, entry] of (await readXrefStream(reader, place)).entries) {
    const listed = table.get(number)
    if (entry.kind === 'free' || (listed?.kind === 'offset' && entry.kind === 'offset' && listed.offset === entry.offset)) continue
    if (listed && listed.kind !== 'free') throw new PdfFault('read.hybrid')
    entries.set(number, entry)
  }
  return entries
}

async function readXrefStream(reader: Reader, offset: number): Promise<XrefSection> {
  const self = reader.integer()
  reader.skipSpace()
  reader.integer()
  reader.skipSpace()
  reader.word('obj')
  const trailer = asDictionary(reader.value())
  reader.skipSpace()
  const length = plainInteger(trailer?.entries.get('Length'))
  if (!trailer || length === undefined || !isName(trailer.entries.get('Type'), 'XRef')) throw new PdfFault('read.malformed-xref')
  const raw = readStream(reader, trailer, length)
  reader.skipSpace()
  reader.word('endobj')
  const end = reader.at
  const bytes = await decode(reader.bytes, raw, XREF_BYTES)
  const rest = trailerOf(trailer)
  return { kind: 'stream', offset, end, entries: unpack(trailer, rest.size, bytes), self, loose: false, ...rest }
}

function trailerOf(trailer: DictionaryValue): Pick<XrefSection, 'trailer' | 'size' | 'previous'> {
  const size = plainInteger(trailer.entries.get('Size'))
  const previous = plainInteger(trailer.entries.get('Prev'))
  if (size === undefined || (previous === undefined && trailer.entries.has('Prev'))) throw new PdfFault('read.malformed-xref')
  if (size > MAXIMUM_OBJECTS) throw new PdfFault('read.too-many-objects')
  if (trailer.entries.has('Encrypt')) throw new PdfFault('read.encrypted')
  return { trailer, size, previous }
}

function unpack(trailer: DictionaryValue, size: number, bytes: Uint8Array): Map<number, XrefEntry> {
  const widths = numbersOf(trailer.entries.get('W'))
  const index = trailer.entries.has('Index') ? numbersOf(trailer.entries.get('Index')) : [0, size]
  if (widths?.length !== 3 || widths.some((width) => !Number.isInteger(width) || width < 0 || width > 6) || !index || index.length % 2)
    throw new PdfFault('read.malformed-xref')
  const [first, second, third] = widths as [number, number, number]
  const entries = new Map<number, XrefEntry>()
  let at = 0
  const field = (width: number, absent: number): number => {
    if (width === 0) return absent
    let value = 0
    for (let step = 0; step < width; step++) value = value * 256 + bytes[at++]!
    return value
  }
  for (let pair = 0; pair < index.length; pair += 2) {
    const from = index[pair]!
    const count = index[pair + 1]!
    if (!(from >= 0 && count >= 0 && from + count <= MAXIMUM_OBJECTS) || at + count * (first + second + third) > bytes.length)
      throw new PdfFault('read.malformed-xref')
    for (let number = from; number < from + count; number++) {
      const type = field(first, 1)
      const a = field(second, 0)
      const b = field(third, 0)
      if (entries.has(number) || type > 2) throw new PdfFault('read.malformed-xref')
      entries.set(
        number,
        type === 0
          ? { kind: 'free' }
          : type === 1
            ? { kind: 'offset', offset: a, generation: b }
            : { kind: 'compressed', stream: a, index: b },
      )
    }
  }
  if (at !== bytes.length) throw new PdfFault('read.malformed-xref')
  return entries
}

/** A stream's bytes behind no filter or Flate, the only ones that structure may use here. */
export async function decode(bytes: Uint8Array, raw: RawStream, limit: number): Promise<Uint8Array> {
  const source = bytes.subarray(raw.start, raw.end)
  const filter = raw.dictionary.entries.get('Filter')
  const only = filter?.kind === 'array' && filter.items.length === 1 ? filter.items[0] : filter
  if (!filter || (filter.kind === 'array' && filter.items.length === 0)) {
    if (source.length > limit) throw new PdfFault('read.too-large')
    return source
  }
  if (nameOf(only) !== 'FlateDecode') throw new PdfFault('read.unsupported-filter')
  const inflated = await inflate(source, limit)
  const parameters = raw.dictionary.entries.get('DecodeParms')
  const given = asDictionary(asArray(parameters)?.items[0] ?? parameters)
  return given ? unpredict(inflated, given) : inflated
}
