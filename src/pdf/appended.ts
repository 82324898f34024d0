import { type Bytes, concat, utf8 } from '../base/bytes.ts'
import { PdfFault } from './fault.ts'
import { deflate } from './flate.ts'
import type { FileHead, Head } from './head.ts'
import { latinBytes } from './syntax.ts'

/** One appended revision with a hole where the signature goes. All but the signature is final. */
export interface Tail<H extends FileHead = Head> {
  /** Appended bytes up to the `<` of /Contents. */
  readonly before: Bytes
  /** Length of the `<hex>` token. */
  readonly hole: number
  readonly after: Bytes
  /** Of the file with this revision, whatever fills the hole. */
  readonly head: H
}

const HOLE = '<contents>'
const RANGE = '/ByteRange [range]'
const RANGE_WIDTH = '/ByteRange [0 9999999999 9999999999 9999999999]'.length
/** Cross-reference tables have ten digits for an offset, and a viewer's number may have nine. */
const MAXIMUM_LENGTH = 0xffff_fff0

type End = Pick<FileHead, 'length' | 'lineEnd' | 'startxref' | 'size'>

/** Gathers the objects of one revision; those that the file has are written anew under their number. */
export class Appending {
  private readonly objects = new Map<number, Bytes>()
  private next: number
  private signature = -1
  readonly head: FileHead

  constructor(head: FileHead) {
    this.head = head
    this.next = head.size
  }

  reserve(): number {
    return this.next++
  }

  put(number: number, source: string): void {
    if (this.objects.has(number)) throw new PdfFault('append.twice', String(number))
    this.objects.set(number, latinBytes(`${number} 0 obj\n${source}\nendobj\n`))
  }

  add(source: string): number {
    const number = this.reserve()
    this.put(number, source)
    return number
  }

  /** The one dictionary with places for its byte range and its contents. */
  addSignature(opening: string, closing = ''): number {
    this.signature = this.add(`<<${opening} ${RANGE.padEnd(RANGE_WIDTH)} /Contents ${HOLE}${closing}>>`)
    return this.signature
  }

  /** `dictionary` without its brackets, /Filter and /Length. */
  async addFlate(dictionary: string, bytes: Uint8Array): Promise<number> {
    return this.addStream(`${dictionary} /Filter /FlateDecode`, await deflate(bytes))
  }

  addStream(dictionary: string, bytes: Uint8Array): number {
    const number = this.reserve()
    const opening = latinBytes(`${number} 0 obj\n<<${dictionary} /Length ${bytes.length}>>\nstream\n`)
    this.objects.set(number, concat([opening, bytes, utf8('\nendstream\nendobj\n')]))
    return number
  }

  /** The revision without a hole. */
  close(): { readonly bytes: Bytes; readonly at: End } {
    const { parts, length, startxref } = this.layOut(0)
    return { bytes: concat(parts), at: this.place(length, startxref) }
  }

  /** The revision with the hole of its signature dictionary. */
  closeWithHole<H extends FileHead>(contentsBytes: number, head: (at: End) => H): Tail<H> {
    const hole = contentsBytes * 2 + 2
    const { parts, length, startxref, signature } = this.layOut(hole)
    const whole = concat(parts)
    // Only from the dictionary's own start: what a signer typed stands elsewhere and may spell anything.
    const range = indexOf(whole, RANGE, signature)
    const at = indexOf(whole, HOLE, signature)
    const first = this.head.length + at
    const second = first + hole
    const ranges = `/ByteRange [0 ${first} ${second} ${this.head.length + length - second}]`.padEnd(RANGE_WIDTH)
    whole.set(latinBytes(ranges), range)
    return { before: whole.slice(0, at), hole, after: whole.slice(at + HOLE.length), head: head(this.place(length, startxref)) }
  }

  private place(length: number, startxref: number): End {
    return { length: this.head.length + length, lineEnd: true, startxref, size: this.next }
  }

