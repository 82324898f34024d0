import type { Reader } from '../../access/reach.ts'
import { readDay } from '../../base/day.ts'
import { readEmailAddress } from '../../base/email-address.ts'
import { folded } from '../../base/folded.ts'
import { readPhoneNumber } from '../../base/phone-number.ts'
import { Refusal, type RefusalParams } from '../../base/refusal.ts'
import type { Language } from '../../db/database.ts'
import type { Db } from '../../db/open.ts'
import { entitled } from '../../envelope/entitlement.ts'
import type { Field, Recipient } from '../../envelope/envelope.ts'
import { isOpenRole } from '../../envelope/telling.ts'
import { fontSet } from '../../sandbox/fonts.ts'
import { filledRole, type RoleFiller } from '../filling.ts'
import type { Ask, Mapping, Part } from './asking.ts'

export interface RowProblem {
  readonly reason: string
  readonly params: RefusalParams
}

/** What one line of the table says, once it is read. */
export interface ReadRow {
  readonly people: readonly { readonly role: Recipient; readonly person: RoleFiller }[]
  readonly values: readonly { readonly field: Field; readonly value: string }[]
  readonly problems: readonly RowProblem[]
}

const LONGEST = 2_000
const LONGEST_NAME = 80

const LANGUAGE_WORDS: Readonly<Record<string, Language>> = {
  en: 'en',
  english: 'en',
  anglais: 'en',
  fr: 'fr',
  french: 'fr',
  francais: 'fr',
}

const cleaned = (text: string | undefined): string =>
  (text ?? '')
    .toWellFormed()
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n]|[\u200b\u2028-\u202e\u2060-\u2069\ufeff]/gu, ' ')
    .trim()

/** Reads one line by the mapping; every problem of it, not the first alone. Asks no database. */
export function readRow(asks: readonly Ask[], mapping: Mapping, cells: readonly string[]): ReadRow {
  const problems: RowProblem[] = []
  const cellOf = (key: string): string => (mapping[key] === undefined ? '' : cleaned(cells[mapping[key]]))
  const roles = [...new Map(asks.flatMap((ask) => (ask.kind === 'person' ? [[ask.role.id, ask.role] as const] : []))).values()]
  const people = roles.map((role) => ({ role, person: personIn(role, (part) => cellOf(`${role.id} ${part}`), problems) }))
  const values: { field: Field; value: string }[] = []
  for (const ask of asks) {
    if (ask.kind !== 'value' || mapping[ask.key] === undefined) continue
    const text = cellOf(ask.key)
    // An empty cell leaves what the template says.
    if (!text) continue
    for (const field of ask.fields) {
      const value = valueFor(field, text, problems)
      if (value !== null) values.push({ field, value })
    }
  }
  return { people, values, problems: unique(problems) }
}

function personIn(role: Recipient, cell: (part: Part) => string, problems: RowProblem[]): RoleFiller {
  const name = role.roleName ?? ''
  const found = (reason: string, params: RefusalParams = {}): void => void problems.push({ reason, params: { role: name, ...params } })
  const line = (part: Part, longest: number): string => {
    const text = cell(part).replace(/\s+/g, ' ')
    if (text.length > longest) problems.push({ reason: 'bulk.value-too-long', params: { field: name } })
    const strange = fontSet().undrawable('text', text)
    if (strange.length) problems.push({ reason: 'bulk.value-undrawable', params: { field: name, text } })
    return text
  }
  const [firstName, lastName, company] = [line('firstName', LONGEST_NAME), line('lastName', LONGEST_NAME), line('company', 160)]
  if (!firstName && !lastName) found('bulk.name-missing')
  const [email, phone, spoken] = [cell('email'), cell('phone'), folded(cell('language'))]
  const [readEmail, readPhone] = [email ? readEmailAddress(email) : null, phone ? readPhoneNumber(phone) : null]
  if (email && !readEmail) found('bulk.email-invalid', { text: email.slice(0, 100) })
  if (phone && !readPhone) found('bulk.phone-invalid', { text: phone.slice(0, 100) })
  const reach = role.channel === 'sms' ? phone : email
  if (!reach) found('bulk.address-missing', { channel: role.channel === 'sms' ? 'SMS' : 'e-mail' })
  const language = spoken ? LANGUAGE_WORDS[spoken] : role.language
  if (!language) found('bulk.language-unknown', { text: cell('language').slice(0, 40) })
  return { firstName, lastName, company, email: readEmail, phone: readPhone, language: language ?? role.language }
}

function valueFor(field: Field, text: string, problems: RowProblem[]): string | null {
  const found = (reason: string): null => {
    problems.push({ reason, params: { field: field.label, text: text.slice(0, 100) } })
    return null
  }
  if (text.length > LONGEST) return found('bulk.value-too-long')
  if (field.kind === 'date') return readDay(text) ?? found('bulk.value-invalid')
  if (fontSet().undrawable('text', text).length) return found('bulk.value-undrawable')
  return field.kind === 'multiline' || field.kind === 'company-details' ? text : text.replace(/\s+/g, ' ')
}

/** Whether each may be what the row makes them: the rule of whoever names somebody by hand. */
export async function rightProblems(db: Db, owner: Reader, row: ReadRow): Promise<RowProblem[]> {
  const problems: RowProblem[] = []
  for (const { role, person } of row.people) {
    if (role.side !== 'company' || !isOpenRole(role)) continue
    try {
      await entitled(db, owner, filledRole(role, person))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.push({ reason: error.reason, params: error.params })
    }
  }
  return problems
}

const unique = (problems: readonly RowProblem[]): RowProblem[] => [...new Map(problems.map((one) => [JSON.stringify(one), one])).values()]
