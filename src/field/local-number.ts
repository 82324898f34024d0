import { type Decimal, readDecimal } from './decimal.ts'

export const localeOf = (language: string): string => (language === 'en' ? 'en-GB' : language)

interface Marks {
  readonly decimal: string
  readonly group: string
}
const known = new Map<string, Marks>()
const marksOf = (language: string): Marks => {
  let marks = known.get(language)
  if (!marks) {
    const parts = new Intl.NumberFormat(localeOf(language)).formatToParts(1_234_567.8)
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
    known.set(language, (marks = { decimal: part('decimal') || '.', group: part('group') }))
  }
  return marks
}

/**
 * `1 234,50` and `1,234.50` alike. Of two kinds of marks the last is the decimal one; a single comma with three digits behind it is what it
 * is in the reader's language; a single full stop is always a decimal mark, as the number pad writes it. Null: no number, or groups that are none.
 */
export function readLocal(typed: string, language: string): Decimal | null {
  const [, sign, text] = /^([-−+]?)\s*(\d[\d\s.,'’]*)$/u.exec(typed.trim()) ?? []
  if (!text) return null
  const mark = decimalMark(text.trim(), language)
  if (mark === null) return null
  const [whole = '', fraction = '', ...more] = mark ? text.trim().split(mark) : [text.trim()]
  if (more.length || !/^\d*$/.test(fraction) || !/^\d+$|^\d{1,3}(?:([\s.,'’])\d{3})(?:\1\d{3})*$/u.test(whole)) return null
  const digits = whole.replace(/\D/g, '')
  if (digits.length > 40 || fraction.length > 40) return null
  return readDecimal(`${sign === '-' || sign === '−' ? '-' : ''}${digits}${fraction ? `.${fraction}` : ''}`)
}

/** Empty: there is none. Null: it cannot be told. */
function decimalMark(text: string, language: string): string | null {
  const [stops, commas] = ['.', ','].map((mark) => text.split(mark).length - 1) as [number, number]
  if (stops && commas) {
    const [last, count] = text.lastIndexOf('.') > text.lastIndexOf(',') ? (['.', stops] as const) : ([',', commas] as const)
    return count === 1 ? last : null
  }
  if (stops === 1) return '.'
  if (commas !== 1) return ''
  return marksOf(language).decimal === ',' || !/^\d{1,3},\d{3}$/.test(text) ? ',' : ''
}

/** `1234.5` with the marks of a language, and at least so many places. */
export function showLocal(value: string, language: string, places = 0): string {
  const { decimal, group } = marksOf(language)
  const [, sign = '', whole = value, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value) ?? []
  const shown = fraction.padEnd(places, '0')
  // No typeface lacks the wider of the two blanks that do not break.
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group === '\u202f' ? '\u00a0' : group)
  return `${sign}${grouped}${shown ? decimal + shown : ''}`
}

export const currencyDecimals = (currency: string): number => currencyFormat(currency, 'en')?.resolvedOptions().maximumFractionDigits ?? 2

/** `€1,234.50`, `1 234,50 €`: before or behind, as the language has it. */
export function withCurrency(number: string, currency: string, language: string): string {
  const parts = currencyFormat(currency, language)?.formatToParts(1) ?? []
  const sign = parts.find(({ type }) => type === 'currency')?.value ?? currency
  const isBefore = parts.findIndex(({ type }) => type === 'currency') < parts.findIndex(({ type }) => type === 'integer')
  if (!isBefore) return `${number}\u00a0${sign}`
  const [minus, size] = number.startsWith('-') ? ['-', number.slice(1)] : ['', number]
  return `${minus}${sign}${/\p{L}$/u.test(sign) ? '\u00a0' : ''}${size}`
}

function currencyFormat(currency: string, language: string): Intl.NumberFormat | null {
  try {
    return new Intl.NumberFormat(localeOf(language), { style: 'currency', currency })
  } catch {
    return null
  }
}
