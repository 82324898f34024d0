import { decoded, type Encoding, encodingOf } from '../base/text-decoding.ts'
import { readCsv, type Separator, separatorOf } from '../base/csv-reading.ts'
import { Refusal } from '../base/refusal.ts'
import type { Bytes } from '../base/bytes.ts'
import type { Db } from '../db/open.ts'
import { type Contact, type ContactDetails, DETAIL_NAMES } from './contacts.ts'
import { type Candidate, candidateOf, type Mistake, rawOfCard, rawOfCells, type ReadingRules } from './reading/candidate.ts'
import { type Columns, guessColumns, hasHeadings } from './reading/columns.ts'
import { readCards } from './reading/vcard.ts'
import type { Reader } from '../access/reach.ts'
import { visibleContacts } from './reach.ts'

export const MOST_ROWS = 10_000
export const MOST_BYTES = 5_000_000
export const MOST_COLUMNS = 60
/** What happens to somebody whose address or number is known already. */
export const KNOWN_ACTS = ['skip', 'update', 'add'] as const
export type KnownAct = (typeof KNOWN_ACTS)[number]

/** How a file is read; guessed first, then as the person says. */
export interface ImportChoices {
  readonly encoding: Encoding
  /** Of a table. */
  readonly separator: Separator
  readonly hasHeadings: boolean
  readonly columns: Columns
  /** ISO 3166-1: of numbers without a country's code. */
  readonly country: string
  readonly known: KnownAct
}

export interface PlannedLine {
  readonly line: number
  readonly does: 'add' | 'update' | 'skip' | 'mistake'
  readonly details: ContactDetails
  readonly mistakes: readonly Mistake[]
  /** Who has the address or number already: in the directory, or an earlier line of the file. */
  readonly known: { readonly id: string; readonly name: string } | null
}

export interface ImportPlan {
  readonly lines: readonly PlannedLine[]
  readonly counts: Readonly<Record<PlannedLine['does'], number>>
  /** Changes wherever what would be done changes. */
  readonly digest: string
}

export const formatOf = (text: string): 'csv' | 'vcard' => (/^\s*BEGIN[ \t]*:[ \t]*VCARD/i.test(text) ? 'vcard' : 'csv')

export function guessChoices(content: Bytes, country: string): ImportChoices & { readonly format: 'csv' | 'vcard' } {
  const encoding = encodingOf(content)
  const text = decoded(content, encoding)
  const format = formatOf(text)
  const rest = { encoding, country, known: 'skip' as const, format }
  if (format === 'vcard') return { ...rest, separator: ',', hasHeadings: false, columns: [] }
  const separator = separatorOf(text)
  return { ...rest, separator, ...columnsOf(text, separator) }
}

/** Of a table that is read with another separator or encoding. */
export function columnsOf(text: string, separator: Separator): Pick<ImportChoices, 'hasHeadings' | 'columns'> {
  const [first, ...rows] = readCsv(text, separator, MOST_ROWS + 1).slice(0, 50)
  if (!first) throw new Refusal('invalid', 'import.empty')
  return {
    hasHeadings: hasHeadings(first.cells),
    columns: guessColumns(
      first.cells,
      rows.map(({ cells }) => cells),
    ).slice(0, MOST_COLUMNS),
  }
}

export interface ColumnSample {
  readonly kind: Columns[number]
  /** Empty: the table has none. */
  readonly heading: string
  /** What stands in its first lines. */
  readonly cells: readonly string[]
}

/** The columns of a table as a person recognises them. */
export function samplesOf(content: Bytes, { encoding, separator, hasHeadings, columns }: ImportChoices): ColumnSample[] {
  const records = readCsv(decoded(content, encoding), separator, MOST_ROWS + 1).slice(0, 8)
  const rows = hasHeadings ? records.slice(1) : records
  return columns.map((kind, at) => ({
    kind,
    heading: (hasHeadings && records[0]?.cells[at]?.trim()) || '',
    cells: rows.flatMap(({ cells }) => cells[at]?.trim() || []).slice(0, 3),
  }))
}

