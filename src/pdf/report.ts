import * as fontkit from '@cantoo/fontkit'
import { PDFDocument, type PDFFont, PDFName } from 'pdf-lib'
import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { INK3 } from './appearance.ts'
import type { Face, FontBytes, FontSet } from './fonts.ts'
import { FACES, INNER, MARGIN, Setter } from './report-setter.ts'

export type State = 'good' | 'wait' | 'stop'

export interface Fact {
  readonly label: string
  readonly value: string
  /** Digests and codes. */
  readonly mono?: boolean
}

/** What a report says, in its reader's language, ready to be set. */
export interface ReportSheet {
  readonly language: string
  /** Whose server, or whose program, made it. */
  readonly by: string
  readonly title: string
  readonly madeAt: Instant
  readonly verdict: { readonly state: State; readonly title: string; readonly text: string }
  readonly facts: readonly Fact[]
  readonly questions: {
    readonly title: string
    readonly rows: readonly { readonly state: State; readonly title: string; readonly answer: string; readonly how: string }[]
  }
  readonly parts: readonly { readonly title: string; readonly entries: readonly Entry[] }[]
  readonly notes: readonly string[]
  /** At the foot of every page. */
  readonly foot: string
  /** `Page {number} of {total}`. */
  readonly pageOf: string
}

/** A signature, what the register says, a part of the file. */
export interface Entry {
  readonly title: string
  readonly state: { readonly state: State; readonly word: string } | null
  readonly facts: readonly Fact[]
}

/** The report as a PDF of its own: real text in the house's typefaces, so that it can be searched and copied. */
export async function drawReport(fonts: FontSet, bytes: FontBytes, sheet: ReportSheet): Promise<Bytes> {
  const doc = await PDFDocument.create()
  doc.registerFontkit(fontkit as never)
  const embedded = new Map<Face, PDFFont>()
  for (const face of FACES) embedded.set(face, await doc.embedFont(bytes(face), { subset: true }))
  const setter = new Setter(doc, fonts, embedded)
  setter.head(sheet)
  setter.verdict(sheet.verdict)
  setter.facts(sheet.facts, MARGIN, INNER)
  if (sheet.questions.rows.length) {
    setter.heading(sheet.questions.title, 60)
    for (const row of sheet.questions.rows) setter.question(row)
  }
  for (const { title, entries } of sheet.parts) {
    if (!entries.length) continue
    setter.heading(title, 90)
    for (const entry of entries) setter.entry(entry)
  }
  setter.gap(10)
  for (const note of sheet.notes) setter.paragraph('text', 7.6, note, MARGIN, INNER, INK3, 10.5)
  setter.close(sheet)
  doc.setTitle(sheet.title)
  doc.setProducer('Paraphe')
  doc.setLanguage(sheet.language)
  doc.setCreationDate(new Date(sheet.madeAt))
  doc.setModificationDate(new Date(sheet.madeAt))
  doc.catalog.set(PDFName.of('ViewerPreferences'), doc.context.obj({ DisplayDocTitle: true }))
  return Uint8Array.from(await doc.save())
}
