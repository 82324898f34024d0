import type { Bytes } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import { type Bitmap, bmpOf, readOwnPng } from './bitmap.ts'
import { PICTURE_LIMITS, type PictureLimits, readPictureHeader } from './header.ts'

/**
 * The pixels of a PNG, JPEG or WebP, upright (EXIF orientation applied), scaled down to the limits' side where larger. Nothing but
 * pixels survives. Throws a Refusal `picture.…`; the limits are held against the header before anything is decoded.
 */
export async function decodePicture(bytes: Uint8Array, limits: PictureLimits = PICTURE_LIMITS): Promise<Bitmap> {
  readPictureHeader(bytes, limits)
  try {
    const image = new Bun.Image(bytes, { maxPixels: limits.pixels, autoOrient: true })
    return readOwnPng(
      await image.resize(limits.side, limits.side, { fit: 'inside', withoutEnlargement: true }).png({ compressionLevel: 0 }).bytes(),
    )
  } catch (cause) {
    throw new Refusal('invalid', 'picture.damaged', {}, { cause })
  }
}

/** Scaled down so that both sides fit; never up. */
export async function scaleToFit(bitmap: Bitmap, width: number, height: number): Promise<Bitmap> {
  if (bitmap.width <= width && bitmap.height <= height) return bitmap
  return readOwnPng(
    await new Bun.Image(bmpOf(bitmap)).resize(Math.ceil(width), Math.ceil(height), { fit: 'inside' }).png({ compressionLevel: 0 }).bytes(),
  )
}

/** The form that a PDF takes: colours and, where anything is see-through, opacity, each in rows of 8-bit samples. */
export function splitOpacity({ width, height, rgba }: Bitmap): { width: number; height: number; rgb: Bytes; alpha?: Bytes } {
  const rgb = new Uint8Array(width * height * 3)
  const alpha = new Uint8Array(width * height)
  let seeThrough = false
  for (let at = 0; at < alpha.length; at++) {
    rgb[at * 3] = rgba[at * 4]!
    rgb[at * 3 + 1] = rgba[at * 4 + 1]!
    rgb[at * 3 + 2] = rgba[at * 4 + 2]!
    alpha[at] = rgba[at * 4 + 3]!
    seeThrough ||= alpha[at] !== 255
  }
  return { width, height, rgb, ...(seeThrough ? { alpha } : {}) }
}
