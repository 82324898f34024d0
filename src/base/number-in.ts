/** The number that a text is, however it groups its thousands: `1 234,50`, `1,234.50`, `€ 1234`. Null: it is none. */
export function numberIn(text: string): number | null {
  const plain = text.slice(0, 100).replaceAll(/[\s\u00a0\u202f'’€$£]|eur|usd|chf|gbp/gi, '')
  const [, sign = '', digits = ''] = /^([-−]?)([\d.,]+)$/.exec(plain) ?? []
  if (!digits) return null
  const last = Math.max(digits.lastIndexOf(','), digits.lastIndexOf('.'))
  // One mark that three digits follow groups thousands; any other last mark begins the fraction.
  const isGroup =
    last < 0 ||
    (digits.length - last === 4 &&
      digits
        .replaceAll(/[^.,]/g, '')
        .split('')
        .every((mark) => mark === digits[last]))
  const whole = (isGroup ? digits : digits.slice(0, last)).replaceAll(/[.,]/g, '')
  const value = Number(isGroup ? whole : `${whole}.${digits.slice(last + 1)}`)
  return whole && Number.isFinite(value) ? (sign ? -value : value) : null
}
