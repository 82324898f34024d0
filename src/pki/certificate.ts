import { type Bytes, base64, fromBase64, hex, randomBytes, utf8 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { OWN, sha1, sha256 } from './algorithm.ts'
import { bits, explicit, implicit, integer, octets, oid, sequence, time, tlv, yes } from './der.ts'
import { Der, DerFault } from './der-reader.ts'
import { type Name, writeName } from './name.ts'
import { OID } from './oid.ts'
import { type Certificate, readCertificate } from './certificate-reader.ts'
import type { Signer } from './signer.ts'

export { type Certificate, readCertificate }

export type Profile = 'root' | 'issuing' | 'seal' | 'tsa' | 'ocsp' | 'signer' | 'server'

export interface CertificateRequest {
  readonly profile: Profile
  readonly subject: Name
  /** SubjectPublicKeyInfo. */
  readonly spki: Bytes
  /** None for the root, which signs itself. */
  readonly issuer?: { readonly certificate: Bytes }
  /** 20 bytes of `newSerial`. */
  readonly serial: Bytes
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly crlUrl?: string
  readonly ocspUrl?: string
  readonly caUrl?: string
  readonly email?: string
  /** Of a server: names, ASCII, and addresses of 4 or 16 bytes (RFC 5280 §4.2.1.6). */
  readonly hosts?: readonly (string | Uint8Array)[]
}

/** Bits of RFC 5280 §4.2.1.3, from the left; the second number is how many are unused in the last byte. */
const SIGN_CERTIFICATES_AND_LISTS = [0x06, 1] as const
const SIGN_AND_COMMIT = [0xc0, 6] as const
const SIGN = [0x80, 7] as const

const PROFILES: Readonly<Record<Profile, { usage: readonly [number, number]; purposes: readonly string[]; ca: Bytes | null }>> = {
  root: { usage: SIGN_CERTIFICATES_AND_LISTS, purposes: [], ca: sequence(yes(), integer(1)) },
  issuing: { usage: SIGN_CERTIFICATES_AND_LISTS, purposes: [], ca: sequence(yes(), integer(0)) },
  seal: { usage: SIGN_AND_COMMIT, purposes: [OID.documentSigning, OID.emailProtection], ca: null },
  signer: { usage: SIGN_AND_COMMIT, purposes: [OID.documentSigning, OID.emailProtection], ca: null },
  tsa: { usage: SIGN_AND_COMMIT, purposes: [OID.timeStamping], ca: null },
  ocsp: { usage: SIGN, purposes: [OID.ocspSigning], ca: null },
  server: { usage: SIGN, purposes: [OID.serverAuthentication], ca: null },
}

/** RFC 5280. The issuer's subject and key identifier are taken over byte by byte. */
export async function issueCertificate(request: CertificateRequest, issuerSigner: Signer): Promise<Bytes> {
  const { subject, spki, issuer, serial, notBefore, notAfter } = request
  if (serial.length !== 20 || serial[0]! & 0x80 || !serial[0]) throw new RangeError('a serial of 20 bytes, top bit 0')
  const own = issuer ? readCertificate(issuer.certificate) : null
  const { identifier } = OWN[issuerSigner.algorithm]
  const subjectName = writeName(subject)
  const keyIdentifier = await keyIdentifierOf(spki)
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial),
    identifier,
    own?.subjectDer ?? subjectName,
    sequence(time(notBefore), time(notAfter)),
    subjectName,
    spki,
    explicit(3, sequence(...extensions(request, keyIdentifier, own?.skid ?? keyIdentifier))),
  )
  return sequence(body, identifier, bits(await issuerSigner.sign(body)))
}

function extensions(request: CertificateRequest, own: Uint8Array, issuer: Uint8Array): Bytes[] {
  const { profile, crlUrl, ocspUrl, caUrl, email, hosts } = request
  const { usage, purposes, ca } = PROFILES[profile]
  const list = [
    extension(OID.basicConstraints, ca ?? sequence(), true),
    extension(OID.keyUsage, bits(Uint8Array.of(usage[0]), usage[1]), true),
    extension(OID.subjectKeyIdentifier, octets(own)),
  ]
  if (profile !== 'root') list.push(extension(OID.authorityKeyIdentifier, sequence(implicit(0, issuer))))
  // RFC 3161 §2.3: critical, and alone.
  if (purposes.length) list.push(extension(OID.extendedKeyUsage, sequence(...purposes.map(oid)), profile === 'tsa'))
  // RFC 6960 §4.2.2.2.1: whoever checks a responder does not ask the responder about itself.
  if (profile === 'ocsp') list.push(extension(OID.ocspNoCheck, tlv(0x05)))
  if (email && isAscii(email)) list.push(extension(OID.subjectAltName, sequence(implicit(1, utf8(email)))))
  // RFC 5280 §4.2.1.6: critical where the subject says nothing.
  if (hosts) list.push(extension(OID.subjectAltName, sequence(...hosts.map(hostName)), writeName(request.subject).length === 2))
  if (crlUrl) list.push(extension(OID.crlDistributionPoints, sequence(sequence(explicit(0, explicit(0, uri(crlUrl)))))))
  const access = [
    ...(ocspUrl ? [sequence(oid(OID.accessOcsp), uri(ocspUrl))] : []),
    ...(caUrl ? [sequence(oid(OID.accessIssuers), uri(caUrl))] : []),
  ]
  if (access.length) list.push(extension(OID.authorityInfoAccess, sequence(...access)))
  return list
}

export const extension = (type: string, value: Uint8Array, critical = false): Bytes =>
  critical ? sequence(oid(type), yes(), octets(value)) : sequence(oid(type), octets(value))

const hostName = (host: string | Uint8Array): Bytes => (typeof host === 'string' ? tlv(0x82, utf8(host)) : tlv(0x87, host))
const uri = (url: string): Bytes => tlv(0x86, utf8(url))
const isAscii = (text: string): boolean => /^[\x21-\x7e]{3,120}$/.test(text)

/** RFC 5280 §4.2.1.2, first method: SHA-1 of the public key's bits, an identifier and no proof. */
export const keyIdentifierOf = (spki: Uint8Array): Promise<Bytes> => {
  const fields = Der.read(spki).fields()
  fields.take()
  return sha1(fields.take().bits())
}

/** 20 bytes, 158 of their bits random, top bit 0, never shorter when written. */
export function newSerial(): Bytes {
  const serial = randomBytes(20)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  return serial
}

/** SHA-256 of the certificate in lower-case hexadecimal. */
export const fingerprintOf = async (certificate: Uint8Array): Promise<string> => hex(await sha256(certificate))

export const toPem = (der: Uint8Array, label = 'CERTIFICATE'): string =>
  `-----BEGIN ${label}-----\n${base64(der).replaceAll(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`

/** Every block of that label, in order. A `DerFault` where one is no base64. */
export const fromPem = (text: string, label = 'CERTIFICATE'): Bytes[] =>
  [...text.matchAll(new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, 'g'))].map((match) => {
    try {
      return fromBase64((match[1] ?? '').replaceAll(/\s/g, ''))
    } catch (error) {
      throw new DerFault('not base64', { cause: error })
    }
  })
