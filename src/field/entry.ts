import { readDay } from '../base/day.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { readIban, shownIban } from '../base/iban.ts'
import { readPhoneNumber } from '../base/phone-number.ts'
import type { RefusalParams } from '../base/refusal.ts'
import { compare, type Decimal, MOST_WHOLE_DIGITS, readDecimal, wholeDigits, writeDecimal } from './decimal.ts'
import { currencyDecimals, localeOf, readLocal, showLocal, withCurrency } from './local-number.ts'
import { newPurse, patternIn, type Purse, PurseEmpty } from './pattern.ts'
import type { Format, Rules } from './rules.ts'

/** Why an entry is not taken: a reason of the refusals and what its sentence names. */
export interface EntryFault {
  readonly reason: string
  readonly params: RefusalParams
}
export type Entry = { readonly value: string } | EntryFault
export const isFault = (entry: Entry): entry is EntryFault => 'reason' in entry

/** The format by which a field's text is read: its own, or that of its kind. */
export function formatOf({ kind, rules }: { readonly kind: string; readonly rules: Rules }): Format | null {
  const { format, source } = rules
  if (kind === 'date') return format?.type === 'date' ? format : { type: 'date' }
  if (kind === 'email' || kind === 'phone') return { type: kind }
  if (kind === 'contact') return source === 'email' || source === 'phone' ? { type: source } : null
  if (kind === 'calculation') return format?.type === 'amount' || format?.type === 'number' ? format : { type: 'number', decimals: 2 }
  return kind === 'text' ? (format ?? null) : null
}

export const isNumeric = (format: Format | null): format is Extract<Format, { decimals: number } | { currency: string }> =>
  format?.type === 'number' || format?.type === 'amount'

const wrong = (reason: string, params: RefusalParams = {}): EntryFault => ({ reason, params })
const taken = (value: string | null, reason: string): Entry => (value === null ? wrong(reason) : { value })

/** What was typed, in the form in which it is stored; or why not. Not asked about nothing. */
export function readEntry(format: Format, typed: string, language: string, purse: Purse = newPurse()): Entry {
  switch (format.type) {
    case 'number':
    case 'amount':
      return readNumber(format, typed, language)
    case 'date':
      return readDate(format, typed, language)
    case 'iban':
      return taken(readIban(typed), 'entry.iban')
    case 'email':
      return taken(readEmailAddress(typed), 'entry.email')
    case 'phone':
      return taken(readPhoneNumber(typed), 'entry.phone')
    case 'pattern': {
      const fits = fitsWithin(purse, format.pattern, typed)
      if (fits === null) return wrong('entry.patterns-long')
      if (fits) return { value: typed }
      return format.sentence ? wrong('entry.own', { sentence: format.sentence }) : wrong('entry.pattern')
    }
  }
}

/** Null: the purse is empty. */
function fitsWithin(purse: Purse, pattern: string, typed: string): boolean | null {
  try {
    return patternIn(purse, pattern).matches(typed, purse)
  } catch (error) {
    if (error instanceof PurseEmpty) return null
    throw error
  }
}

type NumberFormat = Extract<Format, { type: 'number' | 'amount' }>
export const decimalsOf = (format: NumberFormat): number => (format.type === 'number' ? format.decimals : currencyDecimals(format.currency))

function readNumber(format: NumberFormat, typed: string, language: string): Entry {
  const value = readLocal(format.type === 'amount' ? withoutCurrency(typed, format.currency, language) : typed, language)
  if (!value) return wrong(format.type === 'amount' ? 'entry.amount' : 'entry.number', { example: showLocal('1234.5', language, 2) })
  if (decimalPlaces(value) > decimalsOf(format))
    return decimalsOf(format) ? wrong('entry.decimals', { most: decimalsOf(format) }) : wrong('entry.whole')
  return withinLimits(format, value, language) ?? { value: storedNumber(format, value) }
}

/** An amount has all its places; a number those that it needs. */
export const storedNumber = (format: NumberFormat, value: Decimal): string =>
  writeDecimal(value, format.type === 'amount' ? decimalsOf(format) : 0)

/** Null: it may be so. */
export function withinLimits(format: NumberFormat, value: Decimal, language: string): EntryFault | null {
  if (wholeDigits(value) > MOST_WHOLE_DIGITS) return wrong('entry.number-long', { most: MOST_WHOLE_DIGITS })
  const { min, max } = format
  const [least, most] = [min, max].map((limit) => (limit === undefined ? null : readDecimal(limit)))
  if (least && compare(value, least) < 0) return wrong('entry.too-small', { least: showEntry(format, min!, language) })
  if (most && compare(value, most) > 0) return wrong('entry.too-large', { most: showEntry(format, max!, language) })
  return null
}

const decimalPlaces = (value: Decimal): number => writeDecimal(value).split('.')[1]?.length ?? 0

/** The sign or the code, before or behind. */
function withoutCurrency(typed: string, currency: string, language: string): string {
  const text = typed.trim()
  for (const name of [currency, withCurrency('', currency, language).trim(), currency === 'EUR' ? '€' : currency]) {
    if (text.toUpperCase().startsWith(name.toUpperCase())) return text.slice(name.length)
    if (text.toUpperCase().endsWith(name.toUpperCase())) return text.slice(0, -name.length)
  }
  return text
}

function readDate({ min, max }: Extract<Format, { type: 'date' }>, typed: string, language: string): Entry {
  const day = readDay(typed)
  if (!day) return wrong('entry.date')
  if (min && day < min) return wrong('entry.too-early', { least: showDay(min, language) })
  if (max && day > max) return wrong('entry.too-late', { most: showDay(max, language) })
  return { value: day }
}

/** A stored value as a reader of that language reads it. */
export function showEntry(format: Format | null, value: string, language: string): string {
  if (!value) return ''
  switch (format?.type) {
    case 'number':
      return showLocal(value, language)
    case 'amount':
      return withCurrency(showLocal(value, language, decimalsOf(format)), format.currency, language)
    case 'iban':
      return shownIban(value)
    case 'date':
      return showDay(value, language)
    default:
      return value
  }
}

/** As it stands in the control in which it was typed: a day for the browser's own, a number without its currency. */
export const typedEntry = (format: Format | null, value: string, language: string): string =>
  !value || format?.type === 'date'
    ? value
    : isNumeric(format)
      ? showLocal(value, language, format.type === 'amount' ? decimalsOf(format) : 0)
      : showEntry(format, value, language)

const showDay = (day: string, language: string): string =>
  readDay(day)
    ? new Intl.DateTimeFormat(localeOf(language), { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' }).format(
        Date.parse(`${day}T00:00:00Z`),
      )
    : day
