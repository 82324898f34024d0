import { type Bytes, concat } from '../../src/base/bytes.ts'
import { later, YEAR } from '../../src/base/instant.ts'
import { issueCertificate, newSerial, type Profile, readCertificate } from '../../src/pki/certificate.ts'
import { attribute } from '../../src/pki/cms.ts'
import { empty, explicit, integer, octets, oid, sequence, setOf } from '../../src/pki/der.ts'
import { toDer } from '../../src/pki/ecdsa.ts'
import type { Name } from '../../src/pki/name.ts'
import { OID } from '../../src/pki/oid.ts'
import { type Holder, START } from '../pki/declared-authority.ts'

/** A key of any kind with its certificate: what others sign with. */
export interface AnyHolder {
  readonly certificate: Bytes
  /** AlgorithmIdentifiers: of the digest, of the signature. */
  readonly digest: { readonly name: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'; readonly identifier: Bytes }
  readonly algorithm: Bytes
  readonly sign: (message: Bytes) => Promise<Bytes>
}

const DIGESTS = { 'SHA-1': OID.sha1, 'SHA-256': OID.sha256, 'SHA-384': OID.sha384, 'SHA-512': OID.sha512 }
export type AnyAlgorithm = 'rsa' | 'rsa-pss' | 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521' | 'ed25519'
const NAMES = { 'SHA-1': OID.rsa, 'SHA-256': OID.rsaSha256, 'SHA-384': OID.rsaSha384, 'SHA-512': OID.rsaSha512 }
const ECDSA = { 'SHA-1': OID.ecdsaSha256, 'SHA-256': OID.ecdsaSha256, 'SHA-384': OID.ecdsaSha384, 'SHA-512': OID.ecdsaSha512 }

export async function anyHolder(
  algorithm: AnyAlgorithm,
  name: AnyHolder['digest']['name'],
  issuer: Holder | null,
  subject: Name = { commonName: 'Somebody Else' },
  profile: Profile = 'signer',
): Promise<AnyHolder> {
  const parameters =
    algorithm === 'rsa' || algorithm === 'rsa-pss'
      ? {
          name: algorithm === 'rsa' ? 'RSASSA-PKCS1-v1_5' : 'RSA-PSS',
          modulusLength: 2048,
          publicExponent: Uint8Array.of(1, 0, 1),
          hash: name,
        }
      : algorithm === 'ed25519'
        ? { name: 'Ed25519' }
        : { name: 'ECDSA', namedCurve: algorithm.replace('ecdsa-p', 'P-') }
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])) as CryptoKeyPair
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const digest = { name, identifier: sequence(oid(DIGESTS[name])) }
  const how = { rsa: 'RSASSA-PKCS1-v1_5', 'rsa-pss': { name: 'RSA-PSS', saltLength: 32 }, ed25519: 'Ed25519' }
  const sign = async (message: Bytes): Promise<Bytes> => {
    const ecdsa = algorithm.startsWith('ecdsa')
    const chosen = ecdsa ? { name: 'ECDSA', hash: name } : how[algorithm as keyof typeof how]
    const value = new Uint8Array(await crypto.subtle.sign(chosen, privateKey, message))
    return ecdsa ? toDer(value) : value
  }
  const mask = sequence(oid(OID.mgf1), digest.identifier)
  const identifiers: Record<AnyAlgorithm, Bytes> = {
    rsa: sequence(oid(NAMES[name]), empty()),
    'rsa-pss': sequence(oid(OID.rsaPss), sequence(explicit(0, digest.identifier), explicit(1, mask), explicit(2, integer(32)))),
    'ecdsa-p256': sequence(oid(ECDSA[name])),
    'ecdsa-p384': sequence(oid(ECDSA[name])),
    'ecdsa-p521': sequence(oid(ECDSA[name])),
    ed25519: sequence(oid(OID.ed25519)),
  }
  const body = { profile, subject, spki, serial: newSerial(), notBefore: START, notAfter: later(START, 5 * YEAR) }
  const issued = issuer ?? { certificate: undefined, signer: { algorithm: 'ecdsa-p256' as const, sign } }
  const certificate = await issueCertificate({ ...body, ...(issuer ? { issuer } : {}) }, issued.signer)
  return { certificate, digest, algorithm: identifiers[algorithm], sign }
}

