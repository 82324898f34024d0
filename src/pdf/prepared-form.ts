import { PDFArray, type PDFDocument, PDFHexString, PDFName, type PDFPage, type PDFRef, PDFString } from 'pdf-lib'
import { dotForm, tickForm } from './appearance.ts'
import type { CompletionPlaces } from './completion.ts'
import { PdfFault } from './fault.ts'
import { type Box, type SeenPage, userRectangle } from './geometry.ts'
import { TEXT_FONT } from './head.ts'
import type { PreparedField, PrepareInput } from './prepare.ts'

/** How many later archive time stamps the seal's lock leaves room for. */
const TIME_STAMPS = 20

const N = (name: string): PDFName => PDFName.of(name)

interface Widget {
  readonly name: string
  readonly signer: string | null
  readonly page: number
  readonly rectangle: readonly number[]
  readonly entries: Record<string, unknown>
}

/** The form of a prepared file (src/README.md): merged fields and widgets, nothing filled, indirect lists, a lock for each signer and for the seal. */
export function buildForm(
  doc: PDFDocument,
  pages: readonly PDFPage[],
  seen: readonly SeenPage[],
  originals: number,
  places: CompletionPlaces,
  font: PDFRef,
  input: PrepareInput,
): void {
  const { context, catalog } = doc
  const widgets: Widget[] = []
  const place = (field: { page: number } & Box): { page: number; rectangle: readonly number[] } => {
    const view = seen[field.page]
    if (!view) throw new PdfFault('prepare.page')
    return { page: field.page, rectangle: userRectangle(view, field).map((value) => Math.round(value * 100) / 100) }
  }
  for (const field of input.fields) {
    if (field.prefilled !== undefined || !field.signer) continue
    widgets.push({
      name: field.name,
      signer: field.signer,
      ...place(field),
      entries: { TU: PDFHexString.fromText(field.tooltip), ...entriesOf(doc, field) },
    })
  }
  const last = pages.length - 1
  for (const { name, signs, title } of input.recipients) {
    const row = places.rows[name]
    if (!signs || !row) continue
    widgets.push({
      name: `${name}_row`,
      signer: name,
      ...place({ ...row, page: originals + row.page }),
      entries: { FT: 'Btn', Ff: 65537, MK: { TP: 1 }, TU: PDFHexString.fromText(title) },
    })
    if (!widgets.some((widget) => widget.name === `${name}_sig`))
      widgets.push({ name: `${name}_sig`, signer: name, page: last, rectangle: [0, 0, 0, 0], entries: { FT: 'Sig', Ff: 1 } })
  }
  const bySigner = Map.groupBy(widgets, (widget) => widget.signer)
  const everything = widgets.map((widget) => widget.name)
  const lock = (action: 'Include' | 'Exclude', names: readonly string[]): PDFRef =>
    context.register(context.obj({ Type: 'SigFieldLock', Action: action, Fields: names.map((name) => PDFString.of(name)) }))
  const sealPage = originals + places.seal.page
  widgets.push({
    name: 'seal',
    signer: null,
    ...place({ ...places.seal, page: sealPage }),
    entries: {
      FT: 'Sig',
      Ff: 1,
      TU: PDFHexString.fromText(input.words.seal),
      Lock: lock('Exclude', [...everything, ...Array.from({ length: TIME_STAMPS }, (_, at) => `DocTS${at + 1}`)]),
    },
  })
  widgets.push({ name: 'certification', signer: null, page: sealPage, rectangle: [0, 0, 0, 0], entries: { FT: 'Sig', Ff: 1 } })

  const references = widgets.map((widget) => {
    const page = pages[widget.page]!
    const own =
      widget.signer && widget.entries['FT'] === 'Sig'
        ? {
            Lock: lock(
              'Include',
              (bySigner.get(widget.signer) ?? []).map(({ name }) => name),
            ),
          }
        : {}
    const reference = context.register(
      context.obj({
        Type: 'Annot',
        Subtype: 'Widget',
        P: page.ref,
        Rect: [...widget.rectangle],
        F: 132,
        T: PDFString.of(widget.name),
        ...widget.entries,
        ...own,
      } as never),
    )
    annotationsOf(doc, page).push(reference)
    return reference
  })
  // DocTS fields come later to the seal's page, whose list is there already.
  const fields = context.register(context.obj(references))
  const form = context.register(
    context.obj({ Fields: fields, SigFlags: 3, DA: PDFString.of('/Helv 10 Tf 0 g'), DR: { Font: { [TEXT_FONT]: font } } }),
  )
  catalog.set(N('AcroForm'), form)
  catalog.set(N('Extensions'), context.obj({ ESIC: { BaseVersion: '1.7', ExtensionLevel: 5 } }))
}

/** The page's /Annots as an indirect list, so that no later revision writes the page again. */
function annotationsOf(doc: PDFDocument, page: PDFPage): PDFArray {
  const { context } = doc
  const held = page.node.get(N('Annots'))
  const known = held && context.lookup(held)
  if (known instanceof PDFArray) {
    if (held === known) page.node.set(N('Annots'), context.register(known))
    return known
  }
  const made = context.obj([]) as PDFArray
  page.node.set(N('Annots'), context.register(made))
  return made
}

function entriesOf(doc: PDFDocument, field: PreparedField): Record<string, unknown> {
  const appearance = PDFString.of(`/Helv ${field.fontSize ?? 10} Tf 0 g`)
  switch (field.kind) {
    case 'text':
      return { FT: 'Tx', Ff: 1, DA: appearance }
    case 'multiline':
      return { FT: 'Tx', Ff: 4097, DA: appearance }
    case 'choice':
      // A list that drops down (Combo), one entry of it (ISO 32000-2 §12.7.5.4); what is chosen is written with the signer's revision.
      return { FT: 'Ch', Ff: 131_073, DA: appearance, Opt: (field.options ?? []).map((option) => PDFHexString.fromText(option)) }
    case 'picture':
      return { FT: 'Btn', Ff: 65537, MK: { TP: 1 } }
    case 'signature':
      return { FT: 'Sig', Ff: 1 }
    case 'checkbox':
    // One merged field for each button: kids of a group may never change once the file is certified. That one alone is chosen is our own rule.
    case 'radio': {
      const { context } = doc
      const { width, height } = field
      const state = (content: string): PDFRef =>
        context.register(
          context.flateStream(content, { Type: 'XObject', Subtype: 'Form', FormType: 1, BBox: [0, 0, width, height], Resources: {} }),
        )
      return {
        FT: 'Btn',
        Ff: 1,
        V: 'Off',
        AS: 'Off',
        MK: { CA: PDFString.of(field.kind === 'radio' ? 'l' : '4') },
        AP: { N: { Yes: state((field.kind === 'radio' ? dotForm : tickForm)(width, height).content), Off: state('') } },
      }
    }
  }
}
