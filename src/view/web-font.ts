import { deflateSync } from 'node:zlib'

interface Table {
  readonly tag: string
  readonly bytes: Uint8Array
}

/** What a browser needs to set text in Latin script; kerning, hinting and alternates are left out. */
const NEEDED = ['OS/2', 'cmap', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp', 'name', 'post']

/**
 * A TrueType font with only the outlines of these characters, as WOFF 1.0 (W3C): for a document that carries its own fonts. Glyphs keep their
 * numbers, so that no table but `glyf` and `loca` changes (OpenType 1.9.1 §5.3.3, §5.3.5).
 */
export function webFont(ttf: Uint8Array, characters: string): Uint8Array<ArrayBuffer> {
  const tables = new Map(tablesOf(ttf).map((table) => [table.tag, table.bytes]))
  const table = (tag: string): DataView => viewOf(tables.get(tag)!)
  const count = table('maxp').getUint16(4)
  const isLong = table('head').getInt16(50) === 1
  const loca = table('loca')
  const glyf = tables.get('glyf')!
  const range = (glyph: number): readonly [number, number] =>
    isLong ? [loca.getUint32(glyph * 4), loca.getUint32(glyph * 4 + 4)] : [loca.getUint16(glyph * 2) * 2, loca.getUint16(glyph * 2 + 2) * 2]
  const kept = new Set([0])
  const keep = (glyph: number): void => {
    if (kept.has(glyph)) return
    kept.add(glyph)
    for (const component of componentsOf(glyf.subarray(...range(glyph)))) keep(component)
  }
  for (const character of characters) keep(glyphOf(table('cmap'), character.codePointAt(0)!))

  const outlines: Uint8Array[] = []
  const places = new DataView(new ArrayBuffer((count + 1) * 4))
  let at = 0
  for (let glyph = 0; glyph < count; glyph++) {
    places.setUint32(glyph * 4, at)
    if (!kept.has(glyph)) continue
    const outline = glyf.subarray(...range(glyph))
    outlines.push(outline, new Uint8Array(-outline.length & 3))
    at += (outline.length + 3) & ~3
  }
  places.setUint32(count * 4, at)
  const head = Uint8Array.from(tables.get('head')!)
  viewOf(head).setInt16(50, 1)
  // OpenType §5.2.7: version 3 has no names of glyphs, which are most of this table.
  const post = tables.get('post')!.slice(0, 32)
  viewOf(post).setUint32(0, 0x00030000)
  const changed: Readonly<Record<string, Uint8Array>> = {
    glyf: new Uint8Array(Buffer.concat(outlines)),
    loca: new Uint8Array(places.buffer),
    head,
    post,
  }
  return woff(NEEDED.map((tag) => ({ tag, bytes: changed[tag] ?? tables.get(tag)! })))
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const tagOf = (view: DataView, at: number): string => String.fromCharCode(...[0, 1, 2, 3].map((step) => view.getUint8(at + step)))

function tablesOf(ttf: Uint8Array): Table[] {
  const view = viewOf(ttf)
  return Array.from({ length: view.getUint16(4) }, (_, index) => {
    const at = 12 + index * 16
    const start = view.getUint32(at + 8)
    return { tag: tagOf(view, at), bytes: ttf.subarray(start, start + view.getUint32(at + 12)) }
  })
}

/** Format 4 of the Unicode subtable; 0 where the font has no such character. */
function glyphOf(cmap: DataView, character: number): number {
  for (let index = 0; index < cmap.getUint16(2); index++) {
    const start = cmap.getUint32(4 + index * 8 + 4)
    if (cmap.getUint16(start) !== 4) continue
    const doubled = cmap.getUint16(start + 6)
    for (let segment = 0; segment < doubled; segment += 2) {
      const last = cmap.getUint16(start + 14 + segment)
      if (last < character) continue
      const first = cmap.getUint16(start + 16 + doubled + segment)
      if (first > character) return 0
      const delta = cmap.getUint16(start + 16 + doubled * 2 + segment)
      const offsetAt = start + 16 + doubled * 3 + segment
      const offset = cmap.getUint16(offsetAt)
      if (!offset) return (character + delta) & 0xffff
      const glyph = cmap.getUint16(offsetAt + offset + (character - first) * 2)
      return glyph ? (glyph + delta) & 0xffff : 0
    }
  }
  return 0
}

/** Glyphs that this one is put together from (OpenType §5.3.3, composite glyph description). */
function componentsOf(outline: Uint8Array): number[] {
  const view = viewOf(outline)
  if (outline.length < 10 || view.getInt16(0) >= 0) return []
  const found: number[] = []
  for (let at = 10, flags = 0x20; flags & 0x20;) {
    flags = view.getUint16(at)
    found.push(view.getUint16(at + 2))
    at += 4 + (flags & 1 ? 4 : 2) + (flags & 8 ? 2 : flags & 0x40 ? 4 : flags & 0x80 ? 8 : 0)
  }
  return found
}

/** WOFF 1.0 §3–§5: a directory in order of the tags, each table compressed by itself. */
function woff(tables: readonly Table[]): Uint8Array<ArrayBuffer> {
  const header = 44 + tables.length * 20
  const packed = tables.map(({ bytes }) => {
    const compressed = deflateSync(bytes, { level: 9 })
    return compressed.length < bytes.length ? new Uint8Array(compressed) : bytes
  })
  const padded = (length: number): number => (length + 3) & ~3
  const whole = new Uint8Array(header + packed.reduce((total, bytes) => total + padded(bytes.length), 0))
  const view = viewOf(whole)
  view.setUint32(0, 0x774f4646)
  view.setUint32(4, 0x00010000)
  view.setUint32(8, whole.length)
  view.setUint16(12, tables.length)
  view.setUint32(16, 12 + tables.length * 16 + tables.reduce((total, { bytes }) => total + padded(bytes.length), 0))
  view.setUint16(20, 1)
  let at = header
  for (const [index, { tag, bytes }] of tables.entries()) {
    const entry = 44 + index * 20
    for (let step = 0; step < 4; step++) view.setUint8(entry + step, tag.charCodeAt(step))
    view.setUint32(entry + 4, at)
    view.setUint32(entry + 8, packed[index]!.length)
    view.setUint32(entry + 12, bytes.length)
    view.setUint32(entry + 16, checksum(bytes))
    whole.set(packed[index]!, at)
    at += padded(packed[index]!.length)
  }
  return whole
}

/** OpenType §4.5: the sum of its 32-bit words. */
function checksum(bytes: Uint8Array): number {
  const view = viewOf(bytes)
  let sum = 0
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + (at + 4 <= bytes.length ? view.getUint32(at) : lastWord(bytes, at))) >>> 0
  return sum
}
const lastWord = (bytes: Uint8Array, at: number): number => [0, 1, 2, 3].reduce((word, step) => word * 256 + (bytes[at + step] ?? 0), 0)
