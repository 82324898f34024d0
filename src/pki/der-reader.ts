import { type Bytes, hex } from '../base/bytes.ts'
import { type Instant, instant } from '../base/instant.ts'

/** Bytes that are no DER, or are not what stands in their place. */
export class DerFault extends Error {
  override name = 'DerFault'
}

const DEEPEST = 24

/** One value of DER. Reads definite, shortest lengths and low tag numbers only; everything else is a `DerFault`. */
export class Der {
  readonly tag: number
  /** Header and content. */
  readonly bytes: Bytes
  readonly content: Bytes
  readonly #depth: number

  private constructor(bytes: Bytes, headerLength: number, depth: number) {
    this.tag = bytes[0]!
    this.bytes = bytes
    this.content = bytes.subarray(headerLength)
    this.#depth = depth
  }

  /** The value at the beginning of `bytes`; what follows it is the caller's business. */
  static first(bytes: Uint8Array, depth = 0): Der {
    const [tag, length] = [bytes[0], bytes[1]]
    if (tag === undefined || length === undefined) throw new DerFault('cut short')
    if ((tag & 31) === 31) throw new DerFault('a long tag')
    let header = 2
    let size = length
    if (length >= 0x80) {
      const count = length & 127
      if (count === 0 || count > 4) throw new DerFault('a length that is not definite or too large')
      header += count
      size = 0
      for (const byte of bytes.subarray(2, header)) size = size * 256 + byte
      if (bytes.length < header || size < 0x80 || size < 2 ** (8 * (count - 1))) throw new DerFault('a length that is not the shortest')
    }
    if (header + size > bytes.length) throw new DerFault('cut short')
    if (depth > DEEPEST) throw new DerFault('too deep')
    return new Der(bytes.subarray(0, header + size) as Bytes, header, depth)
  }

  /** The value that fills `bytes`. */
  static read(bytes: Uint8Array): Der {
    const value = Der.first(bytes)
    if (value.bytes.length !== bytes.length) throw new DerFault('bytes after the value')
    return value
  }

  is(tag: number): boolean {
    return this.tag === tag
  }

  expect(tag: number): this {
    if (this.tag !== tag) throw new DerFault(`tag ${this.tag} in place of ${tag}`)
    return this
  }

  get children(): Der[] {
    if (!(this.tag & 0x20)) throw new DerFault('not constructed')
    return this.inside()
  }

  /** The values inside an octet string, an implicit tag or a constructed value. */
  inside(): Der[] {
    const values: Der[] = []
    for (let at = 0; at < this.content.length;) {
      const value = Der.first(this.content.subarray(at), this.#depth + 1)
      values.push(value)
      at += value.bytes.length
    }
    return values
  }

  /** The only value inside. */
  only(): Der {
    const [value, more] = this.inside()
    if (!value || more) throw new DerFault('not exactly one value')
    return value
  }

  /** A cursor over the fields of a SEQUENCE. */
  fields(tag = 0x30): Fields {
    return new Fields(this.expect(tag).children)
  }

  oid(): string {
    const { content } = this.expect(0x06)
    if (!content.length || content.at(-1)! & 0x80) throw new DerFault('an object identifier that is cut short')
    if (content.length > 64) throw new DerFault('an object identifier that is too large')
    let text = ''
    let arc = 0
    for (const byte of content) {
      // Beyond what a number holds exactly, as some arcs are made of UUIDs.
      if (arc > Number.MAX_SAFE_INTEGER / 128) return largeOid(content)
      arc = arc * 128 + (byte & 127)
      if (byte & 128) continue
      const first = arc >= 80 ? 2 : Math.floor(arc / 40)
      text = text ? `${text}.${arc}` : `${first}.${arc - first * 40}`
      arc = 0
    }
    return text
  }

  /** The content of a whole number without its sign byte, in hexadecimal. */
  integerHex(): string {
    const { content } = this.expect(0x02)
    if (
      !content.length ||
      (content.length > 1 && ((content[0] === 0 && content[1]! < 0x80) || (content[0] === 255 && content[1]! >= 0x80)))
    )
      throw new DerFault('a number that is not the shortest')
    return hex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content)
  }

  integer(): number {
    const digits = this.integerHex()
    if (this.content[0]! & 0x80 || digits.length > 12) throw new DerFault('a number out of bounds')
    return Number.parseInt(digits, 16)
  }

  boolean(): boolean {
    const [byte] = this.expect(0x01).content
    if (this.content.length !== 1 || (byte !== 0 && byte !== 255)) throw new DerFault('not yes or no')
    return byte === 255
  }

  octets(): Bytes {
    return this.expect(0x04).content
  }

  /** A bit string of whole bytes. */
  bits(): Bytes {
    if (this.expect(0x03).content[0] !== 0) throw new DerFault('bits left over')
    return this.content.subarray(1)
  }

  string(): string {
    const { content, tag } = this
    try {
      if (tag === 0x1e) return new TextDecoder('utf-16be', { fatal: true }).decode(content)
      if (tag === 0x14) return Array.from(content, (byte) => String.fromCharCode(byte)).join('')
      if ([0x0c, 0x13, 0x16, 0x12, 0x1a, 0x86].includes(tag)) return new TextDecoder('utf-8', { fatal: true }).decode(content)
    } catch {
      throw new DerFault('text that cannot be read')
    }
    throw new DerFault('not a text')
  }

  time(): Instant {
    const digits = new TextDecoder().decode(this.content)
    const two = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits)
    const four = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(digits)
    const match = this.tag === 0x17 ? two : this.tag === 0x18 ? four : null
    if (!match) throw new DerFault('not a time')
    const year = this.tag === 0x17 ? (Number(match[1]) < 50 ? `20${match[1]}` : `19${match[1]}`) : match[1]
    const at = Date.parse(`${year}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}${(match[7] ?? '').slice(0, 4)}Z`)
    if (Number.isNaN(at)) throw new DerFault('no such time')
    return instant(at)
  }
}

function largeOid(content: Uint8Array): string {
  const arcs: bigint[] = []
  let arc = 0n
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 127)
    if (byte & 128) continue
    arcs.push(arc)
    arc = 0n
  }
  const [head = 0n, ...rest] = arcs
  const first = head >= 80n ? 2n : head / 40n
  return [first, head - first * 40n, ...rest].join('.')
}

/** Takes the fields of a SEQUENCE in their order; an optional one by its tag. */
export class Fields {
  readonly #values: readonly Der[]
  #at = 0
  constructor(values: readonly Der[]) {
    this.#values = values
  }

  get peek(): Der | undefined {
    return this.#values[this.#at]
  }

  take(tag?: number): Der {
    const value = this.#values[this.#at++]
    if (!value) throw new DerFault('a field is missing')
    return tag === undefined ? value : value.expect(tag)
  }

  optional(tag: number): Der | null {
    return this.peek?.tag === tag ? this.take() : null
  }

  rest(): readonly Der[] {
    const rest = this.#values.slice(this.#at)
    this.#at = this.#values.length
    return rest
  }

  end(): void {
    if (this.peek) throw new DerFault('a field too many')
  }
}
