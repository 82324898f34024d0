import { type Bytes, concat } from '../base/bytes.ts'
import { Der, DerFault } from '../pki/der-reader.ts'
import { tlv } from '../pki/der.ts'
import { isMacRight, openerOf } from './pkcs12-cipher.ts'

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const BAG = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  list: '1.2.840.113549.1.12.10.1.4',
  nested: '1.2.840.113549.1.12.10.1.6',
} as const
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1'
const X509_LIST = '1.2.840.113549.1.9.23.1'
const MOST_BAGS = 50

export interface Pkcs12 {
  /** PKCS #8. */
  readonly keys: readonly Bytes[]
  readonly certificates: readonly Bytes[]
  readonly lists: readonly Bytes[]
}

/**
 * PFX (RFC 7292) in the mode of a password, with its MAC: PBES2 with AES, the old 3DES and RC2; MACs with HMAC and PBMAC1 (RFC 9579). Null where the
 * password does not open it; a `DerFault` for what is no such file.
 */
export async function openPkcs12(file: Uint8Array, password: string): Promise<Pkcs12 | null> {
  const fields = Der.read(definite(file)).fields()
  if (fields.take().integer() !== 3) throw new DerFault('another version')
  const outer = fields.take(0x30).fields()
  if (outer.take().oid() !== DATA) throw new DerFault('no MAC of a password')
  const content = outer.take(0xa0).only().octets()
  if (!(await isMacRight(fields.take(0x30), content, password))) return null
  const found: Found = { keys: [], certificates: [], lists: [], count: 0 }
  for (const part of Der.read(definite(content)).expect(0x30).children) {
    const safe = await safeOf(part, password)
    if (!safe) return null
    if (!(await collect(Der.read(definite(safe)), password, found))) return null
  }
  return found
}

interface Found extends Pkcs12 {
  readonly keys: Bytes[]
  readonly certificates: Bytes[]
  readonly lists: Bytes[]
  count: number
}

async function safeOf(part: Der, password: string): Promise<Bytes | null> {
  const fields = part.fields()
  const type = fields.take().oid()
  const value = fields.take(0xa0).only()
  if (type === DATA) return value.octets()
  if (type !== ENCRYPTED_DATA) throw new DerFault('content that is not known here')
  const encrypted = value.fields()
  encrypted.take().integer()
  const content = encrypted.take(0x30).fields()
  content.take().oid()
  const open = await openerOf(content.take(0x30), password)
  const cipher = content.take()
  // In one, or in pieces (RFC 5652 §6.1).
  return open(cipher.is(0xa0) ? concat(cipher.children.map((piece) => piece.octets())) : cipher.expect(0x80).content)
}

/** False where the password opens the file and not a key in it. */
async function collect(safe: Der, password: string, found: Found): Promise<boolean> {
  for (const bag of safe.expect(0x30).children) {
    if (++found.count > MOST_BAGS) throw new DerFault('too much in it')
    const fields = bag.fields()
    const type = fields.take().oid()
    const value = fields.take(0xa0).only()
    if (type === BAG.key) found.keys.push(value.bytes)
    else if (type === BAG.shroudedKey) {
      const encrypted = value.fields()
      const open = await openerOf(encrypted.take(0x30), password)
      const key = await open(encrypted.take().octets())
      if (!key) return false
      found.keys.push(key)
    } else if (type === BAG.certificate) put(found.certificates, value, X509_CERTIFICATE)
    else if (type === BAG.list) put(found.lists, value, X509_LIST)
    else if (type === BAG.nested && !(await collect(value, password, found))) return false
  }
  return true
}

function put(list: Bytes[], value: Der, wanted: string): void {
  const fields = value.fields()
  if (fields.take().oid() === wanted) list.push(fields.take(0xa0).only().octets())
}

/**
 * The file with definite lengths and whole octet strings, as some tools write neither (ITU-T X.690 §8.1.3.6, §8.7.3). What stands inside octet
 * strings is left as it is.
 */
export function definite(ber: Uint8Array): Bytes {
  const { der, end } = rewritten(ber, 0, 0)
  if (end !== ber.length) throw new DerFault('bytes after the value')
  return der
}

function rewritten(ber: Uint8Array, start: number, depth: number): { der: Bytes; end: number } {
  const tag = ber[start]
  const first = ber[start + 1]
  if (tag === undefined || first === undefined || depth > 20 || (tag & 31) === 31) throw new DerFault('cut short or too deep')
  let at = start + 2
  let size: number | null = first < 0x80 ? first : null
  if (first > 0x80) {
    const count = first & 127
    if (count > 4 || at + count > ber.length) throw new DerFault('a length that is too large')
    size = ber.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0)
    at += count
  }
  if (size !== null && at + size > ber.length) throw new DerFault('cut short')
  if (!(tag & 0x20)) {
    if (size === null) throw new DerFault('an open length')
    return { der: tlv(tag, ber.subarray(at, at + size)), end: at + size }
  }
  const end = size === null ? null : at + size
  const parts: Bytes[] = []
  while (end === null ? !(ber[at] === 0 && ber[at + 1] === 0) : at < end) {
    const part = rewritten(ber, at, depth + 1)
    parts.push(part.der)
    at = part.end
  }
  if (end !== null && at !== end) throw new DerFault('cut short')
  const der = tag === 0x24 ? tlv(0x04, concat(parts.map((part) => Der.read(part).octets()))) : tlv(tag, ...parts)
  return { der, end: end ?? at + 2 }
}
