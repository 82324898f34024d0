import type { Bytes } from '../base/bytes.ts'
import { acceptedSignature, CURVES, type DigestAlgorithm, SMALLEST_RSA } from './algorithm.ts'
import { Der, DerFault } from './der-reader.ts'
import { fromDer } from './ecdsa.ts'
import { OID } from './oid.ts'

/** `unsupported`: an algorithm, a curve or a key size that is not judged here, or that is too weak to prove anything. */
export type SignatureCheck = 'valid' | 'invalid' | 'unsupported'

export interface SignatureToCheck {
  /** AlgorithmIdentifier. */
  readonly algorithm: Der
  /** Of the SignerInfo; decides where the algorithm itself names no digest. */
  readonly digestAlgorithm?: DigestAlgorithm | undefined
  readonly spki: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/**
 * By the very bytes in memory that were read once and are never written to: many signatures of a file lead up the same certificates and lists,
 * and each is computed once. Forgotten together with them.
 */
const known = new WeakMap<Uint8Array, { readonly check: SignatureToCheck; readonly result: Promise<SignatureCheck> }>()

export function checkSignature(check: SignatureToCheck): Promise<SignatureCheck> {
  const before = known.get(check.signature)
  const again =
    before?.check.spki === check.spki &&
    before.check.message === check.message &&
    before.check.algorithm === check.algorithm &&
    before.check.digestAlgorithm === check.digestAlgorithm
  if (before && again) return before.result
  const result = compute(check)
  known.set(check.signature, { check, result })
  return result
}

async function compute(check: SignatureToCheck): Promise<SignatureCheck> {
  try {
    const accepted = acceptedSignature(check.algorithm)
    const key = keyFacts(check.spki)
    if (!accepted || !key) return 'unsupported'
    const hash = accepted.hash ?? check.digestAlgorithm
    if (accepted.family === 'ed25519') return await verify('Ed25519', 'Ed25519', check, check.signature, key.family === 'ed25519')
    if (!hash) return 'unsupported'
    if (accepted.family === 'ecdsa') {
      if (key.family !== 'ec') return 'invalid'
      const name = { name: 'ECDSA', namedCurve: key.curve.name }
      return await verify(name, { name: 'ECDSA', hash }, check, fromDer(check.signature, key.curve.size), true)
    }
    if (key.family === 'rsa' && key.size < SMALLEST_RSA) return 'unsupported'
    const name = accepted.family === 'rsa' ? 'RSASSA-PKCS1-v1_5' : 'RSA-PSS'
    const how = accepted.family === 'rsa' ? name : { name, saltLength: accepted.saltLength ?? 20 }
    return await verify({ name, hash }, how, check, check.signature, key.family === 'rsa')
  } catch (error) {
    if (error instanceof DerFault) return 'invalid'
    if (error instanceof DOMException || error instanceof TypeError) return 'unsupported'
    throw error
  }
}

async function verify(
  imported: Parameters<SubtleCrypto['importKey']>[2],
  how: Parameters<SubtleCrypto['verify']>[0],
  { spki, message }: SignatureToCheck,
  signature: Uint8Array,
  fits: boolean,
): Promise<SignatureCheck> {
  if (!fits) return 'invalid'
  const key = await crypto.subtle.importKey('spki', spki as Bytes, imported, false, ['verify'])
  return (await crypto.subtle.verify(how, key, signature as Bytes, message as Bytes)) ? 'valid' : 'invalid'
}

/** For people: `ECDSA P-256, SHA-256`. Null for what is not judged here. */
export function algorithmText(algorithm: Der, digest: DigestAlgorithm | null, spki: Uint8Array): string | null {
  try {
    const accepted = acceptedSignature(algorithm)
    const key = keyFacts(spki)
    if (!accepted || !key) return null
    const hash = accepted.hash ?? digest
    if (key.family === 'ed25519') return 'Ed25519'
    const name = key.family === 'ec' ? `ECDSA ${key.curve.name}` : `${accepted.family === 'rsa-pss' ? 'RSA-PSS' : 'RSA'} ${key.size}`
    return hash ? `${name}, ${hash}` : name
  } catch (error) {
    if (error instanceof DerFault) return null
    throw error
  }
}

type KeyFacts = { family: 'rsa'; size: number } | { family: 'ec'; curve: { name: string; size: number } } | { family: 'ed25519' }

/** What a SubjectPublicKeyInfo holds, or null for what is not judged here. */
export function keyFacts(spki: Uint8Array): KeyFacts | null {
  const fields = Der.read(spki).fields()
  const algorithm = fields.take().fields()
  const name = algorithm.take().oid()
  if (name === OID.ed25519) return { family: 'ed25519' }
  if (name === OID.ec) {
    const curve = CURVES[algorithm.take().oid()]
    return curve ? { family: 'ec', curve } : null
  }
  if (name !== OID.rsa) return null
  const modulus = Der.read(fields.take().bits()).fields().take().integerHex()
  return { family: 'rsa', size: BigInt(`0x${modulus}`).toString(2).length }
}
