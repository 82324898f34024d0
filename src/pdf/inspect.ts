import { PDFArray, PDFDict, type PDFDocument, PDFName, PDFRef, PDFStream } from 'pdf-lib'
import { type ActiveContent, activeContent } from './active-content.ts'
import type { Rotation } from './appearance.ts'
import type { Bytes } from '../base/bytes.ts'
import { PdfFault } from './fault.ts'
import { seenPage } from './geometry.ts'
import { load } from './load.ts'
import { sweep } from './sweep.ts'

export interface Inspection {
  /** As a reader sees them, in points. */
  readonly pages: readonly { readonly width: number; readonly height: number; readonly rotation: Rotation }[]
  /** `opened`: encrypted, and read with the password given or with the empty one. */
  readonly encrypted: 'no' | 'empty-password' | 'opened'
  readonly activeContent: readonly ActiveContent[]
  readonly formFields: number
  readonly signed: boolean
  readonly xfa: 'none' | 'beside' | 'dynamic'
  readonly title: string | null
}

/** What a person should know of a file before it is prepared. PdfFault: not-a-pdf, damaged, no-pages, password-needed, password-wrong, xfa-dynamic. */
export async function inspect(bytes: Uint8Array, password?: string): Promise<Inspection> {
  const { doc, encrypted } = await load(bytes, password)
  try {
    const form = formOf(doc)
    const pages = doc.getPages().map((page) => {
      const { width, height, rotation } = seenPage(page)
      return { width: round(width), height: round(height), rotation }
    })
    const xfa = form.xfa ? (form.fields ? 'beside' : 'dynamic') : 'none'
    return {
      pages,
      encrypted: encrypted ? (password ? 'opened' : 'empty-password') : 'no',
      activeContent: activeContent(doc, false),
      formFields: form.fields,
      signed: form.signed,
      xfa,
      title: titleOf(doc),
    }
  } catch (error) {
    if (error instanceof PdfFault) throw error
    throw new PdfFault('damaged', String(error).slice(0, 200))
  }
}

/** The same document without its password. */
export async function decrypt(bytes: Uint8Array, password: string): Promise<Bytes> {
  const { doc } = await load(bytes, password)
  // Cross-reference streams of the encrypted file are objects that nothing reaches; left in, they would call the new file encrypted again.
  sweep(doc)
  return Uint8Array.from(await doc.save({ useObjectStreams: false, updateFieldAppearances: false } as never))
}

const round = (value: number): number => Math.round(value * 100) / 100

function titleOf(doc: PDFDocument): string | null {
  try {
    return doc.getTitle()?.trim().slice(0, 200) || null
  } catch {
    return null
  }
}

function formOf(doc: PDFDocument): { fields: number; signed: boolean; xfa: boolean } {
  const { context, catalog } = doc
  const form = catalog.lookup(PDFName.of('AcroForm'))
  if (!(form instanceof PDFDict)) return { fields: 0, signed: false, xfa: false }
  let fields = 0
  let signed = false
  const seen = new Set<unknown>()
  const visit = (value: unknown, depth: number, type: string): void => {
    const field = value instanceof PDFRef ? context.lookup(value) : value
    if (!(field instanceof PDFDict) || seen.has(field) || depth > 32) return
    seen.add(field)
    const own = field.has(PDFName.of('FT')) ? String(field.lookup(PDFName.of('FT'))) : type
    const kids = field.lookup(PDFName.of('Kids'))
    if (kids instanceof PDFArray && kids.size()) for (const kid of kids.asArray()) visit(kid, depth + 1, own)
    else fields++
    const filled = field.lookup(PDFName.of('V'))
    if (own === '/Sig' && filled instanceof PDFDict && filled.has(PDFName.of('Contents'))) signed = true
  }
  const list = form.lookup(PDFName.of('Fields'))
  if (list instanceof PDFArray) for (const field of list.asArray()) visit(field, 0, '')
  // Usage rights are a signature too: a file that bears them may only be appended to.
  const rights = catalog.lookup(PDFName.of('Perms'))
  if (rights instanceof PDFDict && rights.keys().length) signed = true
  const xfa = form.lookup(PDFName.of('XFA'))
  return { fields, signed, xfa: xfa instanceof PDFArray || xfa instanceof PDFStream }
}
