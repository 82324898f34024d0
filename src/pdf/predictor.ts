import { PdfFault } from './fault.ts'
import { type DictionaryValue, plainInteger } from './value.ts'

/** Undoes the PNG predictors (ISO 32000-2 §7.4.4.4) as cross-reference and object streams use them: 8 bits, one colour. */
export function unpredict(bytes: Uint8Array, parameters: DictionaryValue): Uint8Array {
  const parameter = (key: string, absent: number): number | undefined =>
    parameters.entries.has(key) ? plainInteger(parameters.entries.get(key)) : absent
  const predictor = parameter('Predictor', 1)
  if (predictor === 1) return bytes
  const columns = parameter('Columns', 1)
  if (predictor === undefined || predictor < 10 || !columns || columns > 4096) throw new PdfFault('read.unsupported-filter')
  if (parameter('Colors', 1) !== 1 || parameter('BitsPerComponent', 8) !== 8) throw new PdfFault('read.unsupported-filter')
  if (bytes.length % (columns + 1)) throw new PdfFault('read.malformed-stream')
  const rows = bytes.length / (columns + 1)
  const out = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const type = bytes[row * (columns + 1)]!
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column
      const raw = bytes[row * (columns + 1) + 1 + column]!
      const left = column ? out[at - 1]! : 0
      const up = row ? out[at - columns]! : 0
      const corner = row && column ? out[at - columns - 1]! : 0
      out[at] = raw + predicted(type, left, up, corner)
    }
  }
  return out
}

function predicted(type: number, left: number, up: number, corner: number): number {
  if (type === 0) return 0
  if (type === 1) return left
  if (type === 2) return up
  if (type === 3) return (left + up) >> 1
  if (type !== 4) throw new PdfFault('read.malformed-stream')
  const estimate = left + up - corner
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}
