export type Bytes = Uint8Array<ArrayBuffer>

/** Bytes that are somewhere else and are read a piece at a time, each time anew. */
export class LaidAside {
  readonly size: number
  readonly pieces: () => AsyncIterable<Uint8Array>

  constructor(size: number, pieces: () => AsyncIterable<Uint8Array>) {
    this.size = size
    this.pieces = pieces
  }
}

/** How many bytes there are. */
export const sizeOf = (bytes: Uint8Array | LaidAside): number => (bytes instanceof LaidAside ? bytes.size : bytes.length)

/** The first `length` bytes, or fewer where there are no more. */
export async function startOf(bytes: Uint8Array | LaidAside, length: number): Promise<Uint8Array> {
  if (bytes instanceof Uint8Array) return bytes.subarray(0, length)
  const start = new Uint8Array(length)
  let filled = 0
  for await (const piece of bytes.pieces()) {
    start.set(piece.subarray(0, length - filled), filled)
    filled += Math.min(piece.length, length - filled)
    if (filled === length) break
  }
  return start.subarray(0, filled)
}

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const utf8 = (text: string): Bytes => encoder.encode(text)
/** Throws a TypeError where the bytes are not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string => strict.decode(bytes)

export const hex = (bytes: Uint8Array): string => {
  if (typeof bytes.toHex === 'function') return bytes.toHex()
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** Throws a RangeError where the text is not an even number of hexadecimal digits. */
export const fromHex = (text: string): Bytes => {
  if (text.length % 2 || /[^0-9a-f]/i.test(text)) throw new RangeError('not hexadecimal')
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(at * 2, at * 2 + 2), 16))
}

export const base64 = (bytes: Uint8Array): string => {
  if (typeof bytes.toBase64 === 'function') return bytes.toBase64()
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}

/** Throws where the text is not base64. */
export const fromBase64 = (text: string): Bytes =>
  typeof Uint8Array.fromBase64 === 'function'
    ? Uint8Array.fromBase64(text)
    : Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

export const base64url = (bytes: Uint8Array): string => base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

export const fromBase64url = (text: string): Bytes => fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))

export const concat = (parts: readonly Uint8Array[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Compares without leaving early, so that the time taken tells nothing but the length. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= a[at]! ^ b[at]!
  return difference === 0
}

export const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))
