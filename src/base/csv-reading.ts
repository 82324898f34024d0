import { Refusal } from './refusal.ts'

export const SEPARATORS = [',', ';', '\t', '|'] as const
export type Separator = (typeof SEPARATORS)[number]

const MOST_CELLS = 1_000

export interface CsvLine {
  /** Of the file, from 1: where the record begins. */
  readonly line: number
  readonly cells: readonly string[]
}

/** The separator that cuts the first lines into the most cells, equally many in each. */
export function separatorOf(text: string): Separator {
  const start = text.slice(0, 20_000)
  const said = /^sep=(.)\r?\n/i.exec(start)?.[1]
  if (said && isSeparator(said)) return said
  const scores = SEPARATORS.map((separator) => {
    const widths = cut(start, separator, 20, false).map(({ cells }) => cells.length)
    const first = widths[0] ?? 1
    const alike = widths.filter((width) => width === first).length
    return { separator, score: first < 2 ? 0 : first + 100 * (alike / widths.length) }
  })
  return scores.reduce((best, one) => (one.score > best.score ? one : best)).separator
}

export const isSeparator = (text: string): text is Separator => (SEPARATORS as readonly string[]).includes(text)

/**
 * RFC 4180 with any separator and line end; quotes may hold line ends. Lines in which nothing stands are left out. A cell that a spreadsheet was kept
 * from taking for a formula loses the apostrophe. Refused: more than `most` records, a record of more than a thousand cells, a quote that is never closed.
 */
export function readCsv(text: string, separator: Separator, most: number): CsvLine[] {
  return cut(text, separator, most, true).map(({ line, cells }) => ({
    line,
    cells: cells.map((cell) => (/^'[=+\-@]/.test(cell) ? cell.slice(1) : cell)),
  }))
}

function cut(text: string, separator: Separator, most: number, isWhole: boolean): CsvLine[] {
  const records: CsvLine[] = []
  let at = /^sep=.\r?\n/i.exec(text)?.[0].length ?? 0
  let line = at ? 2 : 1
  let began = line
  let cells: string[] = []
  const keep = (): void => {
    if (!cells.some((cell) => cell.trim())) return
    if (records.length === most) {
      if (isWhole) throw new Refusal('too_large', 'csv.too-many', { most })
      return
    }
    records.push({ line: began, cells })
  }
  while (at < text.length && (isWhole || records.length < most)) {
    let cell = ''
    if (text[at] === '"') {
      for (at++; ;) {
        const end = text.indexOf('"', at)
        if (end < 0) {
          if (isWhole) throw new Refusal('invalid', 'csv.quote-open', { line: began })
          return records
        }
        const piece = text.slice(at, end)
        cell += piece
        for (let from = piece.indexOf('\n'); from >= 0; from = piece.indexOf('\n', from + 1)) line++
        at = end + 1
        if (text[at] !== '"') break
        cell += '"'
        at++
      }
    }
    const from = at
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++
    cells.push(cell + text.slice(from, at))
    if (cells.length > MOST_CELLS) {
      if (isWhole) throw new Refusal('too_large', 'csv.too-wide', { line: began, most: MOST_CELLS })
      return records
    }
    if (text[at] === separator) {
      at++
      if (at === text.length) cells.push('')
      continue
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    at++
    keep()
    cells = []
    began = ++line
  }
  if (cells.length) keep()
  return records
}
