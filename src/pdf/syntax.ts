import { PdfFault } from './fault.ts'
import type { ArrayValue, DictionaryValue, NumberValue, StringValue, Value } from './value.ts'

const DEPTH = 64
/** No signature and no text that matters here is longer, and each byte of one takes several in memory. */
const LONGEST_STRING = 8 * 1024 * 1024
const REGULAR = new Uint8Array(256).fill(1)
for (const character of '\0\t\n\f\r ()<>[]{}/%') REGULAR[character.charCodeAt(0)] = 0
const SPACE = new Uint8Array(256)
for (const character of '\0\t\n\f\r ') SPACE[character.charCodeAt(0)] = 1

export const isSpace = (byte: number | undefined): boolean => byte !== undefined && SPACE[byte] === 1

/** ISO 32000-2 §7.2–7.3, read strictly: what is not a value is a fault, and nothing is repaired. */
export class Reader {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  skipSpace(): void {
    for (;;) {
      const byte = this.bytes[this.at]
      if (byte === 0x25) {
        while (this.at < this.bytes.length && this.bytes[this.at] !== 10 && this.bytes[this.at] !== 13) this.at++
      } else if (byte !== undefined && SPACE[byte]) this.at++
      else return
    }
  }

  /** The characters at this place, without moving. */
  looksAt(text: string): boolean {
    for (let offset = 0; offset < text.length; offset++) if (this.bytes[this.at + offset] !== text.charCodeAt(offset)) return false
    return true
  }

  /** Steps over a word that must stand here and end here. */
  word(text: string): void {
    if (!this.looksAt(text) || REGULAR[this.bytes[this.at + text.length] ?? 32]) throw this.fault(`expected ${text}`)
    this.at += text.length
  }

  literal(text: string): void {
    if (!this.looksAt(text)) throw this.fault(`expected ${JSON.stringify(text)}`)
    this.at += text.length
  }

  integer(): number {
    const token = this.token()
    if (!/^\d{1,15}$/.test(token)) throw this.fault('expected an integer')
    return Number(token)
  }

