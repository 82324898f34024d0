import type { Bytes } from '../base/bytes.ts'
import { OWN, SHA256_IDENTIFIER, sha256 } from './algorithm.ts'
import { readCertificate } from './certificate.ts'
import { explicit, integer, octets, oid, sequence, setOf } from './der.ts'
import { OID } from './oid.ts'
import type { Signer } from './signer.ts'

export { type Cms, type CmsFault, readCms } from './cms-reader.ts'
export { type CmsCheck, verifyCms } from './cms-check.ts'

export interface CmsRequest {
  /** SHA-256 of the byte ranges. */
  readonly digest: Bytes
  readonly certificate: Bytes
  /** Every certificate above it that is to travel along. */
  readonly chain: readonly Bytes[]
  readonly signer: Signer
  /** Answers with the time-stamp token over the signature value: level B-T. */
  readonly timeStamp?: (signatureValue: Bytes) => Promise<Bytes>
}

/**
 * The one shape that is written into a PDF (ETSI EN 319 142-1 §6, RFC 5652): detached, one SignerInfo, signingCertificateV2, no
 * signing time (the PDF's /M tells it), the time stamp as unsigned attribute.
 */
export async function signCms({ digest, certificate, chain, signer, timeStamp }: CmsRequest): Promise<Bytes> {
  return signedData({
    version: 1,
    content: sequence(oid(OID.data)),
    contentType: OID.data,
    digest,
    certificate,
    carried: [certificate, ...chain],
    signer,
    timeStamp,
  })
}

export interface SignedDataRequest {
  readonly version: 1 | 3
  /** EncapsulatedContentInfo. */
  readonly content: Bytes
  readonly contentType: string
  readonly digest: Bytes
  readonly certificate: Bytes
  readonly carried: readonly Bytes[]
  readonly signer: Signer
  readonly timeStamp?: ((signatureValue: Bytes) => Promise<Bytes>) | undefined
}

/** Also the shape of a time-stamp token. */
export async function signedData(request: SignedDataRequest): Promise<Bytes> {
  const { version, content, contentType, digest, certificate, carried, signer, timeStamp } = request
  const { issuerDer, serial } = identifierOf(certificate)
  const attributes = [
    attribute(OID.contentType, oid(contentType)),
    attribute(OID.messageDigest, octets(digest)),
    attribute(OID.signingCertificateV2, await essCertificate(certificate, issuerDer, serial)),
  ]
  // RFC 5652 §5.4: signed as SET OF, carried under [0].
  const signatureValue = await signer.sign(setOf(attributes))
  const unsigned = timeStamp ? [setOf([attribute(OID.signatureTimeStamp, await timeStamp(signatureValue))], 0xa1)] : []
  const signerInfo = sequence(
    integer(1),
    sequence(issuerDer, serial),
    SHA256_IDENTIFIER,
    setOf(attributes, 0xa0),
    OWN[signer.algorithm].identifier,
    octets(signatureValue),
    ...unsigned,
  )
  const certificates = carried.length ? [setOf(carried, 0xa0)] : []
  return sequence(
    oid(OID.signedData),
    explicit(0, sequence(integer(version), setOf([SHA256_IDENTIFIER]), content, ...certificates, setOf([signerInfo]))),
  )
}

export const attribute = (type: string, value: Uint8Array): Bytes => sequence(oid(type), setOf([value]))

const identifierOf = (certificate: Bytes): { issuerDer: Bytes; serial: Bytes } => {
  const { issuerDer, serialHex } = readCertificate(certificate)
  return { issuerDer, serial: integer(Uint8Array.from(serialHex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))) }
}

/** RFC 5035 §4: ESSCertIDv2 with its default digest, SHA-256, left out; issuer and serial bind it further. */
async function essCertificate(certificate: Bytes, issuerDer: Bytes, serial: Bytes): Promise<Bytes> {
  return sequence(sequence(sequence(octets(await sha256(certificate)), sequence(sequence(explicit(4, issuerDer)), serial))))
}
