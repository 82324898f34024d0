import { PDFArray, PDFDict, PDFDocument, PDFName, PDFNumber, type PDFObject, PDFRef, PDFStream } from 'pdf-lib'
import { PdfFault } from './fault.ts'

/** Reads a stranger's file for preparation (never for verification). PdfFault: not-a-pdf, password-needed, password-wrong, damaged. */
export async function load(bytes: Uint8Array, password?: string): Promise<{ doc: PDFDocument; encrypted: boolean }> {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1_024))
  if (!start.includes('%PDF-')) throw new PdfFault('not-a-pdf')
  const isShort = isCut(bytes)
  const options = { updateMetadata: false, throwOnInvalidObject: false, capNumbers: true }
  try {
    const doc = await PDFDocument.load(bytes, options)
    if (!doc.isEncrypted) return checked(doc, false, isShort)
  } catch (error) {
    if (error instanceof PdfFault) throw error
    if (!/encrypt|password/i.test(String(error))) throw new PdfFault('damaged', String(error).slice(0, 200))
  }
  try {
    return checked(await PDFDocument.load(bytes, { ...options, password: password ?? '' }), true, isShort)
  } catch (error) {
    if (error instanceof PdfFault) throw error
    if (/password/i.test(String(error))) throw new PdfFault(password ? 'password-wrong' : 'password-needed')
    throw new PdfFault('damaged', String(error).slice(0, 200))
  }
}

/** Nothing after the last object says where to begin reading (ISO 32000-2 §7.5.5): the end may be missing, and with it more than that. */
function isCut(bytes: Uint8Array): boolean {
  return lastPlaceOf(bytes, 'startxref') <= lastPlaceOf(bytes, 'endobj')
}

function lastPlaceOf(bytes: Uint8Array, word: string): number {
  const codes = Array.from(word, (letter) => letter.charCodeAt(0))
  for (let at = bytes.length - codes.length; at >= 0; at--) if (codes.every((code, nth) => bytes[at + nth] === code)) return at
  return -1
}

/** Whether every page that the tree counts is there, with all that it is drawn from. */
function isWhole(doc: PDFDocument): boolean {
  const { context } = doc
  const pages = doc.getPages()
  const count = doc.catalog.Pages().lookup(PDFName.of('Count'))
  if (!(count instanceof PDFNumber) || count.asNumber() !== pages.length) return false
  const reached = new Set<string>()
  const open: (PDFObject | undefined)[] = pages.map(({ node }) => node)
  while (open.length) {
    const value = open.pop()
    if (value instanceof PDFRef) {
      if (reached.has(value.tag)) continue
      reached.add(value.tag)
      const found = context.lookup(value)
      if (found === undefined) return false
      open.push(found)
    } else if (value instanceof PDFArray) open.push(...value.asArray())
    else if (value instanceof PDFStream) open.push(value.dict)
    else if (value instanceof PDFDict) for (const [key, item] of value.entries()) if (key.asString() !== '/Parent') open.push(item)
  }
  return true
}

function checked(doc: PDFDocument, encrypted: boolean, isShort: boolean): { doc: PDFDocument; encrypted: boolean } {
  let pages = 0
  try {
    pages = doc.getPageCount()
    if (isShort && !isWhole(doc)) throw new PdfFault('damaged', 'cut')
  } catch (error) {
    if (error instanceof PdfFault) throw error
    throw new PdfFault('damaged', String(error).slice(0, 200))
  }
  if (!pages) throw new PdfFault('no-pages')
  // A page that names no size is shown as US Letter by most readers.
  for (const page of doc.getPages())
    if (!(page.node.lookup(PDFName.of('MediaBox')) instanceof PDFArray) && !inherits(page.node))
      page.node.set(PDFName.of('MediaBox'), doc.context.obj([0, 0, 612, 792]))
  return { doc, encrypted }
}

function inherits(node: { Parent(): unknown; MediaBox(): unknown }): boolean {
  try {
    return node.MediaBox() instanceof PDFArray
  } catch {
    return false
  }
}
