import { crc32 } from 'node:zlib'
import { type Bytes, concat, utf8 } from '../../base/bytes.ts'
import type { Instant } from '../../base/instant.ts'

/** A file of a ZIP. `open` is called twice: once to be counted, once to be written. */
export interface ZipEntry {
  /** With `/` between folders; at most 65,535 bytes of UTF-8. */
  readonly path: string
  readonly size: number
  readonly executable?: boolean
  open(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
/** 4.5, because offsets may be of 64 bits; made on Unix, so that rights are kept. */
const VERSION = 45
const UTF8_NAME = 0x0800
const MOST = 0xffffffff

/** The whole size, known before anything is read. */
export const zipSize = (entries: readonly ZipEntry[]): number => {
  const { end, directory } = layout(entries)
  return end + directory + (isLong(entries.length, end, directory) ? 76 : 0) + 22
}

/**
 * Streams a ZIP whose files are stored as they are (PKWARE APPNOTE 6.3.10, method 0): sizes and checksums stand before the bytes, so that
 * readers that cannot seek take it too. Files of less than 4 GiB, an archive of any size.
 */
export async function* zip(entries: readonly ZipEntry[], at: Instant): AsyncGenerator<Bytes> {
  const directory: Bytes[] = []
  let offset = 0
  for (const entry of entries) {
    if (entry.size >= MOST) throw new RangeError(`${entry.path} is too large for a ZIP`)
    let crc = 0
    for await (const piece of entry.open()) crc = crc32(piece, crc)
    const name = utf8(entry.path)
    const shared = fields([
      [2, VERSION],
      [2, UTF8_NAME],
      [2, 0],
      [2, dosTime(at)],
      [2, dosDate(at)],
      [4, crc],
      [4, entry.size],
      [4, entry.size],
      [2, name.length],
    ])
    yield concat([fields([[4, LOCAL]]), shared, fields([[2, 0]]), name])
    let written = 0
    for await (const piece of entry.open()) {
      written += piece.length
      yield piece as Bytes
    }
    if (written !== entry.size) throw new RangeError(`${entry.path} is not as long as it was`)
    const extra =
      offset >= MOST
        ? fields([
            [2, 1],
            [2, 8],
            [8, offset],
          ])
        : new Uint8Array()
    directory.push(
      fields([
        [4, CENTRAL],
        [2, (3 << 8) | VERSION],
      ]),
      shared,
      fields([
        [2, extra.length],
        [2, 0],
        [2, 0],
        [2, 0],
        [4, ((entry.executable ? 0o100755 : 0o100644) << 16) >>> 0],
        [4, Math.min(offset, MOST)],
      ]),
      name,
      extra,
    )
    offset += 30 + name.length + written
  }
  const list = concat(directory)
  yield list
  const count = entries.length
  if (isLong(count, offset, list.length))
    yield fields([
      [4, END64],
      [8, 44],
      [2, (3 << 8) | VERSION],
      [2, VERSION],
      [4, 0],
      [4, 0],
      [8, count],
      [8, count],
      [8, list.length],
      [8, offset],
      [4, LOCATOR64],
      [4, 0],
      [8, offset + list.length],
      [4, 1],
    ])
  const few = Math.min(count, 0xffff)
  yield fields([
    [4, END],
    [2, 0],
    [2, 0],
    [2, few],
    [2, few],
    [4, Math.min(list.length, MOST)],
    [4, Math.min(offset, MOST)],
    [2, 0],
  ])
}

const isLong = (count: number, offset: number, size: number): boolean => count >= 0xffff || offset >= MOST || size >= MOST

function layout(entries: readonly ZipEntry[]): { end: number; directory: number } {
  let end = 0
  let directory = 0
  for (const { path, size } of entries) {
    const name = utf8(path).length
    directory += 46 + name + (end >= MOST ? 12 : 0)
    end += 30 + name + size
  }
  return { end, directory }
}

/** Little-endian numbers of so many bytes each. */
function fields(list: readonly (readonly [2 | 4 | 8, number])[]): Bytes {
  const bytes = new Uint8Array(list.reduce((total, [size]) => total + size, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [size, value] of list) {
    if (size === 2) view.setUint16(at, value, true)
    else if (size === 4) view.setUint32(at, value, true)
    else view.setBigUint64(at, BigInt(value), true)
    at += size
  }
  return bytes
}

/** MS-DOS, in UTC: two-second steps from 1980 on. */
const dosTime = (at: Instant): number => {
  const date = new Date(at)
  return (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
}
const dosDate = (at: Instant): number => {
  const date = new Date(at)
  return ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
}