  value(depth = 0): Value {
    if (depth > DEPTH) throw new PdfFault('syntax.too-deep')
    this.skipSpace()
    const start = this.at
    const byte = this.bytes[start]
    if (byte === undefined) throw this.fault('unexpected end')
    if (byte === 0x2f) return { kind: 'name', start, name: this.name(), end: this.at }
    if (byte === 0x28) return this.literalString()
    if (byte === 0x5b) return this.array(depth)
    if (byte === 0x3c) return this.bytes[start + 1] === 0x3c ? this.dictionary(depth) : this.hexString()
    if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e) return this.numberOrReference()
    const word = this.token()
    if (word === 'null') return { kind: 'null', start, end: this.at }
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', start, end: this.at }
    throw this.fault('expected a value')
  }

  fault(detail: string): PdfFault {
    return new PdfFault('syntax.unexpected', `${detail} at ${this.at}`)
  }

  private token(): string {
    const start = this.at
    while (this.at < this.bytes.length && REGULAR[this.bytes[this.at]!] && this.at - start < 256) this.at++
    return latin(this.bytes.subarray(start, this.at))
  }

  private number(): NumberValue {
    const start = this.at
    const token = this.token()
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(token)) throw this.fault('malformed number')
    return { kind: 'number', token, value: Number(token), start, end: this.at }
  }

  private numberOrReference(): Value {
    const first = this.number()
    if (!/^\d{1,10}$/.test(first.token)) return first
    const mark = this.at
    this.skipSpace()
    const second = this.bytes[this.at]
    if (this.at > mark && second !== undefined && second >= 0x30 && second <= 0x39) {
      const generation = this.token()
      const gap = this.at
      this.skipSpace()
      if (/^\d{1,5}$/.test(generation) && this.at > gap && this.looksAt('R') && !REGULAR[this.bytes[this.at + 1] ?? 32]) {
        this.at++
        return { kind: 'reference', number: first.value, generation: Number(generation), start: first.start, end: this.at }
      }
    }
    this.at = mark
    return first
  }

  private name(): string {
    this.at++
    const raw = this.token()
    if (!raw.includes('#')) return raw
    return raw.replace(/#(..?)?/g, (_, digits: string | undefined) => {
      if (!digits || !/^[0-9a-f]{2}$/i.test(digits) || digits === '00') throw this.fault('malformed name')
      return String.fromCharCode(Number.parseInt(digits, 16))
    })
  }

  private array(depth: number): ArrayValue {
    const start = this.at++
    const items: Value[] = []
    for (;;) {
      this.skipSpace()
      if (this.bytes[this.at] === 0x5d) break
      items.push(this.value(depth + 1))
    }
    this.at++
    return { kind: 'array', items, start, end: this.at }
  }

  private dictionary(depth: number): DictionaryValue {
    const start = this.at
    this.at += 2
    const entries = new Map<string, Value>()
    for (;;) {
      this.skipSpace()
      if (this.looksAt('>>')) break
      if (this.bytes[this.at] !== 0x2f) throw this.fault('expected a key')
      const key = this.name()
      // Two readers may choose differently between two values of one key, so that neither is taken.
      if (entries.has(key)) throw new PdfFault('syntax.duplicate-key', key)
      entries.set(key, this.value(depth + 1))
    }
    this.at += 2
    return { kind: 'dictionary', entries, start, end: this.at }
  }

  private hexString(): StringValue {
    const start = this.at++
    const end = this.bytes.indexOf(0x3e, this.at)
    if (end < 0) throw this.fault('unexpected end')
    if (end - start > LONGEST_STRING) throw new PdfFault('syntax.too-long')
    const bytes = new Uint8Array((end - start) >> 1)
    let length = 0
    let high = -1
    while (this.at < end) {
      const byte = this.bytes[this.at++]!
      if (SPACE[byte]) continue
      const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : (byte | 32) >= 0x61 && (byte | 32) <= 0x66 ? (byte | 32) - 0x57 : -1
      if (digit < 0) throw this.fault('malformed string')
      if (high < 0) high = digit
      else {
        bytes[length++] = high * 16 + digit
        high = -1
      }
    }
    this.at++
    if (high >= 0) bytes[length++] = high * 16
    return { kind: 'string', bytes: bytes.subarray(0, length), hexadecimal: true, start, end: this.at }
  }

  private literalString(): StringValue {
    const start = this.at++
    const bytes: number[] = []
    for (let open = 1; ;) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw this.fault('unexpected end')
      if (this.at - start > LONGEST_STRING) throw new PdfFault('syntax.too-long')
      if (byte === 0x28) open++
      if (byte === 0x29 && --open === 0) break
      if (byte === 0x5c) this.escape(bytes)
      else if (byte === 13) {
        if (this.bytes[this.at] === 10) this.at++
        bytes.push(10)
      } else bytes.push(byte)
    }
    return { kind: 'string', bytes: Uint8Array.from(bytes), hexadecimal: false, start, end: this.at }
  }

  private escape(bytes: number[]): void {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw this.fault('unexpected end')
    if (byte >= 0x30 && byte <= 0x37) {
      let code = byte - 0x30
      for (let digits = 1; digits < 3; digits++) {
        const next = this.bytes[this.at]
        if (next === undefined || next < 0x30 || next > 0x37) break
        code = code * 8 + next - 0x30
        this.at++
      }
      bytes.push(code & 255)
    } else if (byte === 13) {
      if (this.bytes[this.at] === 10) this.at++
    } else if (byte !== 10) {
      const at = 'nrtbf'.indexOf(String.fromCharCode(byte))
      bytes.push(at < 0 ? byte : '\n\r\t\b\f'.charCodeAt(at))
    }
  }
}

/** One byte a character, both ways: PDF source kept in a string. */
export function latin(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return text
}

export function latinBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

/** A value and nothing behind it. */
export function parseValue(source: string): Value {
  const reader = new Reader(latinBytes(source))
  const value = reader.value()
  reader.skipSpace()
  if (reader.at !== reader.bytes.length) throw reader.fault('expected the end')
  return value
}
