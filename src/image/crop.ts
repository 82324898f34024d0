import type { Bitmap } from './bitmap.ts'

/** The smallest part that holds everything visible, with a margin of `margin` pixels where there is room; null where nothing is visible. */
export function cropToContent(bitmap: Bitmap, margin = 4): Bitmap | null {
  const { width, height, rgba } = bitmap
  const counts = { columns: new Uint32Array(width), rows: new Uint32Array(height) }
  for (let y = 0, at = 3; y < height; y++)
    for (let x = 0; x < width; x++, at += 4)
      if (rgba[at]! > 40) {
        counts.columns[x]!++
        counts.rows[y]!++
      }
  // A single speck of dust is not content where there is more.
  const across = span(counts.columns)
  const down = span(counts.rows)
  if (!across || !down) return null
  const left = Math.max(0, across.first - margin)
  const top = Math.max(0, down.first - margin)
  return cut(bitmap, left, top, Math.min(width, across.last + 1 + margin) - left, Math.min(height, down.last + 1 + margin) - top)
}

/** The part of the picture that begins at (x, y). */
export function cut({ width, rgba }: Bitmap, x: number, y: number, newWidth: number, newHeight: number): Bitmap {
  const out = new Uint8Array(newWidth * newHeight * 4)
  for (let row = 0; row < newHeight; row++) {
    const start = ((y + row) * width + x) * 4
    out.set(rgba.subarray(start, start + newWidth * 4), row * newWidth * 4)
  }
  return { width: newWidth, height: newHeight, rgba: out }
}

function span(counts: Uint32Array): { first: number; last: number } | null {
  const busy = (count: number): boolean => count > 1
  const any = counts.some(busy) ? busy : (count: number): boolean => count > 0
  const first = counts.findIndex(any)
  return first < 0 ? null : { first, last: counts.findLastIndex(any) }
}
