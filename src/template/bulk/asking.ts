import { CSV_START, csvLine } from '../../base/csv.ts'
import { folded } from '../../base/folded.ts'
import type { Language } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'
import { type Field, listDocuments, listFields, listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { isOpenRole } from '../../envelope/telling.ts'
import { LANGUAGES, words } from '../../view/words.ts'

export const PARTS = ['firstName', 'lastName', 'email', 'phone', 'language', 'company'] as const
export type Part = (typeof PARTS)[number]

/** What one column of the table may say: something of whoever fills a role, or what stands in the fields of one label. */
export type Ask =
  | { readonly key: string; readonly kind: 'person'; readonly role: Recipient; readonly part: Part }
  | { readonly key: string; readonly kind: 'value'; readonly label: string; readonly fields: readonly Field[] }

/** Which column (from 0) answers what; what is not in it is not answered. */
export type Mapping = Readonly<Record<string, number>>

/** Kinds that a sender may write beforehand. What a person is comes from the role; a mark and a box are the recipient's own. */
const WRITTEN = new Set<Field['kind']>(['text', 'multiline', 'date', 'job-title', 'company-details'])

/** Everything that a table for this version of a template can hold: role by role, then the fields that have a label. */
export async function asksOf(db: Db, versionEnvelopeId: string): Promise<Ask[]> {
  const roles = (await listRecipients(db, versionEnvelopeId)).filter(isOpenRole)
  const fields: Field[] = []
  for (const { id } of await listDocuments(db, versionEnvelopeId)) fields.push(...(await listFields(db, id)))
  const labelled = Map.groupBy(
    fields.filter(({ kind, label }) => label.trim() && WRITTEN.has(kind)),
    ({ label }) => label.trim(),
  )
  return [
    ...roles.flatMap((role) => PARTS.map((part): Ask => ({ key: `${role.id} ${part}`, kind: 'person', role, part }))),
    ...[...labelled].map(([label, some]): Ask => ({ key: `value ${label}`, kind: 'value', label, fields: some })),
  ]
}

/** As it is headed in the example, and named in the mapping. */
export const headingOf = (ask: Ask, language: Language): string =>
  ask.kind === 'value' ? ask.label : `${ask.role.roleName}: ${words(language).bulk.parts[ask.part]}`

/** A table with the right headings and one invented line, to be filled in by a spreadsheet. */
export function exampleOf(asks: readonly Ask[], language: Language): string {
  const { example } = words(language).bulk
  const cellOf = (ask: Ask): string =>
    ask.kind === 'value' ? (ask.fields[0]?.value ?? '') : ask.part === 'language' ? ask.role.language : example[ask.part]
  return CSV_START + csvLine(asks.map((ask) => headingOf(ask, language))) + csvLine(asks.map(cellOf))
}

const plain = (text: string): string =>
  folded(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** The columns whose headings say what is asked, in either language; where there is one role, also without its name. */
export function guessMapping(asks: readonly Ask[], columns: readonly string[]): Mapping {
  const headings = columns.map(plain)
  const roles = new Set(asks.flatMap((ask) => (ask.kind === 'person' ? [ask.role.id] : [])))
  const mapping: Record<string, number> = {}
  const taken = new Set<number>()
  const namesOf = (ask: Ask): string[] => [
    ...LANGUAGES.map((language) => headingOf(ask, language)),
    ...(ask.kind === 'person' && roles.size === 1 ? LANGUAGES.flatMap((language) => words(language).bulk.known[ask.part].split(',')) : []),
  ]
  for (const ask of asks)
    for (const name of namesOf(ask).map(plain)) {
      const at = headings.findIndex((heading, column) => heading === name && !taken.has(column))
      if (at < 0) continue
      mapping[ask.key] = at
      taken.add(at)
      break
    }
  return mapping
}
