import type { FieldKind, Language, RecipientSide } from '../db/database.ts'

/** The contract that an empty installation offers, to try the whole job in five minutes. In `static/sample`. */
export const SAMPLE_FILES: Readonly<Record<Language, { file: string; title: string }>> = {
  en: { file: 'contract.en.pdf', title: 'Consulting agreement' },
  fr: { file: 'contract.fr.pdf', title: 'Contrat de prestation de conseil' },
}

/** Where its signatures go: page from 0, points from the top left. Both languages are laid out alike. */
export interface SampleField {
  readonly kind: FieldKind
  readonly side: RecipientSide
  readonly page: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const column = (side: RecipientSide, x: number): SampleField[] => [
  { kind: 'full-name', side, page: 1, x: x + 44, y: 411, width: 165, height: 17 },
  { kind: 'job-title', side, page: 1, x: x + 44, y: 436.5, width: 165, height: 17 },
  { kind: 'date-signed', side, page: 1, x: x + 44, y: 462, width: 165, height: 17 },
  { kind: 'signature', side, page: 1, x, y: 502, width: 200, height: 62 },
]

export const SAMPLE_FIELDS: readonly SampleField[] = [
  ...column('company', 68.25),
  { kind: 'stamp', side: 'company', page: 1, x: 68.25, y: 586, width: 130, height: 64 },
  { kind: 'checkbox', side: 'other', page: 1, x: 68.25, y: 333, width: 12, height: 12 },
  ...column('other', 318),
]
