import { PDFArray, PDFDict, type PDFDocument, PDFName, PDFNumber, type PDFObject, PDFRef, PDFStream } from 'pdf-lib'
import { formWidgets } from './form-widgets.ts'
import { short } from './text.ts'

const N = (name: string): PDFName => PDFName.of(name)

/**
 * Every form field's appearance becomes page content, and the form is gone; a field without an appearance leaves nothing, and neither does one in
 * whose place a field of ours stands (`taken`, by origin).
 */
export function flatten(doc: PDFDocument, taken: ReadonlySet<string> = new Set()): void {
  const replaced = new Set(taken.size ? formWidgets(doc).flatMap(({ origin, widget }) => (taken.has(origin) ? [widget] : [])) : [])
  const { context, catalog } = doc
  const lookup = (value: PDFObject | undefined): PDFObject | undefined => (value instanceof PDFRef ? context.lookup(value) : value)
  for (const page of doc.getPages()) {
    const annotations = lookup(page.node.get(N('Annots')))
    if (!(annotations instanceof PDFArray)) continue
    const drawn: string[] = []
    for (let index = annotations.size() - 1; index >= 0; index--) {
      const widget = lookup(annotations.get(index))
      if (!(widget instanceof PDFDict)) {
        annotations.remove(index)
        continue
      }
      if (String(lookup(widget.get(N('Subtype')))) !== '/Widget') continue
      annotations.remove(index)
      if (replaced.has(widget)) continue
      const appearance = appearanceOf(widget, lookup)
      const rectangle = numbers(lookup(widget.get(N('Rect'))), lookup)
      const flags = lookup(widget.get(N('F')))
      const hidden = flags instanceof PDFNumber && (flags.asNumber() & 0b100010) !== 0
      if (!appearance || !rectangle || hidden) continue
      const placed = placement(appearance.stream, rectangle, lookup)
      if (!placed) continue
      appearance.stream.dict.set(N('Type'), N('XObject'))
      appearance.stream.dict.set(N('Subtype'), N('Form'))
      const name = page.node.newXObject('Field', appearance.reference ?? context.register(appearance.stream))
      drawn.unshift(`q ${placed} cm ${name} Do Q`)
    }
    if (drawn.length) page.node.addContentStream(context.register(context.flateStream(drawn.join('\n'))))
  }
  catalog.delete(N('AcroForm'))
}

type Lookup = (value: PDFObject | undefined) => PDFObject | undefined

function appearanceOf(widget: PDFDict, lookup: Lookup): { stream: PDFStream; reference: PDFRef | null } | null {
  const all = lookup(widget.get(N('AP')))
  let value = all instanceof PDFDict ? all.get(N('N')) : undefined
  if (lookup(value) instanceof PDFDict) {
    const state = lookup(widget.get(N('AS')))
    value = state instanceof PDFName ? (lookup(value) as PDFDict).get(state) : undefined
  }
  const stream = lookup(value)
  return stream instanceof PDFStream ? { stream, reference: value instanceof PDFRef ? value : null } : null
}

/** ISO 32000-2 §12.5.5, algorithm 8.1: the box, turned by the form's own matrix, is fitted into the rectangle. */
function placement(stream: PDFStream, [x1, y1, x2, y2]: readonly number[], lookup: Lookup): string | null {
  const [left = 0, bottom = 0, right = 0, top = 0] = numbers(lookup(stream.dict.get(N('BBox'))), lookup) ?? []
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = numbers(lookup(stream.dict.get(N('Matrix'))), lookup) ?? []
  const corners = [
    [left, bottom],
    [right, bottom],
    [left, top],
    [right, top],
  ].map(([x = 0, y = 0]) => [a * x + c * y + e, b * x + d * y + f] as const)
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  const [w, h] = [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)]
  if (!(w > 0) || !(h > 0) || x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return null
  const [scaleX, scaleY] = [Math.abs(x2 - x1) / w, Math.abs(y2 - y1) / h]
  return `${precise(scaleX)} 0 0 ${precise(scaleY)} ${short(Math.min(x1, x2) - Math.min(...xs) * scaleX)} ${short(Math.min(y1, y2) - Math.min(...ys) * scaleY)}`
}

const precise = (value: number): string => String(Math.round(value * 1e5) / 1e5)

function numbers(value: PDFObject | undefined, lookup: Lookup): number[] | null {
  if (!(value instanceof PDFArray)) return null
  return value.asArray().map((item) => {
    const found = lookup(item)
    return found instanceof PDFNumber ? found.asNumber() : 0
  })
}
