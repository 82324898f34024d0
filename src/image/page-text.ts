import { type OpenPdf, type Pdfium, withMemory, withPage, withPdf } from './pdfium.ts'

/** A stretch of text in one line: points from the top left of the page as seen, rotation and crop applied. */
export interface TextRun {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface PageText {
  readonly text: string
  readonly runs: readonly TextRun[]
}

const MOST_RUNS = 20_000
const MOST_LETTERS = 200_000

/** The text of one page (0-based) and where each stretch stands. */
export const pageText = (pdf: Uint8Array, page: number, password?: string): Promise<PageText> =>
  withPdf(pdf, password, (open) => textOf(open, page))

/** The text of every page that is asked for, in that order. */
export const pagesText = (pdf: Uint8Array, pages: readonly number[], password?: string): Promise<PageText[]> =>
  withPdf(pdf, password, async (open) => {
    const texts: PageText[] = []
    for (const page of pages) texts.push(await textOf(open, page))
    return texts
  })

/** The text alone of every page that is asked for; empty where a page has none. */
export const pagesWords = (pdf: Uint8Array, pages: readonly number[]): Promise<string[]> =>
  withPdf(pdf, undefined, async (open) => {
    const texts: string[] = []
    for (const page of pages) texts.push(await withText(open, page, (_, text) => plain(wholeText(open.pdfium, text)), ''))
    return texts
  })

const textOf = (open: OpenPdf, index: number): Promise<PageText> =>
  withText<PageText>(open, index, (page, text) => ({ text: plain(wholeText(open.pdfium, text)), runs: runsOf(open.pdfium, page, text) }), {
    text: '',
    runs: [],
  })

const withText = <T>(open: OpenPdf, index: number, read: (page: number, text: number) => T, nothing: T): Promise<T> =>
  withPage(open, index, (page) => {
    const text = open.pdfium._FPDFText_LoadPage(page)
    if (!text) return nothing
    try {
      return read(page, text)
    } finally {
      open.pdfium._FPDFText_ClosePage(text)
    }
  })

function wholeText(pdfium: Pdfium, text: number): string {
  const count = pdfium._FPDFText_CountChars(text)
  if (count <= 0) return ''
  return withMemory(pdfium, (count + 1) * 2, (out) => utf16(pdfium, out, pdfium._FPDFText_GetText(text, 0, count, out) - 1))
}

interface Stretch {
  text: string
  left: number
  top: number
  right: number
  bottom: number
}

/** Letters in the order in which they are read, spaces found by pdfium among them: a stretch ends with its line, or where a column does. */
function runsOf(pdfium: Pdfium, page: number, text: number): TextRun[] {
  const count = Math.min(MOST_LETTERS, pdfium._FPDFText_CountChars(text))
  return withMemory(pdfium, 16 + 8, (memory) => {
    const stretches: Stretch[] = []
    let current: Stretch | null = null
    for (let index = 0; index < count; index++) {
      const code = pdfium._FPDFText_GetUnicode(text, index)
      const letter = code > 0 && code <= 0x10ffff ? plain(String.fromCodePoint(code)) : ''
      if (letter === '\n') current = null
      if (!letter.trim()) {
        if (letter && current) current.text += ' '
        continue
      }
      if (!pdfium._FPDFText_GetLooseCharBox(text, index, memory)) continue
      const view = new DataView(pdfium.HEAPU8.buffer)
      const [left, top, right, bottom] = [0, 4, 8, 12].map((at) => view.getFloat32(memory + at, true)) as [number, number, number, number]
      if (current && isNext(current, { left, top, right, bottom })) {
        current.text += letter
        current.left = Math.min(current.left, left)
        current.right = Math.max(current.right, right)
        current.top = Math.max(current.top, top)
        current.bottom = Math.min(current.bottom, bottom)
      } else stretches.push((current = { text: letter, left, top, right, bottom }))
    }
    return stretches.slice(0, MOST_RUNS).map(({ text: seen, left, top, right, bottom }) => ({
      text: seen.toWellFormed().trim(),
      ...asSeen(pdfium, page, memory + 16, left, top, right, bottom),
    }))
  })
}

/** Whether a letter goes on where the stretch stands: not on another line, and not across a gap as wide as a letter is tall: there may be a box. */
function isNext(stretch: Omit<Stretch, 'text'>, letter: Omit<Stretch, 'text'>): boolean {
  const [tall, wide] = [stretch.top - stretch.bottom, stretch.right - stretch.left]
  const size = Math.max(0.1, Math.min(tall, Math.max(wide, tall)))
  const apartAcross = Math.max(letter.left - stretch.right, stretch.left - letter.right)
  const apartDown = Math.max(letter.bottom - stretch.top, stretch.bottom - letter.top)
  return apartAcross < size && apartDown < size * 0.1
}

/** Device coordinates are whole numbers, so the device is a hundred times as large as the page. */
export function asSeen(
  pdfium: Pdfium,
  page: number,
  memory: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): Omit<TextRun, 'text'> {
  const width = pdfium._FPDF_GetPageWidthF(page)
  const height = pdfium._FPDF_GetPageHeightF(page)
  const scale = Math.min(100, 1_000_000 / Math.max(width, height))
  const corner = (x: number, y: number): readonly [number, number] => {
    pdfium._FPDF_PageToDevice(page, 0, 0, Math.round(width * scale), Math.round(height * scale), 0, x, y, memory, memory + 4)
    const view = new DataView(pdfium.HEAPU8.buffer)
    return [view.getInt32(memory, true) / scale, view.getInt32(memory + 4, true) / scale]
  }
  const [ax, ay] = corner(left, top)
  const [bx, by] = corner(right, bottom)
  return { x: round(Math.min(ax, bx)), y: round(Math.min(ay, by)), width: round(Math.abs(ax - bx)), height: round(Math.abs(ay - by)) }
}

const round = (value: number): number => Math.round(value * 100) / 100

/** `length` UTF-16 code units, without the closing zero. */
function utf16(pdfium: Pdfium, pointer: number, length: number): string {
  const bytes = pdfium.HEAPU8.slice(pointer, pointer + Math.max(0, length) * 2)
  return new TextDecoder('utf-16le').decode(bytes).replace(/\0+$/, '')
}

// Control characters but line ends, and halves of surrogate pairs, which are no text.
export const plain = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]/g, '')
