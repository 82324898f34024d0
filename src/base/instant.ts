/** UTC, milliseconds, always 24 characters: sorts as text and reads as ISO 8601. */
export type Instant = string & { readonly brand: 'Instant' }
export type Clock = () => Instant

export const systemClock: Clock = () => new Date().toISOString() as Instant
export const instant = (time: string | number | Date): Instant => new Date(time).toISOString() as Instant

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const YEAR = 365.25 * DAY

/** `from` moved by `milliseconds`, which may be negative. */
export const later = (from: Instant, milliseconds: number): Instant => instant(Date.parse(from) + milliseconds)

/** The same moment without its milliseconds: X.509 and RFC 3161 times are whole seconds. */
export const wholeSecond = (at: Instant): Instant => instant(Math.floor(Date.parse(at) / SECOND) * SECOND)
