import { type PDFDocument, type PDFPage, type PDFRef } from 'pdf-lib'
import { GROUND, INK2 } from './appearance.ts'
import type { FontSet } from './fonts.ts'
import type { HiddenText } from './hidden-text.ts'
import { growFoot } from './foot.ts'
import { seenPage, type SeenPage, uprightMatrix } from './geometry.ts'
import { addFormObject } from './pdf-lib-picture.ts'
import { fitted, line, short } from './text.ts'

export const STRIP = 18
const SIZE = 7.5
/** Of the base line, above the strip's own foot. */
const FOOT = 6.2

/** Draws the strip at the foot of a page as seen: document ID, company, page and total. */
export interface StripPainter {
  paint(page: PDFPage, number: number): SeenPage
}

/** The page is made longer by the strip's height, so that nothing of the document is ever covered. */
export function stripPainter(
  doc: PDFDocument,
  fonts: FontSet,
  hidden: HiddenText,
  strip: { documentId: string; company: string; total: number; pageOf: (number: number, total: number) => string },
): StripPainter {
  const { context } = doc
  const id = line(fonts, 'mono', SIZE, strip.documentId)
  const shared = new Map<string, PDFRef>()
  const sharedForm = (key: string, make: () => { width: number; height: number; content: string }): PDFRef => {
    const known = shared.get(key)
    if (known) return known
    const made = addFormObject(context, make())
    shared.set(key, made)
    return made
  }
  return {
    paint(page, number) {
      const seen = growFoot(page, seenPage(page), STRIP)
      const { width } = seen
      const margin = Math.min(28, width * 0.05)
      const count = line(fonts, 'text', SIZE, strip.pageOf(number, strip.total))
      const middle = width - 2 * margin - id.width - count.width - 40
      const company = middle > 40 ? fitted(fonts, 'text', SIZE, strip.company, middle) : null
      const centre = margin + id.width + 20 + (middle - (company?.width ?? 0)) / 2
      const right = width - margin - count.width
      const words = [...id.words(margin, FOOT), ...(company?.words(centre, FOOT) ?? []), ...count.words(right, FOOT)]
      const key = `strip ${short(width)}`
      const ref = sharedForm(key, () => ({
        width,
        height: STRIP,
        content: [`${GROUND} 0 0 ${short(width)} ${STRIP} re f`, `${INK2}`, id.draw(margin, FOOT), company?.draw(centre, FOOT) ?? ''].join(
          '\n',
        ),
      }))
      const name = page.node.newXObject('Strip', ref)
      const matrix = uprightMatrix(seen)
      const content = `q ${matrix} cm ${name} Do ${INK2}\n${count.draw(right, FOOT)}\n${hidden.on(page, words)}\nQ`
      page.node.addContentStream(context.register(context.flateStream(content)))
      return seen
    },
  }
}
