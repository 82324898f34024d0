/** A day that there is, as 2026-11-24. */
export function readDay(text: string): string | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (!year) return null
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return Number(year) >= 1 && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : null
}
