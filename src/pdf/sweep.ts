import { PDFArray, PDFDict, type PDFDocument, type PDFObject, PDFRef, PDFStream } from 'pdf-lib'

/** Takes out every object that nothing reaches from the catalog: what was cut off must not travel along unseen. */
export function sweep(doc: PDFDocument): void {
  const { context } = doc
  const reached = new Set<string>()
  const open: (PDFObject | undefined)[] = [context.trailerInfo.Root, context.trailerInfo.Info]
  while (open.length) {
    const value = open.pop()
    if (value instanceof PDFRef) {
      if (reached.has(value.tag)) continue
      reached.add(value.tag)
      open.push(context.lookup(value))
    } else if (value instanceof PDFArray) for (const item of value.asArray()) open.push(item)
    else if (value instanceof PDFDict) for (const [, item] of value.entries()) open.push(item)
    else if (value instanceof PDFStream) open.push(value.dict)
  }
  for (const [reference] of context.enumerateIndirectObjects()) if (!reached.has(reference.tag)) context.delete(reference)
}
