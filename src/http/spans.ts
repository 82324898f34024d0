import type { Instant } from '../base/instant.ts'
import type { Span } from '../envelope/overview.ts'
import { instantAt, localTime } from '../view/local-time.ts'

const shifted = (day: string, days: number): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10)
}
const midnight = (day: string, timeZone: string, otherwise: Instant): Instant => instantAt({ day, time: '00:00' }, timeZone) ?? otherwise

/** The weeks up to this one, from Monday to Monday in the time of the house, the oldest first. */
export function lastWeeks(at: Instant, timeZone: string, count: number): Span[] {
  const { day } = localTime(at, timeZone)
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return Array.from({ length: count }, (_, nth) => {
    const monday = shifted(day, -weekday - 7 * (count - 1 - nth))
    return { from: midnight(monday, timeZone, at), to: midnight(shifted(monday, 7), timeZone, at) }
  })
}

/** The month up to now and beyond. */
export function thisMonth(at: Instant, timeZone: string): Span {
  const [year = '', month = ''] = localTime(at, timeZone).day.split('-')
  const next = new Date(Date.UTC(Number(year), Number(month), 1)).toISOString().slice(0, 10)
  return { from: midnight(`${year}-${month}-01`, timeZone, at), to: midnight(next, timeZone, at) }
}
