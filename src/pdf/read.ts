import { PdfFault } from './fault.ts'
import { type ObjectStreams, PdfFile, type Revision, revisionOf } from './file.ts'
import { isSpace, Reader } from './syntax.ts'
import { asDictionary, isName, plainInteger } from './value.ts'
import { decode, MAXIMUM_OBJECTS, readStream, readXref, type XrefSection } from './xref.ts'

const MAXIMUM_REVISIONS = 100
const OBJECT_STREAM_BYTES = 64 * 1024 * 1024

/**
 * Reads a PDF as it is written: header at 0, cross-references from the last `startxref` backwards, nothing but white space behind the last
 * `%%EOF`. Throws PdfFault where the file is otherwise; nothing is searched for and nothing is repaired, because two readers repair differently.
 */
export async function readPdf(bytes: Uint8Array): Promise<PdfFile> {
  const reader = new Reader(bytes)
  if (!reader.looksAt('%PDF-')) throw new PdfFault('read.no-header')
  const sections = await readSections(reader, lastStartxref(bytes))
  const revisions = revisionsOf(bytes, sections)
  if (revisions.reduce((total, revision) => total + revision.entries.size, 0) > MAXIMUM_OBJECTS) throw new PdfFault('read.too-many-objects')
  return new PdfFile(bytes, revisions, await readObjectStreams(bytes, revisions))
}

function lastStartxref(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && isSpace(bytes[end - 1])) end--
  const tail = String.fromCharCode(...bytes.subarray(Math.max(0, end - 64), end))
  const found = /startxref[\r\n ]+(\d{1,15})[\r\n ]+%%EOF$/.exec(tail)
  if (!found) throw new PdfFault('read.after-end')
  return Number(found[1])
}

/** Newest first. */
async function readSections(reader: Reader, from: number): Promise<XrefSection[]> {
  const sections: XrefSection[] = []
  const seen = new Set<number>()
  for (let offset: number | undefined = from; offset !== undefined;) {
    if (seen.has(offset)) throw new PdfFault('read.loop')
    if (sections.length >= MAXIMUM_REVISIONS) throw new PdfFault('read.too-many-revisions')
    seen.add(offset)
    const section: XrefSection = await readXref(reader, offset)
    sections.push(section)
    offset = section.previous
  }
  return sections
}

function revisionsOf(bytes: Uint8Array, newestFirst: readonly XrefSection[]): Revision[] {
  const sections = [...newestFirst].reverse()
  const revisions: Revision[] = []
  let start = 0
  for (let at = 0; at < sections.length; at++) {
    const section = sections[at]!
    const next = sections[at + 1]
    // A linearised file's newer section stands before its older one: both are its first revision. What stands behind the older one says so:
    // it names the newer, from the day on that the file was written. A table that is linked in later is none (ISO 32000-2 annex F.3.11).
    if (at === 0 && next && next.offset < section.offset) {
      const end = endOf(bytes, section.end, next.offset)
      const entries = new Map([...section.entries, ...next.entries])
      revisions.push({ ...revisionOf({ ...next, entries }, { index: 0, start, end, merged: true }), previous: undefined })
      start = end
      at++
      continue
    }
    const end = endOf(bytes, section.end, section.offset)
    if (section.offset < start) throw new PdfFault('read.malformed-xref')
    revisions.push(revisionOf(section, { index: revisions.length, start, end, merged: false }))
    start = end
  }
  for (let at = start; at < bytes.length; at++) if (!isSpace(bytes[at])) throw new PdfFault('read.after-end')
  return revisions
}

/** Behind `startxref N %%EOF` and one line end. */
function endOf(bytes: Uint8Array, sectionEnd: number, offset?: number): number {
  const tail = String.fromCharCode(...bytes.subarray(sectionEnd, sectionEnd + 256))
  const found = /^(?:[\r\n ]|%(?!%EOF)[^\r\n]*[\r\n])*startxref[\r\n ]+(\d{1,15})[\r\n ]+%%EOF(\r\n|\r|\n)?/.exec(tail)
  if (!found || (offset !== undefined && Number(found[1]) !== offset)) throw new PdfFault('read.malformed-xref', 'startxref')
  return sectionEnd + found[0].length
}

async function readObjectStreams(bytes: Uint8Array, revisions: readonly Revision[]): Promise<ObjectStreams> {
  const wanted = new Set<number>()
  for (const revision of revisions)
    for (const entry of revision.entries.values())
      if (entry.kind === 'compressed')
        for (let index = revision.index; index >= 0; index--) {
          const container = revisions[index]!.entries.get(entry.stream)
          if (container?.kind === 'offset') wanted.add(container.offset)
          if (container) break
        }
  const streams = new Map<number, { bytes: Uint8Array; offsets: Map<number, number> }>()
  let left = OBJECT_STREAM_BYTES
  for (const offset of wanted) {
    const stream = await readObjectStream(bytes, offset, left)
    left -= stream.bytes.length
    streams.set(offset, stream)
  }
  return streams
}

async function readObjectStream(
  bytes: Uint8Array,
  offset: number,
  limit: number,
): Promise<{ bytes: Uint8Array; offsets: Map<number, number> }> {
  const reader = new Reader(bytes, offset)
  reader.integer()
  reader.skipSpace()
  reader.integer()
  reader.skipSpace()
  reader.word('obj')
  const dictionary = asDictionary(reader.value())
  reader.skipSpace()
  const [length, count, first] = ['Length', 'N', 'First'].map((key) => plainInteger(dictionary?.entries.get(key)))
  if (
    !dictionary ||
    length === undefined ||
    count === undefined ||
    first === undefined ||
    !isName(dictionary.entries.get('Type'), 'ObjStm')
  )
    throw new PdfFault('read.malformed-stream', 'ObjStm')
  const decoded = await decode(bytes, readStream(reader, dictionary, length), limit)
  const index = new Reader(decoded)
  const offsets = new Map<number, number>()
  for (let at = 0; at < count; at++) {
    index.skipSpace()
    const number = index.integer()
    index.skipSpace()
    const place = first + index.integer()
    if (offsets.has(number) || place >= decoded.length) throw new PdfFault('read.malformed-stream', 'ObjStm')
    offsets.set(number, place)
  }
  return { bytes: decoded, offsets }
}
