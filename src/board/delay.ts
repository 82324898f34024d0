import { DAY, HOUR, type Instant, instant, later, MINUTE } from '../base/instant.ts'
import type { DelayUnit } from '../db/database.ts'

export const UNITS: readonly DelayUnit[] = ['minutes', 'hours', 'days', 'working-days']
/** The longest that a rule may wait, in each unit: about a year. */
export const LONGEST_WAIT: Readonly<Record<DelayUnit, number>> = { minutes: 527_040, hours: 8_784, days: 366, 'working-days': 261 }

const LENGTH: Readonly<Record<Exclude<DelayUnit, 'working-days'>, number>> = { minutes: MINUTE, hours: HOUR, days: DAY }

/** When a delay that begins at `at` ends. Working days are Monday to Friday where the company is; the time of day stays, in UTC. */
export function dueAfter(at: Instant, wait: number, unit: DelayUnit, timeZone: string): Instant {
  if (unit !== 'working-days') return later(at, wait * LENGTH[unit])
  const weekday = new Intl.DateTimeFormat('en', { timeZone, weekday: 'short' })
  let due = Date.parse(at)
  for (let left = wait; left > 0;) {
    due += DAY
    if (!/^S/.test(weekday.format(due))) left--
  }
  return instant(due)
}
