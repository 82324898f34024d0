import type { Bytes } from '../base/bytes.ts'
import { type Instant, instant } from '../base/instant.ts'
import { empty, oid, sequence } from './der.ts'
import { type Der, DerFault } from './der-reader.ts'
import { OID } from './oid.ts'

/** What our own keys may be; a key that was brought may be of P-384, and RSA of another size signs as that of 3,072 bits does. */
export type KeyAlgorithm = 'ecdsa-p256' | 'ecdsa-p384' | 'rsa-3072'
export type DigestAlgorithm = 'SHA-256' | 'SHA-384' | 'SHA-512'

interface OwnAlgorithm {
  /** WebCrypto's parameters: of the key, of a signature. */
  readonly key:
    | { name: 'ECDSA'; namedCurve: 'P-256' | 'P-384' }
    | { name: 'RSASSA-PKCS1-v1_5'; modulusLength: number; publicExponent: Bytes; hash: 'SHA-256' }
  readonly sign: { name: 'ECDSA'; hash: 'SHA-256' } | { name: 'RSASSA-PKCS1-v1_5' }
  /** AlgorithmIdentifier of its signatures. */
  readonly identifier: Bytes
}

export const OWN: Readonly<Record<KeyAlgorithm, OwnAlgorithm>> = {
  'ecdsa-p256': {
    key: { name: 'ECDSA', namedCurve: 'P-256' },
    sign: { name: 'ECDSA', hash: 'SHA-256' },
    identifier: sequence(oid(OID.ecdsaSha256)),
  },
  'ecdsa-p384': {
    key: { name: 'ECDSA', namedCurve: 'P-384' },
    sign: { name: 'ECDSA', hash: 'SHA-256' },
    identifier: sequence(oid(OID.ecdsaSha256)),
  },
  'rsa-3072': {
    key: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' },
    sign: { name: 'RSASSA-PKCS1-v1_5' },
    identifier: sequence(oid(OID.rsaSha256), empty()),
  },
}

export const SHA256_IDENTIFIER = sequence(oid(OID.sha256))
export const sha256 = async (bytes: Uint8Array): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Bytes))
export const sha1 = async (bytes: Uint8Array): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-1', bytes as Bytes))
export const digestWith = async (algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest(algorithm, bytes as Bytes))

const DIGESTS: Readonly<Record<string, DigestAlgorithm>> = { [OID.sha256]: 'SHA-256', [OID.sha384]: 'SHA-384', [OID.sha512]: 'SHA-512' }

/** Null for a digest that proves nothing (MD5, SHA-1) or that is not known here. */
export const digestAlgorithmOf = (identifier: Der): DigestAlgorithm | null => DIGESTS[identifier.fields().take().oid()] ?? null

/** What is accepted in signatures, wider than what is made. */
interface Accepted {
  readonly family: 'rsa' | 'rsa-pss' | 'ecdsa' | 'ed25519'
  /** Null: the SignerInfo's digest algorithm says it. */
  readonly hash: DigestAlgorithm | null
  readonly saltLength?: number
}

const ACCEPTED: Readonly<Record<string, Accepted>> = {
  [OID.rsa]: { family: 'rsa', hash: null },
  [OID.rsaSha256]: { family: 'rsa', hash: 'SHA-256' },
  [OID.rsaSha384]: { family: 'rsa', hash: 'SHA-384' },
  [OID.rsaSha512]: { family: 'rsa', hash: 'SHA-512' },
  [OID.ecdsaSha256]: { family: 'ecdsa', hash: 'SHA-256' },
  [OID.ecdsaSha384]: { family: 'ecdsa', hash: 'SHA-384' },
  [OID.ecdsaSha512]: { family: 'ecdsa', hash: 'SHA-512' },
  [OID.ed25519]: { family: 'ed25519', hash: null },
}

export const CURVES: Readonly<Record<string, { readonly name: string; readonly size: number }>> = {
  [OID.p256]: { name: 'P-256', size: 32 },
  [OID.p384]: { name: 'P-384', size: 48 },
  [OID.p521]: { name: 'P-521', size: 66 },
}

export const SMALLEST_RSA = 2048

/**
 * Until when signatures of a key prove anything, by its family and size in bits; null: no end is known. RSA below 3,000 bits (112 bits of
 * strength) is accepted through 2030 (NIST SP 800-57 part 1 r5, table 4).
 */
export const provesUntil = (key: { readonly family: string; readonly size?: number } | null): Instant | null =>
  key?.family === 'rsa' && (key.size ?? 0) < 3_000 ? instant('2030-12-31T23:59:59Z') : null

export function acceptedSignature(identifier: Der): Accepted | null {
  const fields = identifier.fields()
  const name = fields.take().oid()
  return name === OID.rsaPss ? acceptedPss(fields.peek) : (ACCEPTED[name] ?? null)
}

/** RFC 4055 §3.1: the digest and the mask's digest must be one; the salt's length as told. Without parameters it means SHA-1. */
function acceptedPss(parameters: Der | undefined): Accepted | null {
  if (!parameters) return null
  const fields = parameters.fields()
  const hash = fields.optional(0xa0)?.only()
  const mask = fields.optional(0xa1)?.only().fields()
  const salt = fields.optional(0xa2)?.only().integer() ?? 20
  if (!hash || !mask) return null
  if (mask.take().oid() !== OID.mgf1) throw new DerFault('an unknown mask')
  const name = digestAlgorithmOf(hash)
  return name && digestAlgorithmOf(mask.take()) === name ? { family: 'rsa-pss', hash: name, saltLength: salt } : null
}
