import type { Bitmap } from './bitmap.ts'

/**
 * Takes the paper away from ink. The paper's colour is estimated from the border, row by row and column by column, so that a shadow
 * across a photograph is paper too; a pixel's opacity is its distance from the paper, soft at the edges, and its colour is the ink's,
 * with the paper's share removed. A picture that comes with a see-through background is left as it is.
 */
export function removeBackground(bitmap: Bitmap): Bitmap {
  const { width, height, rgba } = bitmap
  if (hasOpacity(rgba)) return bitmap
  const paper = paperOf(bitmap)
  const distances = new Float32Array(width * height)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      let greatest = 0
      for (let channel = 0; channel < 3; channel++) {
        const away = Math.abs(paper(x, y, channel) - rgba[at * 4 + channel]!)
        if (away > greatest) greatest = away
      }
      distances[at] = greatest
    }
  const ink = inkDistance(distances)
  // Below a fifth of the ink's distance it is paper, its grain or its shadow; above three fifths it is ink.
  const low = Math.max(14, ink * 0.22)
  const high = Math.max(low + 16, ink * 0.62)
  const out = new Uint8Array(rgba.length)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const opacity = Math.min(1, Math.max(0, (distances[at]! - low) / (high - low)))
      if (opacity === 0) continue
      for (let channel = 0; channel < 3; channel++) {
        const ground = paper(x, y, channel)
        out[at * 4 + channel] = Math.min(255, Math.max(0, Math.round((rgba[at * 4 + channel]! - ground * (1 - opacity)) / opacity)))
      }
      out[at * 4 + 3] = Math.round(opacity * 255)
    }
  return { width, height, rgba: out }
}

function hasOpacity(rgba: Uint8Array): boolean {
  let clear = 0
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at]! < 250) clear++
  return clear > rgba.length / 4 / 100
}

const GRID = 24

/** The paper's colour anywhere: the brightest common tone of each tile of a coarse grid, filled in where a tile is all ink, smoothed between. */
function paperOf({ width, height, rgba }: Bitmap): (x: number, y: number, channel: number) => number {
  const border = borderColour(rgba, width, height)
  const columns = Math.max(1, Math.min(GRID, Math.floor(width / 16)))
  const rows = Math.max(1, Math.min(GRID, Math.floor(height / 16)))
  const tiles = new Float32Array(columns * rows * 3)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < 3; channel++)
        tiles[(row * columns + column) * 3 + channel] = tileTone(rgba, width, height, columns, rows, column, row, channel, border)
  return (x, y, channel) => {
    const across = Math.min(columns - 1, Math.max(0, ((x + 0.5) / width) * columns - 0.5))
    const down = Math.min(rows - 1, Math.max(0, ((y + 0.5) / height) * rows - 0.5))
    const left = Math.floor(across)
    const top = Math.floor(down)
    const right = Math.min(columns - 1, left + 1)
    const bottom = Math.min(rows - 1, top + 1)
    const tone = (row: number, column: number): number => tiles[(row * columns + column) * 3 + channel]!
    const above = tone(top, left) + (tone(top, right) - tone(top, left)) * (across - left)
    const below = tone(bottom, left) + (tone(bottom, right) - tone(bottom, left)) * (across - left)
    return above + (below - above) * (down - top)
  }
}

function borderColour(rgba: Uint8Array, width: number, height: number): readonly number[] {
  const samples: number[][] = [[], [], []]
  const take = (x: number, y: number): void => samples.forEach((list, channel) => list.push(rgba[(y * width + x) * 4 + channel]!))
  for (let x = 0; x < width; x++) [0, height - 1].forEach((y) => take(x, y))
  for (let y = 0; y < height; y++) [0, width - 1].forEach((x) => take(x, y))
  return samples.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!)
}

/** The median of the tile's upper half: ink that fills less than half a tile does not count. Far from the border's tone it is ink all over. */
function tileTone(
  rgba: Uint8Array,
  width: number,
  height: number,
  columns: number,
  rows: number,
  column: number,
  row: number,
  channel: number,
  border: readonly number[],
): number {
  const histogram = new Uint32Array(256)
  let count = 0
  const step = Math.max(1, Math.floor(width / columns / 24))
  for (let y = Math.floor((row * height) / rows); y < Math.floor(((row + 1) * height) / rows); y += step)
    for (let x = Math.floor((column * width) / columns); x < Math.floor(((column + 1) * width) / columns); x += step) {
      histogram[rgba[(y * width + x) * 4 + channel]!]!++
      count++
    }
  const edge = border[channel]!
  const bright = edge >= 96
  let seen = 0
  for (let step = 0; step < 256; step++) {
    const tone = bright ? 255 - step : step
    seen += histogram[tone]!
    if (seen >= count * 0.25) return Math.abs(tone - edge) > 70 ? edge : tone
  }
  return edge
}

/** How far the ink stands from the paper: the distance that the strongest hundredth of what is not paper reaches. */
function inkDistance(distances: Float32Array): number {
  const histogram = new Uint32Array(256)
  let total = 0
  for (const distance of distances)
    if (distance > 24) {
      histogram[Math.min(255, Math.round(distance))]!++
      total++
    }
  let seen = 0
  for (let distance = 255; distance > 24; distance--) {
    seen += histogram[distance]!
    if (seen >= Math.max(1, total * 0.05)) return distance
  }
  return 48
}
