import { type Bytes, fromHex } from '../base/bytes.ts'
import { type Instant, wholeSecond } from '../base/instant.ts'
import { OWN, sha1, sha256 } from './algorithm.ts'
import { type Certificate, type ReadCertificate, readCertificate, readExtensions } from './certificate-reader.ts'
import { extension } from './certificate.ts'
import { bits, empty, enumerated, explicit, generalizedTime, implicit, integer, octets, oid, sequence, tlv } from './der.ts'
import { Der, DerFault } from './der-reader.ts'
import { OID } from './oid.ts'
import { REVOCATION_REASONS, type RevocationReason, same } from './revocation-list.ts'
import { checkSignature } from './signature.ts'
import type { Signer } from './signer.ts'

export type OcspStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'revoked'; readonly at: Instant; readonly reason: RevocationReason | number }

export interface OcspAnswer {
  readonly id: CertificateId
  readonly status: OcspStatus
}

export interface OcspResponseRequest {
  readonly answers: readonly OcspAnswer[]
  readonly producedAt: Instant
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant
  /** The certificate of `signer`: the issuer's own, or a responder that the issuer delegates to. */
  readonly responder: Bytes
  readonly signer: Signer
  /** The content of the asker's nonce extension. */
  readonly nonce?: Bytes
}

/** RFC 6960 §4.2.1; whole seconds. */
export async function makeOcspResponse(request: OcspResponseRequest): Promise<Bytes> {
  const { answers, producedAt, thisUpdate, nextUpdate, responder, signer, nonce } = request
  const { identifier } = OWN[signer.algorithm]
  const keyHash = await keyHashOf(readCertificate(responder))
  const singles = answers.map(({ id, status }) =>
    sequence(
      writeId(id),
      writeStatus(status),
      generalizedTime(wholeSecond(thisUpdate)),
      explicit(0, generalizedTime(wholeSecond(nextUpdate))),
    ),
  )
  const body = sequence(
    explicit(2, octets(keyHash)),
    generalizedTime(wholeSecond(producedAt)),
    sequence(...singles),
    ...(nonce ? [explicit(1, sequence(extension(OID.ocspNonce, nonce)))] : []),
  )
  const basic = sequence(body, identifier, bits(await signer.sign(body)), explicit(0, sequence(responder)))
  return sequence(enumerated(0), explicit(0, sequence(oid(OID.ocspBasic), octets(basic))))
}

/** An answer that says only why there is none (RFC 6960 §4.2.1). */
export const ocspRefusal = (status: 'malformed' | 'internal-error' | 'try-later' | 'unauthorized'): Bytes =>
  sequence(enumerated({ malformed: 1, 'internal-error': 2, 'try-later': 3, unauthorized: 6 }[status]))

/** Which certificate is asked about: its issuer by two digests, and its serial. */
export interface CertificateId {
  readonly hash: 'SHA-1' | 'SHA-256'
  readonly issuerNameHash: Bytes
  readonly issuerKeyHash: Bytes
  readonly serialHex: string
}

/** SHA-1 names the issuer here, as every client expects (RFC 5019 §2.1.1); it proves nothing. */
export async function certificateIdOf(
  certificate: Certificate,
  issuer: Certificate,
  hash: CertificateId['hash'] = 'SHA-1',
): Promise<CertificateId> {
  return { hash, ...(await issuerHashes(issuer, hash)), serialHex: certificate.serialHex }
}

type IssuerHashes = Pick<CertificateId, 'issuerNameHash' | 'issuerKeyHash'>
const DIGESTS = { 'SHA-1': sha1, 'SHA-256': sha256 }
/** Every answer names its issuer by the same digests. */
const hashed: Readonly<Record<CertificateId['hash'], WeakMap<Certificate, Promise<IssuerHashes>>>> = {
  'SHA-1': new WeakMap(),
  'SHA-256': new WeakMap(),
}

export function issuerHashes(issuer: Certificate, hash: CertificateId['hash']): Promise<IssuerHashes> {
  const before = hashed[hash].get(issuer)
  if (before) return before
  const computed = computeHashes(issuer, DIGESTS[hash])
  hashed[hash].set(issuer, computed)
  return computed
}

async function computeHashes(issuer: Certificate, digest: (bytes: Uint8Array) => Promise<Bytes>): Promise<IssuerHashes> {
  const fields = Der.read(issuer.spki).fields()
  fields.take()
  return { issuerNameHash: await digest(issuer.subjectDer), issuerKeyHash: await digest(fields.take().bits()) }
}

/** RFC 6960 §4.2.1: a responder by its key is one by SHA-1 of it. */
const keyHashOf = async (certificate: Certificate): Promise<Bytes> => (await issuerHashes(certificate, 'SHA-1')).issuerKeyHash

const writeId = ({ hash, issuerNameHash, issuerKeyHash, serialHex }: CertificateId): Bytes =>
  sequence(
    sequence(oid(hash === 'SHA-1' ? OID.sha1 : OID.sha256), empty()),
    octets(issuerNameHash),
    octets(issuerKeyHash),
    integer(fromHex(serialHex)),
  )

