/** A decimal number, exactly: `digits` / 10 ** `scale`. No binary fraction ever stands in between. */
export interface Decimal {
  readonly digits: bigint
  /** 0 or more. */
  readonly scale: number
}

/** What a division that does not end is cut to. */
const QUOTIENT_SCALE = 30
/** Longer ones are nobody's amount: a product of products ends here. */
const MOST_DIGITS = 200
/** Before the decimal mark, in what is entered and in a result. */
export const MOST_WHOLE_DIGITS = 15

export const ZERO: Decimal = { digits: 0n, scale: 0 }

/** `-1234.50`, as it is stored; null: it is no such number. */
export function readDecimal(text: string): Decimal | null {
  const [, sign, whole, fraction = ''] = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/.exec(text) ?? []
  if (whole === undefined) return null
  return { digits: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length }
}

/** As it is stored: no group marks, a full stop, at least `decimals` places. */
export function writeDecimal({ digits, scale }: Decimal, decimals = 0): string {
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  const fraction = text
    .slice(text.length - scale)
    .replace(/0+$/, '')
    .padEnd(decimals, '0')
  return `${digits < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`
}

const power = (scale: number): bigint => 10n ** BigInt(scale)
const raised = ({ digits, scale }: Decimal, to: number): bigint => digits * power(to - scale)

export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const [left, right] = [raised(a, scale), raised(b, scale)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Null: the result is longer than any number that is meant. */
const bounded = (value: Decimal): Decimal | null => (String(value.digits).length > MOST_DIGITS ? null : value)

export function add(a: Decimal, b: Decimal): Decimal | null {
  const scale = Math.max(a.scale, b.scale)
  return bounded({ digits: raised(a, scale) + raised(b, scale), scale })
}

export const negate = ({ digits, scale }: Decimal): Decimal => ({ digits: -digits, scale })

export const multiply = (a: Decimal, b: Decimal): Decimal | null => bounded({ digits: a.digits * b.digits, scale: a.scale + b.scale })

/** Null: by nothing. */
export function divide(a: Decimal, b: Decimal): Decimal | null {
  if (b.digits === 0n) return null
  const scale = Math.max(QUOTIENT_SCALE, a.scale)
  // One place more than is kept, so that rounding sees what is cut.
  const digits = (a.digits * power(scale + 1 + b.scale)) / (b.digits * power(a.scale))
  return bounded(round({ digits, scale: scale + 1 }, scale))
}

/** To so many places, halves away from zero, as invoices are rounded. */
export function round(value: Decimal, places: number): Decimal {
  if (value.scale <= places) return value
  const unit = power(value.scale - places)
  const [size, sign] = value.digits < 0n ? [-value.digits, -1n] : [value.digits, 1n]
  return { digits: sign * ((size + unit / 2n) / unit), scale: places }
}

export const wholeDigits = ({ digits, scale }: Decimal): number => String(digits < 0n ? -digits : digits).length - scale
