import { Refusal } from '../base/refusal.ts'

export type PictureFormat = 'png' | 'jpeg' | 'webp'

export interface PictureHeader {
  readonly format: PictureFormat
  readonly width: number
  readonly height: number
}

/** What a picture may be before one pixel of it is decoded. */
export interface PictureLimits {
  readonly bytes: number
  readonly pixels: number
  /** The longer side after decoding; larger pictures are scaled down to it. */
  readonly side: number
}

export const PICTURE_LIMITS: PictureLimits = { bytes: 15_000_000, pixels: 40_000_000, side: 3_508 }

/** Format and size by content alone; a name or a media type counts for nothing. Refuses what is past the limits. */
export function readPictureHeader(bytes: Uint8Array, limits: PictureLimits = PICTURE_LIMITS): PictureHeader {
  if (bytes.length > limits.bytes) throw new Refusal('too_large', 'picture.too-heavy', { megabytes: Math.floor(limits.bytes / 1_000_000) })
  const header = pngHeader(bytes) ?? jpegHeader(bytes) ?? webpHeader(bytes)
  if (!header) throw new Refusal('invalid', 'picture.unknown-format')
  if (!header.width || !header.height) throw new Refusal('invalid', 'picture.damaged')
  if (header.width * header.height > limits.pixels)
    throw new Refusal('invalid', 'picture.too-many-pixels', { megapixels: Math.floor(limits.pixels / 1_000_000) })
  return header
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const textAt = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length))

/** ISO/IEC 15948 §5.2 and §11.2.2: the signature, then IHDR. */
function pngHeader(bytes: Uint8Array): PictureHeader | null {
  if (bytes.length < 33 || textAt(bytes, 0, 8) !== '\x89PNG\r\n\x1a\n' || textAt(bytes, 12, 4) !== 'IHDR') return null
  const view = viewOf(bytes)
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20) }
}

/** ITU-T T.81 §B.2: segments up to the frame header. A picture without its end marker is damaged: decoders would fill the rest with grey. */
function jpegHeader(bytes: Uint8Array): PictureHeader | null {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff) return null
  const view = viewOf(bytes)
  let frame: PictureHeader | null = null
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) break
    const marker = bytes[at + 1]!
    if (marker === 0xff) {
      at++
      continue
    }
    const length = view.getUint16(at + 2)
    if (length < 2) break
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame && at + 9 <= bytes.length) frame ??= { format: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    at += 2 + length
    if (marker === 0xda && frame && hasEnd(bytes, at)) return frame
    if (marker === 0xda) break
  }
  throw new Refusal('invalid', 'picture.damaged')
}

function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xd9) return true
  return false
}

/** RFC 9649 §2.4 to §2.7: the first chunk names the size. Animations are no picture here. */
function webpHeader(bytes: Uint8Array): PictureHeader | null {
  if (bytes.length < 30 || textAt(bytes, 0, 4) !== 'RIFF' || textAt(bytes, 8, 4) !== 'WEBP') return null
  const view = viewOf(bytes)
  if (view.getUint32(4, true) + 8 > bytes.length) throw new Refusal('invalid', 'picture.damaged')
  const kind = textAt(bytes, 12, 4)
  if (kind === 'VP8 ') return { format: 'webp', width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { format: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (kind !== 'VP8X' || bytes[20]! & 2) return null
  return { format: 'webp', width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + (view.getUint32(26, true) >>> 8) }
}
