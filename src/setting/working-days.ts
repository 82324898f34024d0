import { DAY } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { readSetting, type Settings } from './setting.ts'

/** A public holiday of France, by name. */
export const FRENCH_HOLIDAYS = [
  'new-year',
  'easter-monday',
  'labour-day',
  'victory-day',
  'ascension',
  'whit-monday',
  'national-day',
  'assumption',
  'all-saints',
  'armistice',
  'christmas',
] as const
export type FrenchHoliday = (typeof FRENCH_HOLIDAYS)[number]

const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10)
const plus = (day: string, days: number): string => dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY)

/** The day after `day`, as 2026-11-24. */
export const nextDay = (day: string): string => plus(day, 1)

/** Easter Sunday of a Gregorian year (Meeus, Astronomical Algorithms, chapter 8), as 2026-04-05. */
export function easterOf(year: number): string {
  const a = year % 19
  const [b, c] = [Math.floor(year / 100), year % 100]
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return `${String(year).padStart(4, '0')}-${String(Math.floor(n / 31)).padStart(2, '0')}-${String((n % 31) + 1).padStart(2, '0')}`
}

/** The eleven of a year in all of France (Code du travail, article L3133-1), in their order. */
export function frenchHolidays(year: number): { readonly name: FrenchHoliday; readonly day: string }[] {
  const easter = easterOf(year)
  const days: Readonly<Record<FrenchHoliday, string>> = {
    'new-year': `${year}-01-01`,
    'easter-monday': plus(easter, 1),
    'labour-day': `${year}-05-01`,
    'victory-day': `${year}-05-08`,
    ascension: plus(easter, 39),
    'whit-monday': plus(easter, 50),
    'national-day': `${year}-07-14`,
    assumption: `${year}-08-15`,
    'all-saints': `${year}-11-01`,
    armistice: `${year}-11-11`,
    christmas: `${year}-12-25`,
  }
  return FRENCH_HOLIDAYS.map((name) => ({ name, day: days[name] })).toSorted((a, b) => (a.day < b.day ? -1 : 1))
}

/** On which days, and in which time zone, people of the house and of its partners are at work. */
export interface Calendar {
  readonly timeZone: string
  isWorkingDay(day: string): boolean
}

export function calendarOf({ french, own }: Settings['holidays'], timeZone: string): Calendar {
  const named = new Set(own.map(({ day }) => day))
  return {
    timeZone,
    isWorkingDay(day) {
      const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
      if (weekday === 0 || weekday === 6 || named.has(day)) return false
      return !french || !frenchHolidays(Number(day.slice(0, 4))).some((holiday) => holiday.day === day)
    },
  }
}

export const readCalendar = async (db: Db): Promise<Calendar> =>
  calendarOf(await readSetting(db, 'holidays'), (await readSetting(db, 'installation')).timeZone)
