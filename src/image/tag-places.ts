import { asSeen, plain } from './page-text.ts'
import { type OpenPdf, withMemory, withPage, withPdf } from './pdfium.ts'

/** A text tag as it stands in the file: `{{…}}`, and the box of each line of it, in points from the top left of the page as seen. */
export interface TagPlace {
  /** Without the braces. */
  readonly text: string
  /** 0-based. */
  readonly page: number
  readonly boxes: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[]
}

const MOST = 500
const MOST_LETTERS = 200_000
const TAG = /\{\{([^{}]{1,300})\}\}/g

/** All tags of the file in reading order, at most 500. */
export const tagPlaces = (pdf: Uint8Array): Promise<TagPlace[]> =>
  withPdf(pdf, undefined, async (open) => {
    const found: TagPlace[] = []
    for (let page = 0; page < open.pages && found.length < MOST; page++) found.push(...(await tagsOn(open, page)))
    return found.slice(0, MOST)
  })

const tagsOn = (open: OpenPdf, number: number): Promise<TagPlace[]> =>
  withPage(open, number, (page) => {
    const { pdfium } = open
    const text = pdfium._FPDFText_LoadPage(page)
    if (!text) return []
    try {
      const count = Math.min(MOST_LETTERS, pdfium._FPDFText_CountChars(text))
      const letters: string[] = []
      /** Which letter of the page each unit of the text is. */
      const places: number[] = []
      for (let at = 0; at < count; at++) {
        const code = pdfium._FPDFText_GetUnicode(text, at)
        const letter = code > 0 && code <= 0x10ffff ? plain(String.fromCodePoint(code)) : ''
        for (const unit of letter) {
          letters.push(unit)
          places.push(...Array.from({ length: unit.length }, () => at))
        }
      }
      const whole = letters.join('')
      return [...whole.matchAll(TAG)].map((match) => ({
        text: match[1]!.replace(/\s+/g, ' ').trim(),
        page: number,
        boxes: withMemory(pdfium, 24, (memory) => {
          const lines: { left: number; top: number; right: number; bottom: number }[] = []
          for (const at of new Set(places.slice(match.index, match.index + match[0].length))) {
            if (!pdfium._FPDFText_GetLooseCharBox(text, at, memory)) continue
            const view = new DataView(pdfium.HEAPU8.buffer)
            const [left, top, right, bottom] = [0, 4, 8, 12].map((offset) => view.getFloat32(memory + offset, true)) as [
              number,
              number,
              number,
              number,
            ]
            if (right <= left && top <= bottom) continue
            const line = lines.at(-1)
            // A letter beside or over the last one goes on with its line; one elsewhere begins another.
            if (
              line &&
              left < line.right + (top - bottom) &&
              right > line.left - (top - bottom) &&
              top > line.bottom &&
              bottom < line.top
            ) {
              line.left = Math.min(line.left, left)
              line.right = Math.max(line.right, right)
              line.top = Math.max(line.top, top)
              line.bottom = Math.min(line.bottom, bottom)
            } else lines.push({ left, top, right, bottom })
          }
          return lines.map(({ left, top, right, bottom }) => asSeen(pdfium, page, memory, left, top, right, bottom))
        }),
      }))
    } finally {
      pdfium._FPDFText_ClosePage(text)
    }
  })
