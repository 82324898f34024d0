import { DAY, type Instant, later } from '../base/instant.ts'
import { type Calendar, nextDay } from '../setting/working-days.ts'
import { instantAt, localTime } from '../view/local-time.ts'
import type { Reminders } from './drafting.ts'

/** Nobody is written to by ourselves at another time of the day: what is known of where they live is the zone of the house. */
const FROM = '08:00'
const UNTIL = '19:00'
/** The longest row of days without work that is looked over. */
const MOST_DAYS_OFF = 60

/** The first moment from `at` on in which a message may arrive that nobody has just asked for: by day, and on a working day where that is asked. */
export function civilMoment(at: Instant, calendar: Calendar, onWorkingDays: boolean): Instant {
  const { day: today, time } = localTime(at, calendar.timeZone)
  const fits = (day: string): boolean => !onWorkingDays || calendar.isWorkingDay(day)
  if (fits(today) && time >= FROM && time < UNTIL) return at
  let day = time < FROM ? today : nextDay(today)
  for (let off = 0; !fits(day) && off < MOST_DAYS_OFF; off++) day = nextDay(day)
  return instantAt({ day, time: FROM }, calendar.timeZone) ?? at
}

/** The last such moment up to `at`, on whatever day. */
export function civilMomentBefore(at: Instant, { timeZone }: Calendar): Instant {
  const { day, time } = localTime(at, timeZone)
  if (time >= FROM && time < UNTIL) return at
  const evening = time < FROM ? localTime(later(at, -DAY), timeZone).day : day
  return instantAt({ day: evening, time: '18:00' }, timeZone) ?? at
}

export interface Asked {
  /** When they got the link that works. */
  readonly since: Instant
  /** How often they were reminded. */
  readonly count: number
  /** When something was last written to them about it by itself or by the sender's button; null: never. */
  readonly last: Instant | null
  /** When they were to be reminded, as noted before. */
  readonly noted?: Instant | null
}

/** When somebody is reminded next by themselves; null: not at all any more. A moment that lies ahead of the clock counts as now. */
export function nextReminder(
  at: Instant,
  { firstAfterDays, everyDays, most, workingDays = false }: Reminders,
  { since, count, last, noted = null }: Asked,
  calendar: Calendar,
): Instant | null {
  if (!most || count >= most) return null
  // Written while the clock was ahead: what was noted since it is back counts.
  if ((last ?? since) > at && noted !== null && noted <= at) return noted
  const known = (moment: Instant): Instant => (moment > at ? at : moment)
  const due = last ? later(known(last), everyDays * DAY) : later(known(since), firstAfterDays * DAY)
  return civilMoment(due, calendar, workingDays)
}
