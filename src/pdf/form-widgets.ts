import { PDFArray, PDFDict, type PDFDocument, PDFHexString, PDFName, PDFNumber, type PDFObject, PDFString } from 'pdf-lib'

/** A place at which a form field of a stranger's file is shown, with what it inherits (ISO 32000-2 §12.7.4). */
export interface FormWidget {
  /** Its name for as long as the file stays: `form:Name.Of.Field#2`, counted among those of that name in page order. */
  readonly origin: string
  readonly name: string
  readonly page: number
  readonly widget: PDFDict
  /** A key of the widget, or of the nearest field above it that has one. */
  inherited(key: string): PDFObject | undefined
}

const LONGEST_NAME = 150
const DEEPEST = 32

const N = (name: string): PDFName => PDFName.of(name)

export const plainText = (value: PDFObject | undefined): string =>
  (value instanceof PDFString || value instanceof PDFHexString ? value.decodeText() : '')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()

export const plainNumber = (value: PDFObject | undefined): number => (value instanceof PDFNumber ? value.asNumber() : 0)

/** Hidden, or not to be seen on the screen (§12.5.3). */
export const isHidden = (widget: PDFDict): boolean => (plainNumber(widget.lookup(N('F'))) & 0b100010) !== 0

/** All of them, page by page. The same file gives the same origins each time. */
export function formWidgets(doc: PDFDocument): FormWidget[] {
  const counts = new Map<string, number>()
  const found: FormWidget[] = []
  for (const [page, { node }] of doc.getPages().entries()) {
    const annotations = node.lookup(N('Annots'))
    if (!(annotations instanceof PDFArray)) continue
    for (let at = 0; at < annotations.size(); at++) {
      const widget = annotations.lookup(at)
      if (!(widget instanceof PDFDict) || String(widget.lookup(N('Subtype'))) !== '/Widget') continue
      const line = lineOf(widget)
      const name = line
        .map((one) => plainText(one.lookup(N('T'))))
        .filter(Boolean)
        .toReversed()
        .join('.')
        .slice(0, LONGEST_NAME)
      const nth = (counts.get(name) ?? 0) + 1
      counts.set(name, nth)
      found.push({
        origin: `form:${name}#${nth}`,
        name,
        page,
        widget,
        inherited: (key) => line.find((one) => one.has(N(key)))?.lookup(N(key)),
      })
    }
  }
  return found
}

/** The widget, its field and those above, each once. */
function lineOf(widget: PDFDict): PDFDict[] {
  const line = [widget]
  for (let parent = widget.lookup(N('Parent')); parent instanceof PDFDict && line.length < DEEPEST; parent = parent.lookup(N('Parent'))) {
    if (line.includes(parent)) break
    line.push(parent)
  }
  return line
}
