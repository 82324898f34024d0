import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { type DigestAlgorithm, digestAlgorithmOf } from './algorithm.ts'
import { type Certificate, type ReadCertificate, readCertificate } from './certificate-reader.ts'
import { Der, DerFault, type Fields } from './der-reader.ts'
import { OID } from './oid.ts'

/** What keeps a signature from proving anything, or from being one of ours; a stable name each. */
export type CmsFault =
  | 'padding-not-zero'
  | 'content-attached'
  | 'several-signers'
  | 'signer-certificate-missing'
  | 'no-signed-attributes'
  | 'content-type-wrong'
  | 'message-digest-missing'
  | 'signing-certificate-missing'
  | 'signing-certificate-wrong'
  | 'digest-weak'
  | 'attribute-twice'

export interface Cms {
  readonly der: Bytes
  readonly contentType: string
  /** The attached content, or null where it is detached. */
  readonly content: Bytes | null
  /** Null for a digest that proves nothing or is not known. */
  readonly digestAlgorithm: DigestAlgorithm | null
  /** The SET OF signed attributes, as it was signed. */
  readonly signedAttributes: Bytes
  readonly messageDigest: Bytes | null
  readonly signingTime: Instant | null
  readonly signatureAlgorithm: Der
  readonly signatureValue: Bytes
  readonly signerCertificate: Certificate | null
  readonly certificates: readonly Certificate[]
  /** Digest of the certificate that the signer named (signingCertificateV2), to be compared by `verifyCms`. */
  readonly named: { readonly algorithm: DigestAlgorithm | null; readonly digest: Bytes } | null
  readonly timeStampToken: Bytes | null
  readonly faults: readonly CmsFault[]
}

/**
 * Reads the value of /Contents, or a time-stamp token. Zero bytes behind it are padding. What cannot be read at all throws a
 * `DerFault`; what can be read but must not be relied on is told in `faults`.
 */
export function readCms(contents: Uint8Array, read: ReadCertificate = readCertificate): Cms {
  if (contents.length > 8_388_608) throw new DerFault('too large')
  const whole = Der.first(contents)
  const faults: CmsFault[] = []
  if (contents.subarray(whole.bytes.length).some((byte) => byte !== 0)) faults.push('padding-not-zero')
  const info = whole.fields()
  if (info.take().oid() !== OID.signedData) throw new DerFault('not signed data')
  const data = info.take(0xa0).only().fields()
  info.end()
  data.take().integer()
  data.take(0x31)
  const encapsulated = data.take().fields()
  const contentType = encapsulated.take().oid()
  const content = encapsulated.optional(0xa0)?.only().octets() ?? null
  if (contentType === OID.data && content) faults.push('content-attached')
  const certificates = (data.optional(0xa0)?.children ?? []).filter((one) => one.is(0x30)).map((one) => read(one.bytes))
  data.optional(0xa1)
  const signers = data.take(0x31).children
  data.end()
  if (!signers[0]) throw new DerFault('no signer')
  if (signers.length > 1) faults.push('several-signers')
  return {
    der: whole.bytes,
    contentType,
    content,
    certificates,
    ...readSigner(signers[0].fields(), contentType, certificates, faults),
    faults,
  }
}

type SignerFacts = Omit<Cms, 'der' | 'contentType' | 'content' | 'certificates' | 'faults'>

function readSigner(fields: Fields, contentType: string, certificates: readonly Certificate[], faults: CmsFault[]): SignerFacts {
  fields.take().integer()
  const signerCertificate = certificates.find(matching(fields.take())) ?? null
  if (!signerCertificate) faults.push('signer-certificate-missing')
  const digestAlgorithm = digestAlgorithmOf(fields.take())
  if (!digestAlgorithm) faults.push('digest-weak')
  const carried = fields.optional(0xa0)
  const signed = readAttributes(carried, faults)
  const signatureAlgorithm = fields.take(0x30)
  const signatureValue = fields.take().octets()
  const unsigned = readAttributes(fields.optional(0xa1), faults)
  fields.end()

  if (!carried) faults.push('no-signed-attributes')
  else if (signed.get(OID.contentType)?.oid() !== contentType) faults.push('content-type-wrong')
  const messageDigest = signed.get(OID.messageDigest)?.octets() ?? null
  if (!messageDigest) faults.push('message-digest-missing')
  const named = readNamed(signed.get(OID.signingCertificateV2))
  if (!named) faults.push('signing-certificate-missing')
  const signedAttributes = carried ? carried.bytes.slice() : new Uint8Array()
  if (carried) signedAttributes[0] = 0x31
  return {
    digestAlgorithm,
    signedAttributes,
    messageDigest,
    signingTime: signed.get(OID.signingTime)?.time() ?? null,
    signatureAlgorithm,
    signatureValue,
    signerCertificate,
    named,
    timeStampToken: unsigned.get(OID.signatureTimeStamp)?.bytes ?? null,
  }
}

/** issuerAndSerialNumber, or [0] subjectKeyIdentifier. */
function matching(identifier: Der): (certificate: Certificate) => boolean {
  if (identifier.is(0x80)) return ({ skid }) => skid !== null && same(skid, identifier.content)
  const fields = identifier.fields()
  const issuer = fields.take(0x30).bytes
  const serialHex = fields.take().integerHex()
  return (certificate) => certificate.serialHex === serialHex && same(certificate.issuerDer, issuer)
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])

function readAttributes(holder: Der | null, faults: CmsFault[]): Map<string, Der> {
  const attributes = new Map<string, Der>()
  for (const one of holder?.children ?? []) {
    const fields = one.fields()
    const type = fields.take().oid()
    const values = fields.take(0x31).children
    if (attributes.has(type) || values.length !== 1) faults.push('attribute-twice')
    if (values[0] && !attributes.has(type)) attributes.set(type, values[0])
  }
  return attributes
}

function readNamed(value: Der | undefined): Cms['named'] {
  const first = value?.fields().take(0x30).children[0]?.fields()
  if (!first) return null
  const algorithm = first.optional(0x30)
  return { algorithm: algorithm ? digestAlgorithmOf(algorithm) : 'SHA-256', digest: first.take().octets() }
}
