import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type Bytes, concat, utf8 } from '../base/bytes.ts'
import { type Der, DerFault } from '../pki/der-reader.ts'
import { pbes2Opener } from '../pki/encrypted-key.ts'

/** RFC 7292, appendix C: password-based encryption of the old files, still written by many tools. */
interface OldCipher {
  readonly name: 'des-ede3-cbc' | 'rc2-cbc' | 'rc2-40-cbc'
  readonly keyBytes: number
}
const OLD_CIPHERS: Readonly<Record<string, OldCipher>> = {
  '1.2.840.113549.1.12.1.3': { name: 'des-ede3-cbc', keyBytes: 24 },
  '1.2.840.113549.1.12.1.5': { name: 'rc2-cbc', keyBytes: 16 },
  '1.2.840.113549.1.12.1.6': { name: 'rc2-40-cbc', keyBytes: 5 },
}
const DIGESTS: Readonly<Record<string, { readonly name: string; readonly block: number; readonly bytes: number }>> = {
  '1.3.14.3.2.26': { name: 'sha1', block: 64, bytes: 20 },
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', block: 64, bytes: 32 },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', block: 128, bytes: 48 },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', block: 128, bytes: 64 },
}
const PBMAC1 = '1.2.840.113549.1.5.14'
const PBKDF2 = '1.2.840.113549.1.5.12'
const HMACS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'SHA-1',
  '1.2.840.113549.2.9': 'SHA-256',
  '1.2.840.113549.2.10': 'SHA-384',
  '1.2.840.113549.2.11': 'SHA-512',
}
const MOST_ROUNDS = 10_000_000
/** The old derivation runs on the main thread. */
const MOST_OLD_ROUNDS = 500_000

/** What opens bytes under this AlgorithmIdentifier; null where the password is another. A `DerFault` for an encryption that is not known here. */
export async function openerOf(algorithm: Der, password: string): Promise<(cipher: Uint8Array) => Promise<Bytes | null>> {
  const fields = algorithm.fields()
  const old = OLD_CIPHERS[fields.take().oid()]
  if (!old) return pbes2Opener(algorithm, password)
  const parameters = fields.take(0x30).fields()
  const salt = parameters.take().octets()
  const rounds = parameters.take().integer()
  const secret = bmpOf(password)
  const key = derived('1.3.14.3.2.26', 1, secret, salt, rounds, old.keyBytes)
  const iv = derived('1.3.14.3.2.26', 2, secret, salt, rounds, 8)
  return async (cipher) => {
    const decipher = createDecipheriv(old.name, key, iv)
    try {
      return concat([decipher.update(cipher), decipher.final()])
    } catch {
      // What a wrong padding is told as differs from engine to engine.
      return null
    }
  }
}

/** RFC 7292 §4 and RFC 9579: whether the MAC over the content is right under this password. */
export async function isMacRight(mac: Der, content: Uint8Array, password: string): Promise<boolean> {
  const fields = mac.fields()
  const info = fields.take(0x30).fields()
  const algorithm = info.take(0x30).fields()
  const expected = info.take().octets()
  const salt = fields.take().octets()
  const rounds = fields.optional(0x02)?.integer() ?? 1
  const name = algorithm.take().oid()
  const found = name === PBMAC1 ? await pbmac1(algorithm.take(0x30), content, password) : oldMac(name, salt, rounds, content, password)
  return found.length === expected.length && timingSafeEqual(found, expected)
}

function oldMac(digest: string, salt: Uint8Array, rounds: number, content: Uint8Array, password: string): Uint8Array {
  const facts = DIGESTS[digest]
  if (!facts) throw new DerFault('an unknown MAC')
  return createHmac(facts.name, derived(digest, 3, bmpOf(password), salt, rounds, facts.bytes))
    .update(content)
    .digest()
}

/** RFC 9579 §4: PBKDF2 with a stated length of the key, then HMAC. */
async function pbmac1(parameters: Der, content: Uint8Array, password: string): Promise<Uint8Array> {
  const fields = parameters.fields()
  const derivation = fields.take(0x30).fields()
  const hash = HMACS[fields.take(0x30).fields().take().oid()]
  if (derivation.take().oid() !== PBKDF2) throw new DerFault('not PBKDF2')
  const inner = derivation.take(0x30).fields()
  const salt = inner.take().octets()
  const iterations = inner.take().integer()
  const length = inner.optional(0x02)?.integer()
  const prf = HMACS[inner.optional(0x30)?.fields().take().oid() ?? '1.2.840.113549.2.7']
  if (!hash || !prf || !length || length > 128 || iterations < 1 || iterations > MOST_ROUNDS) throw new DerFault('an unknown MAC')
  const secret = await crypto.subtle.importKey('raw', utf8(password), 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', salt, iterations, hash: prf }, secret, length * 8)
  const key = await crypto.subtle.importKey('raw', bits, { name: 'HMAC', hash }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, content as Bytes))
}

/** RFC 7292, appendix B.1: UTF-16, big-endian, with a zero at its end. */
const bmpOf = (password: string): Uint8Array => {
  const bytes = new Uint8Array(password.length * 2 + 2)
  for (let at = 0; at < password.length; at++) {
    bytes[at * 2] = password.charCodeAt(at) >> 8
    bytes[at * 2 + 1] = password.charCodeAt(at) & 255
  }
  return bytes
}

/** RFC 7292, appendix B.2. `purpose`: 1 a key, 2 an initial vector, 3 a MAC's key. */
function derived(digest: string, purpose: 1 | 2 | 3, password: Uint8Array, salt: Uint8Array, rounds: number, length: number): Uint8Array {
  const { name, block, bytes } = DIGESTS[digest]!
  if (rounds < 1 || rounds > MOST_OLD_ROUNDS || salt.length > 1_024) throw new DerFault('too many rounds')
  const filled = (source: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: block * Math.ceil(source.length / block) }, (_, at) => source[at % source.length]!)
  const diversifier = new Uint8Array(block).fill(purpose)
  const input = concat([filled(salt), filled(password)])
  const out: Uint8Array[] = []
  for (let made = 0; made < length; made += bytes) {
    let round: Uint8Array = createHash(name).update(diversifier).update(input).digest()
    for (let count = 1; count < rounds; count++) round = createHash(name).update(round).digest()
    out.push(round)
    // Each block of the input plus the repeated digest plus one, modulo its size.
    for (let start = 0; start < input.length; start += block) {
      let carry = 1
      for (let at = block - 1; at >= 0; at--) {
        const sum = input[start + at]! + round[at % bytes]! + carry
        input[start + at] = sum & 255
        carry = sum >> 8
      }
    }
  }
  return concat(out).subarray(0, length)
}
