/** A value as parsed. Spans are offsets into the bytes it was parsed from, so that its source can be copied verbatim. */
interface Span {
  readonly start: number
  readonly end: number
}
export interface NullValue extends Span {
  readonly kind: 'null'
}
export interface BooleanValue extends Span {
  readonly kind: 'boolean'
  readonly value: boolean
}
/** The token is what counts: 595.280 is not the number 595.28 to a verifier that compares revisions. */
export interface NumberValue extends Span {
  readonly kind: 'number'
  readonly token: string
  readonly value: number
}
export interface StringValue extends Span {
  readonly kind: 'string'
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly hexadecimal: boolean
}
export interface NameValue extends Span {
  readonly kind: 'name'
  readonly name: string
}
export interface ArrayValue extends Span {
  readonly kind: 'array'
  readonly items: readonly Value[]
}
export interface DictionaryValue extends Span {
  readonly kind: 'dictionary'
  readonly entries: ReadonlyMap<string, Value>
}
export interface ReferenceValue extends Span {
  readonly kind: 'reference'
  readonly number: number
  readonly generation: number
}
export type Value = NullValue | BooleanValue | NumberValue | StringValue | NameValue | ArrayValue | DictionaryValue | ReferenceValue

export const asDictionary = (value: Value | undefined): DictionaryValue | undefined => (value?.kind === 'dictionary' ? value : undefined)
export const asArray = (value: Value | undefined): ArrayValue | undefined => (value?.kind === 'array' ? value : undefined)
export const asReference = (value: Value | undefined): ReferenceValue | undefined => (value?.kind === 'reference' ? value : undefined)
export const nameOf = (value: Value | undefined): string | undefined => (value?.kind === 'name' ? value.name : undefined)
export const isName = (value: Value | undefined, name: string): boolean => value?.kind === 'name' && value.name === name

/** A plain non-negative integer, written without sign, point or leading zeros. */
export const plainInteger = (value: Value | undefined): number | undefined =>
  value?.kind === 'number' && /^(0|[1-9]\d{0,14})$/.test(value.token) ? value.value : undefined

export const numbersOf = (value: Value | undefined): number[] | undefined => {
  if (value?.kind !== 'array' || !value.items.every((item) => item.kind === 'number')) return undefined
  return value.items.map((item) => (item.kind === 'number' ? item.value : 0))
}

/** A text string: UTF-16 with its mark, UTF-8 with its mark, else one byte a character. */
export const textOf = (value: Value | undefined): string | undefined => {
  if (value?.kind !== 'string') return undefined
  const { bytes } = value
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    let text = ''
    for (let at = 2; at + 1 < bytes.length; at += 2) text += String.fromCharCode((bytes[at]! << 8) | bytes[at + 1]!)
    return text
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder().decode(bytes.subarray(3))
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** The strings of an array; undefined where something else is among them. */
export const textsOf = (value: Value | undefined): string[] | undefined => {
  const texts = asArray(value)?.items.map(textOf)
  return texts?.every((text) => text !== undefined) ? (texts as string[]) : undefined
}

/** Token by token: numbers as written, strings by their bytes, keys in any order, references by number. */
export function equalValues(a: Value | undefined, b: Value | undefined): boolean {
  if (!a || !b) return a === b
  switch (a.kind) {
    case 'null':
      return b.kind === 'null'
    case 'boolean':
      return b.kind === 'boolean' && a.value === b.value
    case 'number':
      return b.kind === 'number' && a.token === b.token
    case 'name':
      return b.kind === 'name' && a.name === b.name
    case 'reference':
      return b.kind === 'reference' && a.number === b.number && a.generation === b.generation
    case 'string':
      return b.kind === 'string' && a.bytes.length === b.bytes.length && a.bytes.every((byte, at) => byte === b.bytes[at])
    case 'array':
      return b.kind === 'array' && a.items.length === b.items.length && a.items.every((item, at) => equalValues(item, b.items[at]))
    case 'dictionary':
      return b.kind === 'dictionary' && changedKeys(a, b).length === 0
  }
}

/** Keys whose value was added, removed or altered. */
export function changedKeys(a: DictionaryValue, b: DictionaryValue): string[] {
  const keys = new Set([...a.entries.keys(), ...b.entries.keys()])
  return [...keys].filter((key) => !equalValues(a.entries.get(key), b.entries.get(key)))
}
