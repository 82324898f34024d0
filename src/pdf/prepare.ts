import { PDFArray, PDFDocument, PDFHexString, PDFName, type PDFPage } from 'pdf-lib'
import { type Bytes, hex, randomBytes } from '../base/bytes.ts'
import { activeContent } from './active-content.ts'
import { type Rotation, textForm, tickForm, turned } from './appearance.ts'
import { enclose } from './balance.ts'
import { type Completion, drawCompletion } from './completion.ts'
import { PdfFault } from './fault.ts'
import { flatten } from './flatten.ts'
import type { FontSet } from './fonts.ts'
import type { Form, Picture } from './form.ts'
import { type Box, type SeenPage, seenPage, userRectangle } from './geometry.ts'
import { HiddenText } from './hidden-text.ts'
import { load } from './load.ts'
import { buildForm } from './prepared-form.ts'
import { addFormObject } from './pdf-lib-picture.ts'
import { stripPainter } from './strip.ts'
import { cutDangling, sweep } from './sweep.ts'
import { short } from './text.ts'

export interface PreparedField extends Box {
  /** `S1_f3`, `S1_sig`. */
  readonly name: string
  readonly signer: string | null
  readonly kind: 'text' | 'multiline' | 'choice' | 'checkbox' | 'radio' | 'picture' | 'signature'
  /** 0-based. */
  readonly page: number
  readonly tooltip: string
  /** Points; 0: as large as the box takes. */
  readonly fontSize?: number
  /** Of a choice: what may be chosen. */
  readonly options?: readonly string[]
  /** Drawn as page content; there is then no form field. */
  readonly prefilled?: string
}

export interface PrepareInput extends Omit<Completion, 'company'> {
  /** Null: the certificate of completion alone, for a document to which no page can be added. */
  readonly source: Bytes | null
  readonly password?: string
  /** The sender's consent to lose what acts; without it such a file is refused. */
  readonly removeActive: boolean
  readonly company: { readonly name: string; readonly logo?: Picture }
  readonly language: string
  /** `Page {number} of {total}`. */
  readonly pageOf: string
  readonly fields: readonly PreparedField[]
  /** Form fields of the file in whose place fields of ours stand, by origin: nothing of them is drawn. */
  readonly taken?: readonly string[]
  /** Places that are painted white before anything of ours is drawn: what stood there was an instruction to the sender. */
  readonly covers?: readonly (Box & { readonly page: number })[]
  readonly fonts: FontSet
}

export interface Prepared {
  readonly pdf: Bytes
  /** As a reader sees them, strip included, the pages of the certificate of completion last. */
  readonly pages: readonly { readonly width: number; readonly height: number; readonly rotation: Rotation }[]
}

/** Revision 0: rewritten once, with strip, certificate of completion and form, and nothing that acts. From here on the file only grows. */
export async function prepare(input: PrepareInput): Promise<Prepared> {
  const doc = input.source ? (await load(input.source, input.password)).doc : await PDFDocument.create({ updateMetadata: false })
  cutDangling(doc)
  if (!input.removeActive && activeContent(doc, false).length) throw new PdfFault('active-content')
  activeContent(doc, true)
  flatten(doc, new Set(input.taken))
  clean(doc, input)

  const originals = input.source ? doc.getPages() : []
  for (const page of originals) enclose(doc, page)
  const first = originals[0] ? seenPage(originals[0]) : { width: 595.28, height: 841.89 }
  cover(doc, originals, input.covers ?? [])
  const { context } = doc
  const font = context.register(context.obj({ Type: 'Font', Subtype: 'Type1', BaseFont: 'Helvetica', Encoding: 'WinAnsiEncoding' }))
  const hidden = new HiddenText(doc, font)
  const places = drawCompletion(
    doc,
    input.fonts,
    hidden,
    Math.abs(Math.min(first.width, first.height) - 612) < 3 ? { width: 612, height: 774 } : { width: 595.28, height: 823.89 },
    input,
  )
  const all = [...originals, ...places.pages]
  const painter = stripPainter(doc, input.fonts, hidden, {
    documentId: input.documentId,
    company: input.company.name,
    total: all.length,
    pageOf: (number, total) => input.pageOf.replace('{number}', String(number)).replace('{total}', String(total)),
  })
  const seen = all.map((page, at) => painter.paint(page, at + 1))
  drawPrefilled(doc, all, seen, hidden, input)
  hidden.close()
  buildForm(doc, all, seen, originals.length, places, font, input)
  sweep(doc)
  // A new document has a new identifier (ISO 32000-2 §14.4); both halves alike until it grows.
  const identifier = PDFHexString.of(hex(randomBytes(16)))
  doc.context.trailerInfo.ID = doc.context.obj([identifier, identifier])
  // No object streams: every later revision writes plain objects beside plain objects.
  return {
    pdf: Uint8Array.from(await doc.save({ useObjectStreams: false, updateFieldAppearances: false } as never)),
    pages: seen.map(({ width, height, rotation }) => ({ width: round(width), height: round(height), rotation })),
  }
}

