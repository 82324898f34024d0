import { PdfFault } from './fault.ts'
import { isSpace, Reader } from './syntax.ts'
import { asDictionary, type DictionaryValue, plainInteger, type Value } from './value.ts'
import { readStream, type XrefEntry, type XrefSection } from './xref.ts'

export interface Revision {
  readonly index: number
  /** Bytes from `start` to `end`, the line end behind `%%EOF` included. */
  readonly start: number
  readonly end: number
  readonly kind: 'table' | 'stream'
  readonly startxref: number
  /** Behind the section: where `startxref` is expected. */
  readonly sectionEnd: number
  readonly entries: ReadonlyMap<number, XrefEntry>
  readonly trailer: DictionaryValue
  readonly size: number
  readonly previous: number | undefined
  readonly self: number | undefined
  /** Two sections that are one revision (linearised): only ever the first. */
  readonly merged: boolean
  readonly loose: boolean
}

export interface PdfObject {
  readonly number: number
  readonly generation: number
  readonly value: Value
  /** The bytes that the value's spans point into. */
  readonly buffer: Uint8Array
  /** `n 0 obj` to `endobj` in the file; where the object is compressed, both are -1. */
  readonly start: number
  readonly end: number
  readonly stream: { readonly start: number; readonly end: number } | undefined
  /** The revision that wrote it. */
  readonly revision: number
}

/** Decoded object streams, by their offset in the file. */
export type ObjectStreams = ReadonlyMap<number, { readonly bytes: Uint8Array; readonly offsets: ReadonlyMap<number, number> }>

/** A parsed file. An object is parsed when asked for, once; what cannot be parsed is a PdfFault then. */
export class PdfFile {
  readonly bytes: Uint8Array
  readonly revisions: readonly Revision[]
  private readonly streams: ObjectStreams
  /** By revision, then by number. */
  private readonly parsed: readonly Map<number, PdfObject>[]
  /** Which revisions wrote a number, ascending. */
  private readonly writers = new Map<number, number[]>()
  private readonly open = new Set<string>()

  constructor(bytes: Uint8Array, revisions: readonly Revision[], streams: ObjectStreams) {
    this.bytes = bytes
    this.revisions = revisions
    this.streams = streams
    this.parsed = revisions.map(() => new Map())
    for (const { index, entries } of revisions)
      for (const number of entries.keys()) {
        const known = this.writers.get(number)
        if (known) known.push(index)
        else this.writers.set(number, [index])
      }
  }

  get last(): Revision {
    return this.revisions.at(-1)!
  }

  /** The object as it stands at a revision, undefined where it is free or absent. */
  object(number: number, revision = this.last.index): PdfObject | undefined {
    const index = this.writers.get(number)?.findLast((writer) => writer <= revision)
    const entry = index === undefined ? undefined : this.revisions[index]!.entries.get(number)
    return index === undefined || !entry || entry.kind === 'free' ? undefined : this.parse(number, entry, index)
  }

  /** Follows a reference, once: a reference to a reference is not a value of an object. */
  resolve(value: Value | undefined, revision = this.last.index): Value | undefined {
    if (value?.kind !== 'reference') return value
    const object = this.object(value.number, revision)
    return object && object.generation === value.generation ? object.value : undefined
  }

  dictionary(value: Value | undefined, revision = this.last.index): DictionaryValue | undefined {
    return asDictionary(this.resolve(value, revision))
  }

  catalog(revision = this.last.index): DictionaryValue {
    const catalog = this.dictionary(this.revisions[revision]!.trailer.entries.get('Root'), revision)
    if (!catalog) throw new PdfFault('read.no-catalog')
    return catalog
  }

  private parse(number: number, entry: Exclude<XrefEntry, { kind: 'free' }>, revision: number): PdfObject {
    const known = this.parsed[revision]!.get(number)
    if (known) return known
    const key = `${revision}/${number}`
    if (this.open.has(key)) throw new PdfFault('read.loop')
    this.open.add(key)
    try {
      const object = entry.kind === 'offset' ? this.parseAt(number, entry, revision) : this.parseCompressed(number, entry, revision)
      this.parsed[revision]!.set(number, object)
      return object
    } finally {
      this.open.delete(key)
    }
  }

  private parseAt(number: number, entry: { offset: number; generation: number }, revision: number): PdfObject {
    const reader = new Reader(this.bytes, entry.offset)
    while (isSpace(this.bytes[reader.at])) reader.at++
    if (reader.integer() !== number) throw new PdfFault('read.wrong-object', String(number))
    reader.skipSpace()
    if (reader.integer() !== entry.generation) throw new PdfFault('read.wrong-object', String(number))
    reader.skipSpace()
    reader.word('obj')
    const value = reader.value()
    reader.skipSpace()
    let stream: PdfObject['stream']
    if (value.kind === 'dictionary' && reader.looksAt('stream')) {
      const length = plainInteger(this.resolve(value.entries.get('Length'), revision))
      if (length === undefined) throw new PdfFault('read.malformed-stream', String(number))
      const { start, end } = readStream(reader, value, length)
      stream = { start, end }
      reader.skipSpace()
    }
    reader.word('endobj')
    return { number, generation: entry.generation, value, buffer: this.bytes, start: entry.offset, end: reader.at, stream, revision }
  }

  private parseCompressed(number: number, entry: { stream: number }, revision: number): PdfObject {
    let container: XrefEntry | undefined
    for (let index = revision; index >= 0 && !container; index--) container = this.revisions[index]!.entries.get(entry.stream)
    const holder = container?.kind === 'offset' ? this.streams.get(container.offset) : undefined
    const offset = holder?.offsets.get(number)
    if (!holder || offset === undefined) throw new PdfFault('read.wrong-object', String(number))
    const reader = new Reader(holder.bytes, offset)
    return { number, generation: 0, value: reader.value(), buffer: holder.bytes, start: -1, end: -1, stream: undefined, revision }
  }
}

export const revisionOf = (section: XrefSection, place: { index: number; start: number; end: number; merged: boolean }): Revision => ({
  ...place,
  kind: section.kind,
  startxref: section.offset,
  sectionEnd: section.end,
  entries: section.entries,
  trailer: section.trailer,
  size: section.size,
  previous: section.previous,
  self: section.self,
  loose: section.loose,
})
