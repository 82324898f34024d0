import { type Bytes, hex } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { Der, DerFault } from './der-reader.ts'
import { type Name, readName } from './name.ts'
import { OID } from './oid.ts'

export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

const KEY_USAGES: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

/** An X.509 certificate as read; nothing of it is verified. */
export interface Certificate {
  readonly der: Bytes
  /** What the issuer signed. */
  readonly body: Bytes
  readonly signatureAlgorithm: Der
  readonly signature: Bytes
  readonly serialHex: string
  readonly issuer: Name
  readonly issuerDer: Bytes
  readonly subject: Name
  readonly subjectDer: Bytes
  readonly spki: Bytes
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly isCa: boolean
  readonly pathLength: number | null
  /** Null where the certificate does not restrict it. */
  readonly keyUsage: readonly KeyUsage[] | null
  readonly extendedKeyUsage: { readonly critical: boolean; readonly purposes: readonly string[] } | null
  readonly skid: Bytes | null
  readonly akid: Bytes | null
  readonly crlUrls: readonly string[]
  readonly ocspUrls: readonly string[]
  readonly email: string | null
  readonly ocspNoCheck: boolean
  /** Critical extensions that are not judged here: whoever relies on the certificate must refuse it. */
  readonly unknownCritical: readonly string[]
}

/** Reads one certificate of at most 64 KiB; anything else is a `DerFault`. */
export function readCertificate(der: Uint8Array): Certificate {
  if (der.length > 65_536) throw new DerFault('too large')
  const whole = Der.read(der)
  const outer = whole.fields()
  const body = outer.take(0x30)
  const signatureAlgorithm = outer.take(0x30)
  const signature = outer.take().bits()
  outer.end()

  const fields = body.fields()
  const version = fields.optional(0xa0)
  const serialHex = fields.take().integerHex()
  if (hex(fields.take(0x30).bytes) !== hex(signatureAlgorithm.bytes)) throw new DerFault('two signature algorithms')
  const issuer = fields.take(0x30)
  const validity = fields.take().fields()
  const [notBefore, notAfter] = [validity.take().time(), validity.take().time()]
  const subject = fields.take(0x30)
  const spki = fields.take(0x30).bytes
  fields.optional(0x81)
  fields.optional(0x82)
  const extensions = readExtensions(fields.optional(0xa3))
  fields.end()
  if (extensions.size && version?.only().integer() !== 2) throw new DerFault('extensions in an old version')

  const value = (type: string): Der | null => extensions.get(type)?.value ?? null
  const constraints = value(OID.basicConstraints)?.fields()
  const isCa = constraints?.optional(0x01)?.boolean() ?? false
  const purposes = extensions.get(OID.extendedKeyUsage)
  return {
    der: whole.bytes,
    body: body.bytes,
    signatureAlgorithm,
    signature,
    serialHex,
    issuer: readName(issuer),
    issuerDer: issuer.bytes,
    subject: readName(subject),
    subjectDer: subject.bytes,
    spki,
    notBefore,
    notAfter,
    isCa,
    pathLength: constraints?.optional(0x02)?.integer() ?? null,
    keyUsage: readKeyUsage(value(OID.keyUsage)),
    extendedKeyUsage: purposes
      ? { critical: purposes.critical, purposes: purposes.value.expect(0x30).children.map((purpose) => purpose.oid()) }
      : null,
    skid: value(OID.subjectKeyIdentifier)?.octets() ?? null,
    akid: value(OID.authorityKeyIdentifier)?.fields().optional(0x80)?.content ?? null,
    crlUrls: readDistributionPoints(value(OID.crlDistributionPoints)),
    ocspUrls: readAccess(value(OID.authorityInfoAccess), OID.accessOcsp),
    email: emailOf(value(OID.subjectAltName)),
    ocspNoCheck: extensions.has(OID.ocspNoCheck),
    unknownCritical: [...extensions].filter(([type, { critical }]) => critical && !JUDGED.has(type)).map(([type]) => type),
  }
}

export type ReadCertificate = (der: Uint8Array) => Certificate

/** Reads each certificate once, however often it comes: the same bytes give the same object. */
export function certificateReader(): ReadCertificate {
  const read = new Map<string, Certificate>()
  return (der) => {
    const key = hex(der)
    const before = read.get(key)
    if (before) return before
    const certificate = readCertificate(der)
    read.set(key, certificate)
    return certificate
  }
}

/** What the path rules look at. Name constraints and policies are not among them. */
const JUDGED: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.subjectAltName,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.crlDistributionPoints,
  OID.authorityInfoAccess,
  OID.ocspNoCheck,
])

interface Extension {
  readonly critical: boolean
  readonly value: Der
}

export function readExtensions(holder: Der | null): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>()
  for (const one of holder?.only().expect(0x30).children ?? []) {
    const fields = one.fields()
    const type = fields.take().oid()
    const critical = fields.optional(0x01)?.boolean() ?? false
    const value = Der.read(fields.take().octets())
    fields.end()
    if (extensions.has(type)) throw new DerFault('one extension twice')
    extensions.set(type, { critical, value })
  }
  return extensions
}

function readKeyUsage(value: Der | null): KeyUsage[] | null {
  if (!value) return null
  const [, ...bytes] = value.expect(0x03).content
  return KEY_USAGES.filter((_, at) => (bytes[at >> 3] ?? 0) & (0x80 >> (at & 7)))
}

/** Web addresses of full names only (RFC 5280 §4.2.1.13). */
function readDistributionPoints(value: Der | null): string[] {
  return (value?.expect(0x30).children ?? []).flatMap((point) => {
    const name = point.fields().optional(0xa0)?.only()
    return name?.is(0xa0) ? name.children.filter((uri) => uri.is(0x86)).map((uri) => uri.string()) : []
  })
}

function readAccess(value: Der | null, method: string): string[] {
  return (value?.expect(0x30).children ?? []).flatMap((access) => {
    const fields = access.fields()
    const matches = fields.take().oid() === method
    const place = fields.take()
    return matches && place.is(0x86) ? [place.string()] : []
  })
}

const emailOf = (names: Der | null): string | null => {
  const name = names?.expect(0x30).children.find((candidate) => candidate.is(0x81))
  return name ? new TextDecoder().decode(name.content) : null
}