  private layOut(hole: number): { parts: Bytes[]; length: number; startxref: number; signature: number } {
    const { head } = this
    const parts: Bytes[] = head.lineEnd ? [] : [utf8('\n')]
    let at = head.length + (head.lineEnd ? 0 : 1)
    const offsets = new Map<number, number>()
    for (const number of [...this.objects.keys()].sort((a, b) => a - b)) {
      const bytes = this.objects.get(number)!
      offsets.set(number, at)
      parts.push(bytes)
      at += bytes.length + (number === this.signature ? hole - HOLE.length : 0)
    }
    const startxref = at
    const section = head.xref === 'table' ? this.table(offsets) : this.stream(offsets, startxref)
    const closing = concat([section, utf8(`startxref\n${startxref}\n%%EOF\n`)])
    const length = startxref + closing.length - head.length
    if (head.length + length > MAXIMUM_LENGTH) throw new PdfFault('append.too-large')
    return { parts: [...parts, closing], length, startxref, signature: (offsets.get(this.signature) ?? 0) - head.length }
  }

  private trailer(): string {
    const { root, info, id } = this.head.trailer
    return `/Root ${root}${info ? ` /Info ${info}` : ''}${id ? ` /ID ${id}` : ''} /Prev ${this.head.startxref}`
  }

  private table(offsets: ReadonlyMap<number, number>): Bytes {
    const runs = runsOf([...offsets.keys()])
    const lines = runs.map(([first, count]) => {
      const entries = Array.from({ length: count }, (_, step) => `${String(offsets.get(first + step)).padStart(10, '0')} 00000 n \n`)
      return `${first} ${count}\n${entries.join('')}`
    })
    return latinBytes(`xref\n${lines.join('')}trailer\n<<${this.trailer()} /Size ${this.next}>>\n`)
  }

  /** Unfiltered: a few entries of 7 bytes. The stream lists itself and has the last number. */
  private stream(offsets: ReadonlyMap<number, number>, startxref: number): Bytes {
    const self = this.reserve()
    const all = new Map([...offsets, [self, startxref] as const])
    const rows = new Uint8Array(all.size * 7)
    const view = new DataView(rows.buffer)
    ;[...all.keys()].forEach((number, row) => {
      rows[row * 7] = 1
      view.setUint32(row * 7 + 1, all.get(number)!)
    })
    const index = runsOf([...all.keys()])
      .flat()
      .join(' ')
    const dictionary = `${this.trailer()} /Size ${this.next} /Type /XRef /W [1 4 2] /Index [${index}] /Length ${rows.length}`
    return concat([latinBytes(`${self} 0 obj\n<<${dictionary}>>\nstream\n`), rows, utf8('\nendstream\nendobj\n')])
  }
}

/** The whole appended revision. PdfFault where the signature is longer than the place kept for it. */
export function fillHole(tail: Pick<Tail, 'before' | 'hole' | 'after'>, der: Bytes): Bytes {
  const room = (tail.hole - 2) / 2
  if (der.length > room) throw new PdfFault('append.contents-too-long', `${der.length} of ${room}`)
  const token = new Uint8Array(tail.hole).fill(0x30)
  token[0] = 0x3c
  token[tail.hole - 1] = 0x3e
  der.forEach((byte, at) => {
    token[1 + at * 2] = '0123456789abcdef'.charCodeAt(byte >> 4)
    token[2 + at * 2] = '0123456789abcdef'.charCodeAt(byte & 15)
  })
  return concat([tail.before, token, tail.after])
}

function runsOf(ascending: readonly number[]): [number, number][] {
  const runs: [number, number][] = []
  for (const number of ascending) {
    const last = runs.at(-1)
    if (last && last[0] + last[1] === number) last[1]++
    else runs.push([number, 1])
  }
  return runs
}

/** Of a text that stands in what is written here. */
function indexOf(bytes: Uint8Array, text: string, from: number): number {
  const wanted = latinBytes(text)
  for (let at = from; at + wanted.length <= bytes.length; at++) if (wanted.every((byte, step) => bytes[at + step] === byte)) return at
  throw new PdfFault('append.no-hole')
}
