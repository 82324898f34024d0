import { readEmailAddress } from '../../base/email-address.ts'
import { readNationalNumber } from '../../base/phone-number.ts'
import type { RefusalParams } from '../../base/refusal.ts'
import type { Language } from '../../db/database.ts'
import type { ContactDetails } from '../contacts.ts'
import type { ColumnKind, Columns } from './columns.ts'
import type { Card } from './vcard.ts'

/** One line of a file, as somebody wrote it. */
export interface Raw {
  readonly line: number
  readonly values: Readonly<Record<ColumnKind, readonly string[]>>
}

/** A line of a file as a contact, or what is wrong with it. */
export interface Candidate {
  readonly line: number
  readonly details: ContactDetails
  readonly errors: readonly Mistake[]
}
export interface Mistake {
  readonly reason: string
  readonly params: RefusalParams
}

export interface ReadingRules {
  /** ISO 3166-1: of numbers without a country's code. */
  readonly country: string
  /** The characters of a text that no typeface has. */
  readonly undrawable: (text: string) => readonly string[]
}

const LONGEST: Readonly<Record<'lastName' | 'firstName' | 'company' | 'jobTitle' | 'comment' | 'companyDetails', number>> = {
  lastName: 80,
  firstName: 80,
  company: 160,
  jobTitle: 120,
  comment: 1_000,
  companyDetails: 1_000,
}

const NOTHING: Raw['values'] = {
  lastName: [],
  firstName: [],
  fullName: [],
  email: [],
  phone: [],
  company: [],
  jobTitle: [],
  language: [],
  companyDetails: [],
  comment: [],
}

export function rawOfCells(line: number, cells: readonly string[], columns: Columns): Raw {
  const values: Record<ColumnKind, string[]> = structuredClone(NOTHING) as Record<ColumnKind, string[]>
  for (const [at, kind] of columns.entries()) if (kind && cells[at]?.trim()) values[kind].push(cells[at].trim())
  return { line, values }
}

export const rawOfCard = (card: Card): Raw => ({
  line: card.line,
  values: {
    lastName: [card.lastName],
    firstName: [card.firstName],
    fullName: [card.fullName],
    email: card.emails,
    phone: card.phones,
    company: [card.company],
    jobTitle: [card.jobTitle],
    language: [card.language],
    companyDetails: [card.address],
    comment: [card.note],
  },
})

/** Several addresses and numbers: the first that is one is the contact's, the others stand in the comment. */
export function candidateOf({ line, values }: Raw, rules: ReadingRules): Candidate {
  const errors: Mistake[] = []
  const wrong = (reason: string, params: RefusalParams = {}): void => void errors.push({ reason, params })
  const one = (kind: ColumnKind): string => oneLine(values[kind].find((value) => value.trim()) ?? '')
  const emails = reachable(values.email, readEmailAddress)
  const phones = reachable(values.phone, (typed) => readNationalNumber(typed, rules.country))
  for (const value of emails.unread) wrong('import.email-invalid', { value: cut(value) })
  for (const value of phones.unread) wrong('import.phone-invalid', { value: cut(value) })
  const written = { lastName: one('lastName'), firstName: one('firstName') }
  const { lastName, firstName } = written.lastName || written.firstName ? written : namesOf(values.fullName[0] ?? '')
  const company = one('company')
  const details: ContactDetails = {
    // Somebody without a last name is called by what there is.
    firstName: lastName ? firstName : '',
    lastName: lastName || firstName || company,
    email: emails.read[0] ?? null,
    phone: phones.read[0] ?? null,
    company,
    jobTitle: one('jobTitle'),
    language: languageOf(values.language[0] ?? ''),
    comment: several([...values.comment, ...emails.read.slice(1), ...phones.read.slice(1)]),
    companyDetails: several(values.companyDetails),
  }
  for (const kind of ['firstName', 'lastName', 'company', 'jobTitle'] as const) {
    const strange = kind === 'company' && details.lastName === company ? [] : rules.undrawable(details[kind])
    if (strange.length) wrong('import.undrawable', { value: cut(details[kind]), characters: strange.join(' ') })
  }
  if (!details.lastName) wrong('import.name-missing')
  if (!details.email && !details.phone && !emails.unread.length && !phones.unread.length) wrong('import.unreachable')
  for (const [kind, most] of Object.entries(LONGEST) as [keyof typeof LONGEST, number][])
    if (details[kind].length > most) wrong('import.too-long', { value: `${details[kind].slice(0, 30)}…`, most })
  return { line, details, errors }
}

function reachable(typed: readonly string[], read: (text: string) => string | null): { read: string[]; unread: string[] } {
  const known = new Set<string>()
  const unread: string[] = []
  for (const text of typed.filter((value) => value.trim())) {
    const value = read(text)
    if (value) known.add(value)
    else unread.push(text)
  }
  return { read: [...known], unread }
}

/** The last word is the last name, unless words in capitals say otherwise: "DUPONT Marie". */
function namesOf(full: string): { firstName: string; lastName: string } {
  const text = oneLine(full)
  const [before, behind] = text.split(/\s*,\s*/)
  if (before && behind) return { lastName: before, firstName: behind }
  const words = text.split(' ')
  const isCapital = (word: string): boolean => word.length > 1 && word === word.toUpperCase() && word !== word.toLowerCase()
  const capitals = words.filter(isCapital)
  if (capitals.length && capitals.length < words.length)
    return { lastName: capitals.join(' '), firstName: words.filter((word) => !isCapital(word)).join(' ') }
  return { lastName: words.at(-1) ?? '', firstName: words.slice(0, -1).join(' ') }
}

function languageOf(text: string): Language | null {
  const start = text.trim().slice(0, 2).toLowerCase()
  if (start === 'fr') return 'fr'
  return start === 'en' || start === 'an' ? 'en' : null
}

const UNSEEN = /[\p{Cc}\u200b\u2028-\u202e\u2060-\u2069\ufeff]/gu
const oneLine = (text: string): string => text.toWellFormed().normalize('NFC').replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim()

const several = (texts: readonly string[]): string =>
  texts
    .map((text) =>
      text
        .toWellFormed()
        .normalize('NFC')
        .replaceAll('\r\n', '\n')
        .replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, '')
        .trim(),
    )
    .filter(Boolean)
    .join('\n')

const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)
