import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { CSV_START, csvLine } from '../base/csv.ts'
import type { Db } from '../db/open.ts'
import type { Contact } from './contacts.ts'
import type { Reader } from '../access/reach.ts'
import { visibleContacts } from './reach.ts'

export const EXPORTS = ['csv', 'vcard'] as const
export type ExportFormat = (typeof EXPORTS)[number]

const COLUMNS = ['lastName', 'firstName', 'email', 'phone', 'company', 'jobTitle', 'language', 'companyDetails', 'comment'] as const

/** Everything that the reader may see and take out, in one file, by name. An import reads it as it was. */
export function exportContacts(
  db: Db,
  act: UserAct,
  reader: Reader,
  format: ExportFormat,
  headings: Readonly<Record<(typeof COLUMNS)[number], string>>,
): Promise<string> {
  return db.transaction().execute(async (tx) => {
    const contacts = await visibleContacts(tx, reader, 'exchange')
      .selectAll('contact')
      .where('contact.id', 'in', visibleContacts(tx, reader, 'read').select('contact.id'))
      .orderBy('contact.nameKey')
      .orderBy('contact.id')
      .execute()
    await append(tx, act, { type: 'contact.exported', detail: { count: contacts.length, format } })
    return format === 'csv' ? tableOf(contacts, headings) : contacts.map(cardOf).join('')
  })
}

const tableOf = (contacts: readonly Contact[], headings: Readonly<Record<(typeof COLUMNS)[number], string>>): string =>
  CSV_START +
  csvLine(COLUMNS.map((column) => headings[column])) +
  contacts.map((contact) => csvLine(COLUMNS.map((column) => contact[column]))).join('')

/** RFC 6350. */
function cardOf(contact: Contact): string {
  const lines: [name: string, value: string][] = [
    ['BEGIN', 'VCARD'],
    ['VERSION', '4.0'],
    ['FN', escaped(`${contact.firstName} ${contact.lastName}`.trim())],
    ['N', `${escaped(contact.lastName)};${escaped(contact.firstName)};;;`],
  ]
  const given: [name: string, value: string][] = [
    ['EMAIL', escaped(contact.email ?? '')],
    ['TEL;VALUE=uri;TYPE=cell', contact.phone ? `tel:${contact.phone}` : ''],
    ['ORG', escaped(contact.company)],
    ['TITLE', escaped(contact.jobTitle)],
    ['LANG', contact.language ?? ''],
    ['ADR', contact.companyDetails ? `;;${escaped(contact.companyDetails)};;;;` : ''],
    ['NOTE', escaped(contact.comment)],
  ]
  lines.push(...given.filter(([, value]) => value), ['REV', contact.updatedAt.replace(/[-:]|\.\d+/g, '')], ['END', 'VCARD'])
  return lines.map(([name, value]) => folded(`${name}:${value}`)).join('')
}

/** §3.4 */
const escaped = (text: string): string => text.replace(/[\\,;]/g, '\\$&').replace(/\r\n|\n|\r/g, '\\n')

/** §3.2: at most 75 octets a line, never within a character. */
function folded(line: string): string {
  let text = ''
  let octets = 0
  for (const letter of line) {
    const size = Buffer.byteLength(letter)
    if (octets + size > 75) {
      text += '\r\n '
      octets = 1
    }
    text += letter
    octets += size
  }
  return `${text}\r\n`
}
