import { crc32, deflateSync } from 'node:zlib'
import { concat, utf8 } from '../../src/base/bytes.ts'
import type { Bitmap } from '../../src/image/bitmap.ts'

export type Paint = (x: number, y: number) => readonly [number, number, number, number?]

export function bitmap(width: number, height: number, paint: Paint): Bitmap {
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4) {
      const [red, green, blue, opacity = 255] = paint(x, y)
      rgba.set([red, green, blue, opacity], at)
    }
  return { width, height, rgba }
}

/** Blue ink on cream paper with a shadow from left to right and some grain: a signature as photographed. */
export const photographedSignature = (width = 600, height = 300): Bitmap =>
  bitmap(width, height, (x, y) => {
    const wave = height / 2 + Math.sin(x / 40) * height * 0.2
    const inked = x > width * 0.2 && x < width * 0.8 && Math.abs(y - wave) < 4
    if (inked) return [28, 44, 140]
    const light = 1 - (x / width) * 0.35 + (((x * 7 + y * 13) % 11) - 5) / 400
    return [Math.round(244 * light), Math.round(240 * light), Math.round(226 * light)]
  })

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat([utf8(type), data])
  const head = new Uint8Array(4)
  const tail = new Uint8Array(4)
  new DataView(head.buffer).setUint32(0, data.length)
  new DataView(tail.buffer).setUint32(0, crc32(body))
  return concat([head, body, tail])
}

/** A PNG whose header says `width` × `height`, whatever its data holds. */
export function pngThatClaims(width: number, height: number, data: Uint8Array = deflateSync(new Uint8Array(100))): Uint8Array {
  const header = new Uint8Array(13)
  new DataView(header.buffer).setUint32(0, width)
  new DataView(header.buffer).setUint32(4, height)
  header.set([8, 6], 8)
  return concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    pngChunk('IHDR', header),
    pngChunk('IDAT', data),
    pngChunk('IEND', new Uint8Array()),
  ])
}

/** A JPEG with an EXIF segment that names an orientation and a camera. */
export function withExif(jpeg: Uint8Array, orientation: number): Uint8Array {
  const tiff = new Uint8Array(8 + 2 + 24 + 4 + 16)
  const view = new DataView(tiff.buffer)
  tiff.set(utf8('MM'))
  view.setUint16(2, 42)
  view.setUint32(4, 8)
  view.setUint16(8, 2)
  view.setUint16(10, 0x010f)
  view.setUint16(12, 2)
  view.setUint32(14, 13)
  view.setUint32(18, 38)
  view.setUint16(22, 0x0112)
  view.setUint16(24, 3)
  view.setUint32(26, 1)
  view.setUint16(30, orientation)
  tiff.set(utf8('SecretCamera\0'), 38)
  const body = concat([utf8('Exif\0\0'), tiff])
  const head = Uint8Array.of(0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255)
  return concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}
