import { crc32, deflateSync } from 'node:zlib'
import { type Bytes, concat, utf8 } from '../base/bytes.ts'
import type { Bitmap } from './bitmap.ts'
import { indexed } from './palette.ts'

/** A PNG of exactly these pixels: by palette up to 256 colours (a page of text is one), otherwise as RGB or RGBA. No metadata. */
export function encodePng(bitmap: Bitmap, level = 4): Bytes {
  return encodeIndexed(bitmap, level) ?? encodeTrueColour(bitmap, level)
}

/** The PNG by palette, or null where none does the picture justice; see `indexed` for the tolerance. */
export function encodeIndexed(bitmap: Bitmap, level = 4, tolerance = 0): Bytes | null {
  const { width, height } = bitmap
  const picture = indexed(bitmap, tolerance)
  if (!picture) return null
  const rows = new Uint8Array((width + 1) * height)
  for (let y = 0; y < height; y++) rows.set(picture.indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  const palette = Uint8Array.from(picture.colours.flatMap((colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255]))
  const opacity = Uint8Array.from(picture.colours, (colour) => colour >>> 24)
  const seeThrough = opacity.some((value) => value !== 255)
  return png(width, height, 3, [chunk('PLTE', palette), ...(seeThrough ? [chunk('tRNS', opacity)] : [])], rows, level)
}

/** Rows by the filter "up", the cheapest that serves drawings and photographs alike. */
function encodeTrueColour({ width, height, rgba }: Bitmap, level: number): Bytes {
  let opaque = true
  for (let at = 3; at < rgba.length && opaque; at += 4) opaque = rgba[at] === 255
  const channels = opaque ? 3 : 4
  const rows = new Uint8Array((width * channels + 1) * height)
  for (let y = 0, out = 0; y < height; y++) {
    rows[out++] = 2
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        const at = (y * width + x) * 4 + channel
        rows[out++] = rgba[at]! - (y ? rgba[at - width * 4]! : 0)
      }
  }
  return png(width, height, opaque ? 2 : 6, [], rows, level)
}

function png(width: number, height: number, colourType: number, extra: readonly Bytes[], rows: Uint8Array, level: number): Bytes {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colourType], 8)
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  return concat([signature, chunk('IHDR', header), ...extra, chunk('IDAT', deflateSync(rows, { level })), chunk('IEND', new Uint8Array())])
}

/** ISO/IEC 15948 §5.3: length, type, data, CRC of type and data. */
function chunk(type: string, data: Uint8Array): Bytes {
  const file = new Uint8Array(12 + data.length)
  const view = new DataView(file.buffer)
  view.setUint32(0, data.length)
  file.set(utf8(type), 4)
  file.set(data, 8)
  view.setUint32(8 + data.length, crc32(file.subarray(4, 8 + data.length)))
  return file
}
