import { type Bytes, randomBytes, utf8 } from '../base/bytes.ts'
import { empty, integer, octets, oid, sequence } from './der.ts'
import { Der, DerFault } from './der-reader.ts'

/** RFC 8018, appendix A and C; RFC 3565. */
const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'
const HMAC_SHA256 = '1.2.840.113549.2.9'
const AES_256_CBC = '2.16.840.1.101.3.4.1.42'
const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'SHA-1',
  [HMAC_SHA256]: 'SHA-256',
  '1.2.840.113549.2.10': 'SHA-384',
  '1.2.840.113549.2.11': 'SHA-512',
}
/** Bits of the key. */
const CIPHERS: Readonly<Record<string, number>> = { '2.16.840.1.101.3.4.1.2': 128, '2.16.840.1.101.3.4.1.22': 192, [AES_256_CBC]: 256 }

/** OWASP's number for PBKDF2 with SHA-256; what others wrote is accepted up to ten millions. */
const ROUNDS = 600_000
const MOST_ROUNDS = 10_000_000

/** EncryptedPrivateKeyInfo (RFC 5958 §3) under PBES2, as `openssl pkey` reads it. */
export async function encryptPkcs8(pkcs8: Uint8Array, passphrase: string): Promise<Bytes> {
  const [salt, iv] = [randomBytes(16), randomBytes(16)]
  const key = await derived(passphrase, salt, ROUNDS, 'SHA-256', 256, 'encrypt')
  const cipher = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, pkcs8 as Bytes))
  const derivation = sequence(oid(PBKDF2), sequence(octets(salt), integer(ROUNDS), sequence(oid(HMAC_SHA256), empty())))
  return sequence(sequence(oid(PBES2), sequence(derivation, sequence(oid(AES_256_CBC), octets(iv)))), octets(cipher))
}

/** Null where the passphrase does not open it. Throws a `DerFault` for what is no key under PBES2 with PBKDF2 and AES. */
export async function decryptPkcs8(der: Uint8Array, passphrase: string): Promise<Bytes | null> {
  const fields = Der.read(der).fields()
  const open = await pbes2Opener(fields.take(0x30), passphrase)
  const plain = await open(fields.take().octets())
  fields.end()
  return plain && isPkcs8(plain) ? plain : null
}

/** What opens bytes under this AlgorithmIdentifier; null where the padding says that the passphrase is another. */
export async function pbes2Opener(algorithm: Der, passphrase: string): Promise<(cipher: Uint8Array) => Promise<Bytes | null>> {
  const outer = algorithm.fields()
  if (outer.take().oid() !== PBES2) throw new DerFault('not PBES2')
  const scheme = outer.take(0x30).fields()
  const derivation = scheme.take(0x30).fields()
  if (derivation.take().oid() !== PBKDF2) throw new DerFault('not PBKDF2')
  const parameters = derivation.take(0x30).fields()
  const salt = parameters.take().octets()
  const rounds = parameters.take().integer()
  parameters.optional(0x02)
  const prf = parameters.optional(0x30)?.fields().take().oid()
  const hash = prf ? HASHES[prf] : 'SHA-1'
  const encryption = scheme.take(0x30).fields()
  const bits = CIPHERS[encryption.take().oid()]
  const iv = encryption.take().octets()
  if (!hash || !bits || iv.length !== 16 || rounds < 1 || rounds > MOST_ROUNDS) throw new DerFault('an unknown encryption')
  const key = await derived(passphrase, salt, rounds, hash, bits, 'decrypt')
  return async (cipher) => {
    try {
      return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, cipher as Bytes))
    } catch (error) {
      if (error instanceof DOMException) return null
      throw error
    }
  }
}

async function derived(passphrase: string, salt: Bytes, iterations: number, hash: string, length: number, use: 'encrypt' | 'decrypt') {
  const secret = await crypto.subtle.importKey('raw', utf8(passphrase), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ name: 'PBKDF2', salt, iterations, hash }, secret, { name: 'AES-CBC', length }, false, [use])
}

/** One wrong passphrase in 256 leaves a padding that looks right: the key's own form tells. */
export function isPkcs8(bytes: Uint8Array): boolean {
  try {
    const fields = Der.read(bytes).fields()
    const version = fields.take().integer()
    fields.take(0x30).fields().take().oid()
    return version <= 1 && fields.take().octets().length > 0
  } catch (error) {
    if (error instanceof DerFault) return false
    throw error
  }
}
