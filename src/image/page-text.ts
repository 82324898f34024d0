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

const textOf = (open: OpenPdf, index: number): Promise<PageText> =>
  withPage(open, index, (page) => {
    const { pdfium } = open
    const text = pdfium._FPDFText_LoadPage(page)
    if (!text) return { text: '', runs: [] }
    try {
      return { text: plain(wholeText(pdfium, text)), runs: runsOf(pdfium, page, text) }
    } finally {
      pdfium._FPDFText_ClosePage(text)
    }
  })

function wholeText(pdfium: Pdfium, text: number): string {
  const count = pdfium._FPDFText_CountChars(text)
  if (count <= 0) return ''
  return withMemory(pdfium, (count + 1) * 2, (out) => utf16(pdfium, out, pdfium._FPDFText_GetText(text, 0, count, out) - 1))
}

function runsOf(pdfium: Pdfium, page: number, text: number): TextRun[] {
  const count = Math.min(MOST_RUNS, pdfium._FPDFText_CountRects(text, 0, -1))
  return withMemory(pdfium, 32 + 8, (memory) => {
    const runs: TextRun[] = []
    for (let index = 0; index < count; index++) {
      if (!pdfium._FPDFText_GetRect(text, index, memory, memory + 8, memory + 16, memory + 24)) continue
      const view = new DataView(pdfium.HEAPU8.buffer)
      const [left, top, right, bottom] = [0, 8, 16, 24].map((at) => view.getFloat64(memory + at, true)) as [number, number, number, number]
      const length = pdfium._FPDFText_GetBoundedText(text, left, top, right, bottom, 0, 0)
      const words =
        length > 0
          ? withMemory(pdfium, (length + 1) * 2, (out) =>
              utf16(pdfium, out, pdfium._FPDFText_GetBoundedText(text, left, top, right, bottom, out, length)),
            )
          : ''
      const seen = plain(words).trim()
      if (seen) runs.push({ text: seen, ...asSeen(pdfium, page, memory + 32, left, top, right, bottom) })
    }
    return runs
  })
}

/** Device coordinates are whole numbers, so the device is a hundred times as large as the page. */
function asSeen(
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
const plain = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]/g, '')
