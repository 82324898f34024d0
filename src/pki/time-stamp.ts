import { type Bytes, equalBytes } from '../base/bytes.ts'
import { type Instant, wholeSecond } from '../base/instant.ts'
import { type DigestAlgorithm, digestAlgorithmOf, digestWith, provesUntil, SHA256_IDENTIFIER, sha256 } from './algorithm.ts'
import type { Certificate, ReadCertificate } from './certificate-reader.ts'
import { signedData } from './cms.ts'
import { verifyCms } from './cms-check.ts'
import { type Cms, readCms } from './cms-reader.ts'
import { explicit, generalizedTime, integer, octets, oid, sequence } from './der.ts'
import { Der, DerFault } from './der-reader.ts'
import { OID } from './oid.ts'
import { keyFacts } from './signature.ts'
import type { Signer } from './signer.ts'

export { answerTimeStampRequest } from './time-stamp-protocol.ts'

export interface TimeStampRequest {
  /** AlgorithmIdentifier of another digest than SHA-256, as the asker wrote it. */
  readonly imprintAlgorithm?: Bytes
  readonly imprint: Bytes
  readonly at: Instant
  /** Unsigned, unique for this authority. */
  readonly serial: Bytes
  readonly policy: string
  readonly certificate: Bytes
  /** Certificates above it; null where the asker wants none at all. */
  readonly chain: readonly Bytes[] | null
  readonly signer: Signer
  /** The content of the asker's INTEGER. */
  readonly nonce?: Bytes
}

/** RFC 3161 §2.4.2. Whole seconds, exact to one. */
export async function makeTimeStampToken(request: TimeStampRequest): Promise<Bytes> {
  const { imprintAlgorithm, imprint, at, serial, policy, certificate, chain, signer, nonce } = request
  const info = sequence(
    integer(1),
    oid(policy),
    sequence(imprintAlgorithm ?? SHA256_IDENTIFIER, octets(imprint)),
    integer(serial),
    generalizedTime(wholeSecond(at)),
    sequence(integer(1)),
    ...(nonce ? [integer(nonce)] : []),
  )
  return signedData({
    version: 3,
    content: sequence(oid(OID.timeStampInfo), explicit(0, octets(info))),
    contentType: OID.timeStampInfo,
    digest: await sha256(info),
    certificate,
    carried: chain ? [certificate, ...chain] : [],
    signer,
  })
}

export interface TimeStampToken {
  readonly cms: Cms
  readonly at: Instant
  readonly policy: string
  readonly serialHex: string
  /** Null for a digest that proves nothing or is not known. */
  readonly imprintAlgorithm: DigestAlgorithm | null
  readonly imprint: Bytes
}

/** Throws a `DerFault` where it is no time-stamp token. */
export function readTimeStampToken(token: Uint8Array, read?: ReadCertificate): TimeStampToken {
  const cms = readCms(token, read)
  if (cms.contentType !== OID.timeStampInfo || !cms.content) throw new DerFault('not a time-stamp token')
  const fields = Der.read(cms.content).fields()
  if (fields.take().integer() !== 1) throw new DerFault('an unknown version')
  const policy = fields.take().oid()
  const stamped = fields.take().fields()
  const imprintAlgorithm = digestAlgorithmOf(stamped.take())
  return {
    cms,
    policy,
    imprintAlgorithm,
    imprint: stamped.take().octets(),
    serialHex: fields.take().integerHex(),
    at: fields.take(0x18).time(),
  }
}

/**
 * Until when a token proves its time without another stamp over it: the first end among the certificates that travel in it, or that of its
 * algorithm. Throws a `DerFault` where it is no time-stamp token.
 */
export function proofEndOf(token: Uint8Array): Instant {
  const { cms } = readTimeStampToken(token)
  const ends = cms.certificates.flatMap(({ notAfter, spki }) => [notAfter, provesUntil(keyFacts(spki)) ?? notAfter])
  const first = ends.sort()[0]
  if (!first) throw new DerFault('no certificate')
  return first
}

export type TimeStampFault =
  'imprint-differs' | 'signature-invalid' | 'signature-unsupported' | 'purpose-wrong' | 'outside-validity' | 'malformed'

export interface TimeStampCheck {
  /** Proves `at`, given that the path of `certificate` is trusted. */
  readonly sound: boolean
  readonly at: Instant | null
  readonly certificate: Certificate | null
  readonly certificates: readonly Certificate[]
  readonly faults: readonly TimeStampFault[]
}

/** `digestFor` answers with the digest of what the token is said to stamp. */
export async function verifyTimeStampToken(
  token: Uint8Array,
  digestFor: (algorithm: DigestAlgorithm) => Promise<Bytes>,
  reader?: ReadCertificate,
): Promise<TimeStampCheck> {
  let read: TimeStampToken
  try {
    read = readTimeStampToken(token, reader)
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    return { sound: false, at: null, certificate: null, certificates: [], faults: ['malformed'] }
  }
  const { cms, at } = read
  const certificate = cms.signerCertificate
  const faults: TimeStampFault[] = []
  if (!read.imprintAlgorithm || !equalBytes(await digestFor(read.imprintAlgorithm), read.imprint)) faults.push('imprint-differs')
  const check = await verifyCms(cms, (algorithm) => digestWith(algorithm, cms.content!))
  if (!check.intact || check.signature === 'invalid') faults.push('signature-invalid')
  else if (check.signature === 'unsupported') faults.push('signature-unsupported')
  if (check.faults.some((fault) => fault !== 'signing-certificate-missing')) faults.push('malformed')
  if (certificate) {
    // RFC 3161 §2.3: the extension is critical, and time stamping its only purpose.
    const usage = certificate.extendedKeyUsage
    if (!usage?.critical || usage.purposes.length !== 1 || usage.purposes[0] !== OID.timeStamping) faults.push('purpose-wrong')
    if (at < certificate.notBefore || at > certificate.notAfter) faults.push('outside-validity')
  }
  return { sound: faults.length === 0, at, certificate, certificates: cms.certificates, faults }
}
