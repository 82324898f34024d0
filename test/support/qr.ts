/** Where the small squares stand, and how the words are cut into blocks at the medium level (ISO/IEC 18004, tables E.1 and 9), by version from 1. */
const ALIGNED: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
]
const BLOCKS: readonly (readonly number[])[] = [
  [16],
  [28],
  [44],
  [32, 32],
  [43, 43],
  [27, 27, 27, 27],
  [31, 31, 31, 31],
  [38, 38, 39, 39],
  [36, 36, 36, 37, 37],
  [43, 43, 43, 43, 44],
]
const MASKS: readonly ((row: number, column: number) => number)[] = [
  (r, c) => (r + c) % 2,
  (r) => r % 2,
  (_r, c) => c % 3,
  (r, c) => (r + c) % 3,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2,
  (r, c) => ((r * c) % 2) + ((r * c) % 3),
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2,
]

/** The text of a QR code of level M up to version 10 in our own SVG: read as it stands, nothing is corrected. */
export function readQr(svg: string): string {
  const squares = [...svg.matchAll(/M(\d+),(\d+)h(\d+)/g)].map(
    ([, x, y, side]) => [Number(x) / Number(side), Number(y) / Number(side)] as const,
  )
  const border = Math.min(...squares.map(([x]) => x))
  const dark = new Set(squares.map(([x, y]) => `${y - border} ${x - border}`))
  const size = Math.max(...squares.map(([x]) => x)) - border + 1
  const version = (size - 17) / 4
  const at = (row: number, column: number): number => (dark.has(`${row} ${column}`) ? 1 : 0)
  const format = [0, 1, 2, 3, 4].map((column) => at(8, column) ^ [1, 0, 1, 0, 1][column]!)
  if (format[0] || format[1]) throw new Error('not of level M')
  const mask = MASKS[format[2]! * 4 + format[3]! * 2 + format[4]!]!
  const places = ALIGNED[version - 1]!
  const isFinder = (r: number, c: number): boolean => (r < 9 && c < 9) || (r < 9 && c >= size - 8) || (r >= size - 8 && c < 9)
  const isAligned = (r: number, c: number): boolean =>
    places.some((y) => places.some((x) => !isFinder(y, x) && Math.abs(r - y) < 3 && Math.abs(c - x) < 3))
  const isVersion = (r: number, c: number): boolean => version > 6 && ((r < 6 && c >= size - 11) || (c < 6 && r >= size - 11))
  const bits: number[] = []
  let up = true
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const row = up ? size - 1 - step : step
      for (const column of [right, right - 1])
        if (!isFinder(row, column) && row !== 6 && column !== 6 && !isAligned(row, column) && !isVersion(row, column))
          bits.push(at(row, column) ^ (mask(row, column) === 0 ? 1 : 0))
    }
    up = !up
  }
  const words = Array.from({ length: Math.floor(bits.length / 8) }, (_, n) =>
    bits.slice(n * 8, n * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0),
  )
  const lengths = BLOCKS[version - 1]!
  const blocks = lengths.map((): number[] => [])
  let next = 0
  for (let n = 0; n < Math.max(...lengths); n++)
    for (const [block, length] of lengths.entries()) if (n < length) blocks[block]!.push(words[next++]!)
  const stream = blocks
    .flat()
    .map((word) => word.toString(2).padStart(8, '0'))
    .join('')
  if (!stream.startsWith('0100')) throw new Error('not in bytes')
  const long = version > 9 ? 16 : 8
  const count = parseInt(stream.slice(4, 4 + long), 2)
  return new TextDecoder().decode(
    Uint8Array.from({ length: count }, (_, n) => parseInt(stream.slice(4 + long + n * 8, 12 + long + n * 8), 2)),
  )
}