function readId(value: Der): CertificateId {
  const fields = value.fields()
  const algorithm = fields.take().fields().take().oid()
  if (algorithm !== OID.sha1 && algorithm !== OID.sha256) throw new DerFault('an unknown digest')
  const [issuerNameHash, issuerKeyHash] = [fields.take().octets(), fields.take().octets()]
  return { hash: algorithm === OID.sha1 ? 'SHA-1' : 'SHA-256', issuerNameHash, issuerKeyHash, serialHex: fields.take().integerHex() }
}

function writeStatus(status: OcspStatus): Bytes {
  if (status.kind === 'good') return implicit(0, new Uint8Array())
  if (status.kind === 'unknown') return implicit(2, new Uint8Array())
  const reason = typeof status.reason === 'number' ? status.reason : REVOCATION_REASONS[status.reason]
  return tlv(0xa1, generalizedTime(wholeSecond(status.at)), explicit(0, enumerated(reason)))
}

export interface OcspRequest {
  readonly ids: readonly CertificateId[]
  readonly nonce: Bytes | null
}

/** Throws a `DerFault` where it is no request, asks for more than 20, or its nonce is longer than RFC 9654 allows. */
export function readOcspRequest(der: Uint8Array): OcspRequest {
  if (der.length > 16_384) throw new DerFault('too large')
  const body = Der.read(der).fields().take().fields()
  body.optional(0xa0)
  body.optional(0xa1)
  const ids = body.take(0x30).children.map((request) => readId(request.fields().take()))
  const nonce = readExtensions(body.optional(0xa2)).get(OID.ocspNonce)?.value.bytes ?? null
  if (!ids.length || ids.length > 20 || (nonce && nonce.length > 130)) throw new DerFault('out of bounds')
  return { ids, nonce }
}

export interface OcspResponse {
  readonly der: Bytes
  readonly body: Bytes
  readonly signatureAlgorithm: Der
  readonly signature: Bytes
  readonly certificates: readonly Certificate[]
  readonly responder: { readonly nameDer: Bytes } | { readonly keyHash: Bytes }
  readonly producedAt: Instant
  readonly answers: readonly {
    readonly id: CertificateId
    readonly status: OcspStatus
    readonly thisUpdate: Instant
    readonly nextUpdate: Instant | null
  }[]
}

/** Throws a `DerFault` where it is no successful basic response. */
export function readOcspResponse(der: Uint8Array, read: ReadCertificate = readCertificate): OcspResponse {
  const whole = Der.read(der)
  const outer = whole.fields()
  if (outer.take(0x0a).content[0] !== 0) throw new DerFault('not a successful response')
  const typed = outer.take(0xa0).only().fields()
  if (typed.take().oid() !== OID.ocspBasic) throw new DerFault('an unknown response')
  const basic = Der.read(typed.take().octets()).fields()
  const body = basic.take(0x30)
  const signatureAlgorithm = basic.take(0x30)
  const signature = basic.take().bits()
  const certificates = (basic.optional(0xa0)?.only().expect(0x30).children ?? []).map((one) => read(one.bytes))
  const fields = body.fields()
  fields.optional(0xa0)
  const by = fields.take()
  const responder = by.is(0xa1) ? { nameDer: by.only().bytes } : { keyHash: by.expect(0xa2).only().octets() }
  const producedAt = fields.take(0x18).time()
  const answers = fields.take(0x30).children.map((single) => {
    const parts = single.fields()
    const id = readId(parts.take())
    const status = readStatus(parts.take())
    const thisUpdate = parts.take(0x18).time()
    return { id, status, thisUpdate, nextUpdate: parts.optional(0xa0)?.only().time() ?? null }
  })
  return { der: whole.bytes, body: body.bytes, signatureAlgorithm, signature, certificates, responder, producedAt, answers }
}

function readStatus(value: Der): OcspStatus {
  if (value.is(0x80)) return { kind: 'good' }
  if (value.is(0x82)) return { kind: 'unknown' }
  const fields = value.fields(0xa1)
  return { kind: 'revoked', at: fields.take(0x18).time(), reason: fields.optional(0xa0)?.only().expect(0x0a).content[0] ?? 0 }
}

/** Who signed the response, where the issuer itself did or a responder whose certificate the issuer made for that (RFC 6960 §4.2.2.2). */
export async function responderOf(response: OcspResponse, issuer: Certificate): Promise<Certificate | null> {
  for (const candidate of [issuer, ...response.certificates]) {
    const { responder, signatureAlgorithm: algorithm, signature, body: message, producedAt } = response
    const named =
      'nameDer' in responder ? same(responder.nameDer, candidate.subjectDer) : same(responder.keyHash, await keyHashOf(candidate))
    if (!named || (await checkSignature({ algorithm, spki: candidate.spki, message, signature })) !== 'valid') continue
    if (same(candidate.der, issuer.der)) return candidate
    const delegated = candidate.extendedKeyUsage?.purposes.includes(OID.ocspSigning) && same(candidate.issuerDer, issuer.subjectDer)
    const current = producedAt >= candidate.notBefore && producedAt <= candidate.notAfter
    const made = { algorithm: candidate.signatureAlgorithm, spki: issuer.spki, message: candidate.body, signature: candidate.signature }
    if (delegated && current && !candidate.unknownCritical.length && (await checkSignature(made)) === 'valid') return candidate
  }
  return null
}
