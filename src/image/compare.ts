import type { Bitmap } from './bitmap.ts'
import { drawPage, encodePage, type PageImage } from './pages.ts'
import { withPage, withPdf } from './pdfium.ts'

export interface PagePair {
  /** 0-based. */
  readonly page: number
  /** Null where the page is only in the other file. */
  readonly before: PageImage | null
  /** What differs is tinted. */
  readonly after: PageImage | null
}

export interface Comparison {
  /** Those that differ, at most as many as were asked for. */
  readonly pairs: readonly PagePair[]
  /** How many pages were looked at, of how many. */
  readonly compared: number
  readonly pages: number
}

const BLOCK = 16
/** Multiplied into a block that differs. */
const TINT = [1, 0.86, 0.84] as const

/** Pages of two states of a file, drawn alike and laid side by side where a reader would see a difference. */
export function comparePages(
  before: Uint8Array,
  after: Uint8Array,
  { width, most, within }: { readonly width: number; readonly most: number; readonly within: number },
): Promise<Comparison> {
  return withPdf(before, undefined, (one) =>
    withPdf(after, undefined, async (other) => {
      const pages = Math.max(one.pages, other.pages)
      const pairs: PagePair[] = []
      let page = 0
      for (; page < Math.min(pages, within) && pairs.length < most; page++) {
        const left = page < one.pages ? await withPage(one, page, (handle) => drawPage(one, handle, width)) : null
        const right = page < other.pages ? await withPage(other, page, (handle) => drawPage(other, handle, width)) : null
        if (left && right && !tintDifferences(left, right)) continue
        pairs.push({
          page,
          before: left && { page, width: left.width, height: left.height, ...(await encodePage(left)) },
          after: right && { page, width: right.width, height: right.height, ...(await encodePage(right)) },
        })
      }
      return { pairs, compared: page, pages }
    }),
  )
}

/** Tints each block of `after` in which a pixel differs; false where none does. Pages of another size differ as a whole. */
export function tintDifferences(before: Bitmap, after: Bitmap): boolean {
  if (before.width !== after.width || before.height !== after.height) return true
  const { width, height, rgba } = after
  const one = new Uint32Array(before.rgba.buffer, before.rgba.byteOffset, width * height)
  const other = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height)
  let differs = false
  for (let top = 0; top < height; top += BLOCK)
    for (let left = 0; left < width; left += BLOCK) {
      const [bottom, right] = [Math.min(height, top + BLOCK), Math.min(width, left + BLOCK)]
      if (isAlike(one, other, width, top, bottom, left, right)) continue
      differs = true
      for (let y = top; y < bottom; y++)
        for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4)
          for (const [step, part] of TINT.entries()) rgba[at + step] = Math.round(rgba[at + step]! * part)
    }
  return differs
}

function isAlike(one: Uint32Array, other: Uint32Array, width: number, top: number, bottom: number, left: number, right: number): boolean {
  for (let y = top; y < bottom; y++) for (let at = y * width + left; at < y * width + right; at++) if (one[at] !== other[at]) return false
  return true
}