const N = (name: string): PDFName => PDFName.of(name)
const round = (value: number): number => Math.round(value * 100) / 100

function clean(doc: PDFDocument, input: PrepareInput): void {
  const { catalog, context } = doc
  for (const key of ['Perms', 'DSS', 'Requirements', 'NeedsRendering', 'OpenAction', 'Extensions']) catalog.delete(N(key))
  doc.setTitle(`${input.title} (${input.documentId})`)
  doc.setProducer('Paraphe')
  doc.setLanguage(input.language)
  catalog.set(N('ViewerPreferences'), context.obj({ DisplayDocTitle: true }))
  for (const page of doc.getPages()) {
    const annotations = page.node.lookup(N('Annots'))
    if (annotations instanceof PDFArray && annotations.size() === 0) page.node.delete(N('Annots'))
  }
}

function cover(doc: PDFDocument, pages: readonly PDFPage[], places: NonNullable<PrepareInput['covers']>): void {
  for (const [number, boxes] of Map.groupBy(places, ({ page }) => page)) {
    const page = pages[number]
    if (!page) throw new PdfFault('prepare.page')
    const view = seenPage(page)
    const painted = boxes.map((box) => {
      const [left, bottom, right, top] = userRectangle(view, box)
      return `${short(left)} ${short(bottom)} ${short(right - left)} ${short(top - bottom)} re f`
    })
    page.node.addContentStream(doc.context.register(doc.context.flateStream(`q 1 g ${painted.join(' ')} Q`)))
  }
}

function drawPrefilled(
  doc: PDFDocument,
  pages: readonly PDFPage[],
  seen: readonly SeenPage[],
  hidden: HiddenText,
  input: PrepareInput,
): void {
  for (const field of input.fields) {
    if (field.prefilled === undefined || field.prefilled === '') continue
    const [page, view] = [pages[field.page], seen[field.page]]
    if (!page || !view) throw new PdfFault('prepare.page')
    const form = turned(prefilledForm(input.fonts, field, field.prefilled), view.rotation)
    const [left, bottom] = userRectangle(view, field)
    const name = page.node.newXObject('Value', addFormObject(doc.context, form))
    const text = `${form.turn ? `${form.turn} cm\n` : ''}${hidden.on(page, form.words ?? [])}`
    const content = `q 1 0 0 1 ${short(left)} ${short(bottom)} cm ${name} Do\n${text}\nQ`
    page.node.addContentStream(doc.context.register(doc.context.flateStream(content)))
  }
}

function prefilledForm(fonts: FontSet, { kind, width, height, fontSize = 10 }: PreparedField, text: string): Form {
  if (kind === 'checkbox') return tickForm(width, height)
  return textForm(fonts, { text, width, height, size: fontSize, multiline: kind === 'multiline' })
}
