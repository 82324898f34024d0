import { PDFArray, PDFDict, type PDFDocument, PDFName, PDFRef, PDFStream } from 'pdf-lib'
import { type ActiveContent, activeContent } from './active-content.ts'
import type { Rotation } from './appearance.ts'
import type { Bytes } from '../base/bytes.ts'
import { PdfFault } from './fault.ts'
import { formFields, type FoundFormField } from './form-fields.ts'
import { inspectReceived } from './receive.ts'
import type { Received } from './received.ts'
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
  /** What of the form may become fields of ours. */
  readonly form: readonly FoundFormField[]
  /** It bears signatures of others: nothing of it may be rewritten, and this is what it allows. */
  readonly received: Received | null
  /** Extended for an old reader (UR3, ISO 32000-2 §12.8.2.3): nobody's signature, and without meaning once the file is rewritten. */
  readonly usageRights: boolean
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
    const received = form.signed ? await receivedIn(bytes as Bytes, encrypted, pages.length) : null
    const xfa = form.xfa ? (form.fields ? 'beside' : 'dynamic') : 'none'
    return {
      pages,
      encrypted: encrypted ? (password ? 'opened' : 'empty-password') : 'no',
      activeContent: activeContent(doc, false),
      formFields: form.fields,
      form: form.fields && !form.signed ? formFields(doc) : [],
      received,
      usageRights: form.usageRights,
      xfa,
      title: titleOf(doc),
    }
  } catch (error) {
    if (error instanceof PdfFault) throw error
    throw new PdfFault('damaged', String(error).slice(0, 200))
  }
}

/** Encrypted bytes cannot be appended to in the clear, and opened ones would no longer be those that were signed. */
async function receivedIn(bytes: Bytes, encrypted: boolean, pages: number): Promise<Received> {
  if (encrypted) throw new PdfFault('signed-encrypted')
  const { pages: read, ...received } = await inspectReceived(bytes)
  if (read !== pages) throw new PdfFault('signed-unreadable', `${read} pages or ${pages}`)
  return received
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

function formOf(doc: PDFDocument): { fields: number; signed: boolean; usageRights: boolean; xfa: boolean } {
  const { context, catalog } = doc
  const form = catalog.lookup(PDFName.of('AcroForm'))
  const rights = catalog.lookup(PDFName.of('Perms'))
  const usageRights = rights instanceof PDFDict && (rights.has(PDFName.of('UR3')) || rights.has(PDFName.of('UR')))
  if (!(form instanceof PDFDict)) return { fields: 0, signed: false, usageRights, xfa: false }
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
  const xfa = form.lookup(PDFName.of('XFA'))
  return { fields, signed, usageRights, xfa: xfa instanceof PDFArray || xfa instanceof PDFStream }
}
