import { type Bytes, concat, utf8 as utf8Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'

/** ITU-T X.690 in its distinguished form: definite and shortest lengths. The one writer of everything in this room. */
export const tlv = (tag: number, ...parts: readonly Uint8Array[]): Bytes => {
  const length = parts.reduce((total, part) => total + part.length, 0)
  return concat([header(tag, length), ...parts])
}

function header(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length)
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length)
  if (length < 0x10000) return Uint8Array.of(tag, 0x82, length >> 8, length & 255)
  if (length < 0x1000000) return Uint8Array.of(tag, 0x83, length >> 16, (length >> 8) & 255, length & 255)
  return Uint8Array.of(tag, 0x84, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255)
}

export const sequence = (...parts: readonly Uint8Array[]): Bytes => tlv(0x30, ...parts)
export const octets = (bytes: Uint8Array): Bytes => tlv(0x04, bytes)
export const bits = (bytes: Uint8Array, unused = 0): Bytes => tlv(0x03, Uint8Array.of(unused), bytes)
export const text = (value: string): Bytes => tlv(0x0c, utf8Bytes(value))
export const printable = (value: string): Bytes => tlv(0x13, utf8Bytes(value))
export const ia5 = (value: string): Bytes => tlv(0x16, utf8Bytes(value))
export const yes = (): Bytes => tlv(0x01, Uint8Array.of(0xff))
export const empty = (): Bytes => tlv(0x05)
export const enumerated = (value: number): Bytes => tlv(0x0a, Uint8Array.of(value))
/** A constructed context tag around whole values. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Bytes => tlv(0xa0 | number, ...parts)
/** A primitive context tag in place of the value's own. */
export const implicit = (number: number, content: Uint8Array): Bytes => tlv(0x80 | number, content)

/** SET OF: the encodings in ascending order (X.690 §11.6). `tag` where a context tag stands in for it. */
export const setOf = (parts: readonly Uint8Array[], tag = 0x31): Bytes => tlv(tag, ...parts.toSorted(compare))

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at]! - b[at]!
  return a.length - b.length
}

/** A number that is not negative, or unsigned big-endian bytes. */
export function integer(value: number | Uint8Array): Bytes {
  const bytes = typeof value === 'number' ? bigEndian(value) : value
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const significant = bytes.subarray(start)
  return (significant[0] ?? 0) & 0x80
    ? tlv(0x02, Uint8Array.of(0), significant)
    : tlv(0x02, significant.length ? significant : Uint8Array.of(0))
}

function bigEndian(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a whole number')
  const bytes: number[] = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.from(bytes.length ? bytes : [0])
}

const oids = new Map<string, Bytes>()

export function oid(dotted: string): Bytes {
  const known = oids.get(dotted)
  if (known) return known
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt)
  const bytes = [first * 40n + second, ...rest].flatMap((arc) => {
    const digits = [Number(arc & 127n)]
    for (let left = arc >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 127n) | 128)
    return digits
  })
  const made = tlv(0x06, Uint8Array.from(bytes))
  oids.set(dotted, made)
  return made
}

const digits = (at: Instant): string => {
  if (at.length !== 24) throw new RangeError('a time before year 0 or after 9999')
  return at.slice(0, 19).replaceAll(/[-T:]/g, '')
}

export const generalizedTime = (at: Instant): Bytes => tlv(0x18, utf8Bytes(`${digits(at)}Z`))
/** RFC 5280 §4.1.2.5: two digits of the year until 2049, four from then on. */
export const time = (at: Instant): Bytes => (at < '2050' ? tlv(0x17, utf8Bytes(`${digits(at).slice(2)}Z`)) : generalizedTime(at))
