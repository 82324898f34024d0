import { DAY, HOUR, type Instant, later, MINUTE } from '../base/instant.ts'
import type { DelayUnit } from '../db/database.ts'
import { type Calendar, nextDay } from '../setting/working-days.ts'
import { instantAt, localTime } from '../view/local-time.ts'

export const UNITS: readonly DelayUnit[] = ['minutes', 'hours', 'days', 'working-days']
/** The longest that a rule may wait, in each unit: about a year. */
export const LONGEST_WAIT: Readonly<Record<DelayUnit, number>> = { minutes: 527_040, hours: 8_784, days: 366, 'working-days': 261 }

const LENGTH: Readonly<Record<Exclude<DelayUnit, 'working-days'>, number>> = { minutes: MINUTE, hours: HOUR, days: DAY }

/** When a delay that begins at `at` ends. Working days are the house's, at the same time of day there. */
export function dueAfter(at: Instant, wait: number, unit: DelayUnit, calendar: Calendar): Instant {
  if (unit !== 'working-days') return later(at, wait * LENGTH[unit])
  if (wait === 0) return at
  const { day: today, time } = localTime(at, calendar.timeZone)
  let day = today
  // A calendar without any working day ends somewhere, too.
  for (let left = wait, tries = 0; left > 0 && tries < 3_000; tries++) {
    day = nextDay(day)
    if (calendar.isWorkingDay(day)) left--
  }
  return instantAt({ day, time }, calendar.timeZone) ?? later(at, wait * DAY)
}
