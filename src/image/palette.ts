import type { Bytes } from '../base/bytes.ts'
import type { Bitmap } from './bitmap.ts'

export interface Indexed {
  /** Red, green, blue, opacity as one little-endian number each; at most 256. */
  readonly colours: readonly number[]
  /** One index a pixel. */
  readonly indices: Bytes
}

const SLOTS = 1 << 15
const MOST_COLOURS = 1 << 13

/**
 * The picture by palette, or null where no palette does it justice. With `tolerance` 0 only a picture of at most 256 colours has one;
 * otherwise the 256 most frequent colours stand as they are, and each other one (the soft edge of a letter) may be replaced by one that
 * is at most `tolerance` away in every channel.
 */
export function indexed({ width, height, rgba }: Bitmap, tolerance = 0): Indexed | null {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height)
  const table = countColours(pixels, tolerance ? MOST_COLOURS : 256)
  if (!table) return null
  const chosen =
    table.order.length <= 256 ? table.order : [...table.order].sort((a, b) => table.counts[b]! - table.counts[a]!).slice(0, 256)
  const colours = chosen.map((slot) => table.colours[slot]!)
  const target = new Int16Array(SLOTS).fill(-1)
  chosen.forEach((slot, index) => (target[slot] = index))
  for (const slot of table.order) {
    if (target[slot] !== -1) continue
    const index = nearest(table.colours[slot]!, colours, tolerance)
    if (index < 0) return null
    target[slot] = index
  }
  const indices = new Uint8Array(pixels.length)
  let last = pixels[0]! ^ 1
  let lastIndex = 0
  for (let at = 0; at < pixels.length; at++) {
    const colour = pixels[at]!
    if (colour !== last) {
      last = colour
      lastIndex = target[slotOf(table.colours, table.counts, colour)]!
    }
    indices[at] = lastIndex
  }
  return { colours, indices }
}

interface ColourTable {
  readonly colours: Uint32Array
  readonly counts: Uint32Array
  /** Slots in the order of first sight. */
  readonly order: readonly number[]
}

function countColours(pixels: Uint32Array, most: number): ColourTable | null {
  const colours = new Uint32Array(SLOTS)
  const counts = new Uint32Array(SLOTS)
  const order: number[] = []
  for (let at = 0; at < pixels.length;) {
    const colour = pixels[at]!
    const start = at
    while (at < pixels.length && pixels[at] === colour) at++
    const slot = slotOf(colours, counts, colour)
    if (!counts[slot]) {
      if (order.length === most) return null
      colours[slot] = colour
      order.push(slot)
    }
    counts[slot]! += at - start
  }
  return { colours, counts, order }
}

function slotOf(colours: Uint32Array, counts: Uint32Array, colour: number): number {
  let slot = Math.imul(colour, 0x9e3779b1) >>> 17
  while (counts[slot] && colours[slot] !== colour) slot = (slot + 1) & (SLOTS - 1)
  return slot
}

function nearest(colour: number, colours: readonly number[], tolerance: number): number {
  let best = -1
  let least = tolerance + 1
  for (let index = 0; index < colours.length; index++) {
    const other = colours[index]!
    const away = Math.max(
      Math.abs((colour & 255) - (other & 255)),
      Math.abs(((colour >> 8) & 255) - ((other >> 8) & 255)),
      Math.abs(((colour >> 16) & 255) - ((other >> 16) & 255)),
      Math.abs((colour >>> 24) - (other >>> 24)),
    )
    if (away < least) {
      least = away
      best = index
    }
  }
  return best
}
