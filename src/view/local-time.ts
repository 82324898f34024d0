import { instant, type Instant } from '../base/instant.ts'

/** A day and a time as a form has them, in the zone of the house. */
export interface LocalTime {
  /** 2026-11-23 */
  readonly day: string
  /** 14:02 */
  readonly time: string
}

const wall = (milliseconds: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(milliseconds)

export function localTime(at: Instant, timeZone: string): LocalTime {
  const [day = '', time = ''] = wall(Date.parse(at), timeZone).split(' ')
  return { day, time: time.slice(0, 5) }
}

/** Null where there is no such day or time. One that the clock skips in spring is the moment an hour later; of one that it repeats, the first. */
export function instantAt({ day, time }: LocalTime, timeZone: string): Instant | null {
  const wanted = Date.parse(`${day}T${time}:00Z`)
  if (!/^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}$/.test(time) || Number.isNaN(wanted)) return null
  if (new Date(wanted).toISOString().slice(0, 10) !== day) return null
  const offset = (at: number): number => Date.parse(`${wall(at, timeZone).replace(' ', 'T')}Z`) - Math.floor(at / 1_000) * 1_000
  const before = offset(wanted - 86_400_000)
  const first = wanted - before
  return instant(offset(first) === before ? first : wanted - Math.min(offset(first), offset(wanted - offset(first))))
}
