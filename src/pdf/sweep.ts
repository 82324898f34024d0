import { PDFArray, PDFDict, type PDFDocument, PDFNull, type PDFObject, PDFRef, PDFStream } from 'pdf-lib'

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

/**
 * Puts null where something points to nothing (ISO 32000-2 §7.3.10 reads both alike). Left as it was, it would point to whatever object is
 * given that number next. To be called before the first object is added.
 */
export function cutDangling(doc: PDFDocument): void {
  const { context } = doc
  const isDangling = (value: PDFObject): boolean => value instanceof PDFRef && context.lookup(value) === undefined
  const clean = (value: PDFObject): void => {
    if (value instanceof PDFStream) clean(value.dict)
    else if (value instanceof PDFArray)
      for (const [at, item] of value.asArray().entries()) {
        if (isDangling(item)) value.set(at, PDFNull)
        else if (!(item instanceof PDFRef)) clean(item)
      }
    else if (value instanceof PDFDict)
      for (const [key, item] of value.entries()) {
        if (isDangling(item)) value.delete(key)
        else if (!(item instanceof PDFRef)) clean(item)
      }
  }
  for (const [, value] of context.enumerateIndirectObjects()) clean(value)
}