/** What an import of the file would do to the directory as it is now. Reads alone. */
export async function planImport(
  db: Db,
  reader: Reader,
  file: { readonly content: Bytes; readonly format: 'csv' | 'vcard' },
  choices: ImportChoices,
  rules: Omit<ReadingRules, 'country'>,
): Promise<ImportPlan> {
  const candidates = readFile(file, choices, { ...rules, country: choices.country })
  if (!candidates.length) throw new Refusal('invalid', file.format === 'csv' ? 'import.empty' : 'import.no-card')
  const contacts = await visibleContacts(db, reader, 'read').selectAll('contact').orderBy('contact.updatedAt').execute()
  const editable = new Set((await visibleContacts(db, reader, 'edit').select('contact.id').execute()).map(({ id }) => id))
  const known = new Map<string, Known>()
  for (const contact of contacts) remember(known, contact, { id: contact.id, contact, mayEdit: editable.has(contact.id) })
  const lines = candidates.map((candidate) => plannedOf(candidate, choices.known, known))
  const counts = { add: 0, update: 0, skip: 0, mistake: 0 }
  for (const { does } of lines) counts[does]++
  return { lines, counts, digest: digestOf(lines) }
}

interface Known {
  readonly id: string
  readonly contact: ContactDetails & Partial<Contact>
  readonly mayEdit: boolean
}

function readFile(
  { content, format }: { content: Bytes; format: 'csv' | 'vcard' },
  choices: ImportChoices,
  rules: ReadingRules,
): Candidate[] {
  const text = decoded(content, choices.encoding)
  if (format === 'vcard') {
    const cards = readCards(text)
    if (cards.length > MOST_ROWS) throw new Refusal('too_large', 'csv.too-many', { most: MOST_ROWS })
    return cards.map((card) => candidateOf(rawOfCard(card), rules))
  }
  const records = readCsv(text, choices.separator, MOST_ROWS + Number(choices.hasHeadings))
  const rows = choices.hasHeadings ? records.slice(1) : records
  return rows.map(({ line, cells }) => candidateOf(rawOfCells(line, cells, choices.columns), rules))
}

function plannedOf({ line, details, errors }: Candidate, known: KnownAct, all: Map<string, Known>): PlannedLine {
  const base = { line, details, mistakes: errors }
  if (errors.length) return { ...base, does: 'mistake', known: null }
  const found = keysOf(details)
    .map((key) => all.get(key))
    .find((one) => one !== undefined)
  if (!found || known === 'add') {
    remember(all, details, { id: `line ${line}`, contact: details, mayEdit: true })
    return { ...base, does: 'add', known: found ? shown(found) : null }
  }
  const next = brought(found.contact, details)
  const does = known === 'skip' || !found.mayEdit || isSame(found.contact, next) ? 'skip' : 'update'
  if (does === 'update') remember(all, next, { ...found, contact: { ...found.contact, ...next } })
  return { ...base, details: does === 'update' ? next : details, does, known: shown(found) }
}

const keysOf = ({ email, phone }: ContactDetails): string[] => [...(email ? [email.toLowerCase()] : []), ...(phone ? [phone] : [])]

function remember(all: Map<string, Known>, details: ContactDetails, known: Known): void {
  for (const key of keysOf(details)) all.set(key, known)
}

const shown = ({ id, contact }: Known) => ({ id, name: `${contact.firstName} ${contact.lastName}`.trim() })

/** What stands in the file replaces what was there; what does not stand there stays. */
function brought(before: ContactDetails, after: ContactDetails): ContactDetails {
  const next: Record<string, unknown> = {}
  for (const name of DETAIL_NAMES) next[name] = after[name] || before[name]
  if (before.comment && after.comment && before.comment !== after.comment)
    next['comment'] = before.comment.includes(after.comment) ? before.comment : `${before.comment}\n${after.comment}`.slice(0, 1_000)
  return next as unknown as ContactDetails
}

const isSame = (one: ContactDetails, other: ContactDetails): boolean => DETAIL_NAMES.every((name) => one[name] === other[name])

const digestOf = (lines: readonly PlannedLine[]): string =>
  new Bun.CryptoHasher('sha256')
    .update(JSON.stringify(lines.map(({ line, does, details, known }) => [line, does, details, known])))
    .digest('hex')
