import type { DocumentRow, FieldKind } from '../db/database.ts'
import { LONG_SOURCES, rulesOf } from '../field/rules.ts'
import type { Field, Recipient } from './envelope.ts'

/** Whoever signs a revision of their own: everybody but those who only receive a copy. */
export const acts = (recipient: Pick<Recipient, 'role'>): boolean => recipient.role !== 'copy'

/** Of the pages of a prepared document, how many are its certificate of completion. */
export const certificatePages = ({ pages, shownPages }: Pick<DocumentRow, 'pages' | 'shownPages'>): number =>
  shownPages === null ? 0 : (JSON.parse(shownPages) as unknown[]).length - (JSON.parse(pages) as unknown[]).length

/** `S1`, `S2` … in routing order: the name of each signer's fields in the file. Fixed from the dispatch on. */
export const signerNames = (recipients: readonly Recipient[]): ReadonlyMap<string, string> =>
  new Map(recipients.filter(acts).map(({ id }, at) => [id, `S${at + 1}`]))

export type PdfFieldKind = 'text' | 'multiline' | 'choice' | 'checkbox' | 'radio' | 'picture' | 'signature'

const PDF_KIND: Readonly<Record<FieldKind, PdfFieldKind>> = {
  signature: 'signature',
  initials: 'picture',
  stamp: 'picture',
  'full-name': 'text',
  'job-title': 'text',
  company: 'text',
  'company-details': 'multiline',
  email: 'text',
  phone: 'text',
  'date-signed': 'text',
  date: 'text',
  text: 'text',
  multiline: 'multiline',
  checkbox: 'checkbox',
  number: 'text',
  // What stands in the document is the name of the file.
  attachment: 'text',
  radio: 'radio',
  'drop-down': 'choice',
  contact: 'text',
  calculation: 'text',
}
export const FIELD_KINDS = Object.keys(PDF_KIND) as readonly FieldKind[]

export const pdfKindOf = ({ kind, rules }: Pick<Field, 'kind' | 'rules'>): PdfFieldKind =>
  kind === 'contact' && LONG_SOURCES.has(rulesOf({ rules }).source) ? 'multiline' : PDF_KIND[kind]

export const isLong = (field: Pick<Field, 'kind' | 'rules'>): boolean => pdfKindOf(field) === 'multiline'

export interface NamedField {
  readonly field: Field
  /** `S1_f3`, `S1_sig`; null: drawn as page content before anybody signs, no form field. */
  readonly name: string | null
  /** `S1`; null where it is nobody's. */
  readonly signer: string | null
  readonly kind: PdfFieldKind
}

/** Decided by the sender before anybody signs: no recipient fills it in. A mark, a box and the day of signing are a recipient's own. */
export const isPrefilled = (field: Pick<Field, 'kind' | 'recipientId' | 'readOnly'>): boolean =>
  field.kind === 'number' || field.recipientId === null || (field.readOnly === 1 && isText(field.kind))

const isText = (kind: FieldKind): boolean =>
  ['text', 'multiline', 'choice'].includes(PDF_KIND[kind]) && !['date-signed', 'attachment', 'calculation'].includes(kind)

/**
 * What each field of one document (in reading order) is called in its file. A signer's first signature field is their `S1_sig` itself;
 * further ones are pictures.
 */
export function nameFields(recipients: readonly Recipient[], fields: readonly Field[]): NamedField[] {
  const signers = signerNames(recipients)
  const counts = new Map<string, number>()
  const signed = new Set<string>()
  return fields.map((field) => {
    const signer = (field.recipientId && signers.get(field.recipientId)) || null
    const kind = pdfKindOf(field)
    if (!signer || isPrefilled(field)) return { field, name: null, signer, kind }
    if (kind === 'signature' && !signed.has(signer)) {
      signed.add(signer)
      return { field, name: `${signer}_sig`, signer, kind }
    }
    const number = (counts.get(signer) ?? 0) + 1
    counts.set(signer, number)
    return { field, name: `${signer}_f${number}`, signer, kind: kind === 'signature' ? 'picture' : kind }
  })
}
