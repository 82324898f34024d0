import { DAY, HOUR, type Instant, MINUTE } from '../base/instant.ts'
import type { Language } from '../db/database.ts'

export interface Formats {
  readonly timeZone: string
  /** 23 November 2026 */
  date(at: Instant): string
  /** 23 Nov */
  day(at: Instant): string
  /** 14:02 */
  time(at: Instant): string
  /** 23 Nov 2026, 14:02 */
  dateTime(at: Instant): string
  /** 23 Nov 2026, 14:02 GMT+1: a time that binds somebody who may live elsewhere. */
  moment(at: Instant): string
  /** 23 Nov 2026, 14:02:31 GMT+1: for evidence, always with its zone. */
  exact(at: Instant): string
  /** in 3 days, 2 hours ago */
  relative(at: Instant, now: Instant): string
  number(value: number): string
  /** €1,234.56 from hundredths; without a currency the number alone. */
  amount(hundredths: number, currency: string): string
  /** 1.4 MB */
  bytes(count: number): string
  /** a, b and c */
  list(items: readonly string[]): string
  country(code: string): string
}

const LOCALE: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR' }
const made = new Map<string, Formats>()

export function formatsFor(language: Language, timeZone = 'UTC'): Formats {
  const key = `${language} ${timeZone}`
  let formats = made.get(key)
  if (!formats) made.set(key, (formats = make(LOCALE[language], timeZone)))
  return formats
}

export const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}

function make(locale: string, timeZone: string): Formats {
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone, ...options })
    return (at: Instant) => format.format(Date.parse(at))
  }
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const number = new Intl.NumberFormat(locale)
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  const regions = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' })
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  return {
    timeZone,
    date: dates({ day: 'numeric', month: 'long', year: 'numeric' }),
    day: dates({ day: 'numeric', month: 'short' }),
    time: dates({ hour: '2-digit', minute: '2-digit' }),
    dateTime: dates({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
    moment: dates({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }),
    exact: dates({
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    }),
    relative(at, now) {
      const difference = Date.parse(at) - Date.parse(now)
      const size = Math.abs(difference)
      if (size < HOUR) return relative.format(Math.round(difference / MINUTE), 'minute')
      if (size < DAY) return relative.format(Math.round(difference / HOUR), 'hour')
      return relative.format(Math.round(difference / DAY), 'day')
    },
    number: (value) => number.format(value),
    amount(hundredths, currency) {
      const style = /^[A-Z]{3}$/.test(currency) ? { style: 'currency' as const, currency } : { minimumFractionDigits: 2 }
      return new Intl.NumberFormat(locale, style).format(hundredths / 100)
    },
    bytes(count) {
      const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3))
      const value = count / 1_000 ** power
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: units[power]!,
        unitDisplay: power ? 'short' : 'long',
        maximumFractionDigits: value < 10 && power ? 1 : 0,
      }).format(value)
    },
    list: (items) => list.format(items),
    country: (code) => {
      try {
        return regions.of(code) ?? code
      } catch {
        return code
      }
    },
  }
}
