import { inflateSync } from 'node:zlib'
import type { Bytes } from '../base/bytes.ts'

/** Pixels in rows from the top left, four bytes each: red, green, blue, opacity (not premultiplied). */
export interface Bitmap {
  readonly width: number
  readonly height: number
  readonly rgba: Bytes
}

const BMP_HEAD = 14 + 108

/** A BMP (BITMAPV4HEADER) in front of the pixels: the one uncompressed form that the engine's encoder takes. */
export function bmpOf({ width, height, rgba }: Bitmap): Bytes {
  const file = new Uint8Array(BMP_HEAD + rgba.length)
  const view = new DataView(file.buffer)
  file.set([0x42, 0x4d])
  view.setUint32(2, file.length, true)
  view.setUint32(10, BMP_HEAD, true)
  view.setUint32(14, 108, true)
  view.setInt32(18, width, true)
  view.setInt32(22, -height, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, 32, true)
  view.setUint32(30, 3, true)
  view.setUint32(34, rgba.length, true)
  const masks = [0x000000ff, 0x0000ff00, 0x00ff0000, 0xff000000]
  masks.forEach((mask, at) => view.setUint32(54 + at * 4, mask, true))
  view.setUint32(70, 0x73524742, true)
  file.set(rgba, BMP_HEAD)
  return file
}

/** Reads back the engine's own output alone: 8-bit RGBA, not interlaced (ISO/IEC 15948 §9). */
export function readOwnPng(file: Uint8Array): Bitmap {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const width = view.getUint32(16)
  const height = view.getUint32(20)
  if (file[24] !== 8 || file[25] !== 6 || file[28] !== 0) throw new RangeError('not 8-bit RGBA')
  const parts: Uint8Array[] = []
  for (let at = 8; at + 8 <= file.length;) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) === 0x49444154) parts.push(file.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const stride = width * 4
  const rows = inflateSync(Buffer.concat(parts), { maxOutputLength: (stride + 1) * height })
  if (rows.length !== (stride + 1) * height) throw new RangeError('rows are missing')
  const rgba = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++)
    unfilter(rows[y * (stride + 1)]!, rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)), rgba, y * stride, stride)
  return { width, height, rgba }
}

function unfilter(filter: number, row: Uint8Array, out: Uint8Array, start: number, stride: number): void {
  if (filter === 0) return out.set(row, start)
  for (let x = 0; x < stride; x++) {
    const left = x < 4 ? 0 : out[start + x - 4]!
    const up = start ? out[start + x - stride]! : 0
    const corner = x < 4 || !start ? 0 : out[start + x - stride - 4]!
    const predicted = filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner)
    out[start + x] = row[x]! + predicted
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner
  const toLeft = Math.abs(estimate - left)
  const toUp = Math.abs(estimate - up)
  const toCorner = Math.abs(estimate - corner)
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
}