/** The same for a holder with one of our own algorithms. */
export const plainHolder = ({ certificate, signer }: Holder): AnyHolder => ({
  certificate,
  digest: { name: 'SHA-256', identifier: sequence(oid(OID.sha256)) },
  algorithm: signer.algorithm === 'ecdsa-p256' ? sequence(oid(OID.ecdsaSha256)) : sequence(oid(OID.rsaSha256), empty()),
  sign: (message) => signer.sign(message),
})

export interface Crafting {
  /** What the signature covers. */
  readonly covered: Bytes
  readonly holder: AnyHolder
  readonly chain?: readonly Bytes[]
  /** Carried inside, as eContent. */
  readonly attached?: Bytes
  /** Null: the signature is over the content itself (RFC 5652 §5.4). */
  readonly attributes?: ((made: readonly Bytes[]) => readonly Bytes[]) | null
  readonly signerInfos?: (one: Bytes) => readonly Bytes[]
  /** `v1`: with SHA-1, as old software names the certificate. */
  readonly names?: 'v2' | 'v1' | 'none'
  readonly timeStamp?: (value: Bytes) => Promise<Bytes>
  readonly forge?: (message: Bytes) => Promise<Bytes>
}

/** SignedData in any shape, good or bad. */
export async function craftCms(crafting: Crafting): Promise<Bytes> {
  const { covered, holder, chain = [], attached, timeStamp, names = 'v2', forge = holder.sign } = crafting
  const { issuerDer, serialHex } = readCertificate(holder.certificate)
  const serial = integer(Uint8Array.fromHex(serialHex))
  const digested = async (bytes: Bytes, name: string = holder.digest.name): Promise<Bytes> =>
    new Uint8Array(await crypto.subtle.digest(name, bytes))
  const named = {
    v2: async () => [
      attribute(OID.signingCertificateV2, sequence(sequence(sequence(octets(await digested(holder.certificate, 'SHA-256')))))),
    ],
    v1: async () => [attribute(OID.signingCertificate, sequence(sequence(sequence(octets(await digested(holder.certificate, 'SHA-1'))))))],
    none: async () => [],
  }[names]
  const made = [
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.messageDigest, octets(await digested(covered))),
    ...(await named()),
  ]
  const attributes = crafting.attributes === null ? null : (crafting.attributes?.(made) ?? made)
  const value = await forge(attributes ? setOf(attributes) : covered)
  const unsigned = timeStamp ? [setOf([attribute(OID.signatureTimeStamp, await timeStamp(value))], 0xa1)] : []
  const one = sequence(
    integer(1),
    sequence(issuerDer, serial),
    holder.digest.identifier,
    ...(attributes ? [setOf(attributes, 0xa0)] : []),
    holder.algorithm,
    octets(value),
    ...unsigned,
  )
  const content = sequence(oid(OID.data), ...(attached ? [explicit(0, octets(attached))] : []))
  const carried = setOf([holder.certificate, ...chain], 0xa0)
  const infos = setOf(crafting.signerInfos?.(one) ?? [one])
  return sequence(oid(OID.signedData), explicit(0, sequence(integer(1), setOf([holder.digest.identifier]), content, carried, infos)))
}

/** The outermost value with an indefinite length: BER, and no DER. */
export const indefinite = (der: Bytes): Bytes => {
  const header = der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f)
  return concat([Uint8Array.of(0x30, 0x80), der.subarray(header), Uint8Array.of(0, 0)])
}
