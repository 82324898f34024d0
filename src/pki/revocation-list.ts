import { type Bytes, fromHex } from '../base/bytes.ts'
import { type Instant, wholeSecond } from '../base/instant.ts'
import { OWN } from './algorithm.ts'
import { type Certificate, readExtensions } from './certificate-reader.ts'
import { extension, readCertificate } from './certificate.ts'
import { bits, enumerated, explicit, implicit, integer, sequence, time } from './der.ts'
import { Der, DerFault } from './der-reader.ts'
import { OID } from './oid.ts'
import { checkSignature } from './signature.ts'
import type { Signer } from './signer.ts'

/** RFC 5280 §5.3.1, those that we give. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  'key-compromise': 1,
  'ca-compromise': 2,
  'affiliation-changed': 3,
  superseded: 4,
  'cessation-of-operation': 5,
} as const
export type RevocationReason = keyof typeof REVOCATION_REASONS

export interface Revoked {
  readonly serialHex: string
  readonly at: Instant
  readonly reason: RevocationReason
}

export interface RevocationListRequest {
  /** The issuer's certificate. */
  readonly issuer: Bytes
  readonly number: number
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant
  readonly revoked: readonly Revoked[]
  readonly signer: Signer
}

/** RFC 5280 §5: version 2, complete, numbered. */
export async function makeRevocationList({
  issuer,
  number,
  thisUpdate,
  nextUpdate,
  revoked,
  signer,
}: RevocationListRequest): Promise<Bytes> {
  const { subjectDer, skid } = readCertificate(issuer)
  const { identifier } = OWN[signer.algorithm]
  const entries = revoked.map(({ serialHex, at, reason }) =>
    sequence(
      integer(fromHex(serialHex)),
      time(wholeSecond(at)),
      ...(reason === 'unspecified' ? [] : [sequence(extension(OID.crlReason, enumerated(REVOCATION_REASONS[reason])))]),
    ),
  )
  const body = sequence(
    integer(1),
    identifier,
    subjectDer,
    time(wholeSecond(thisUpdate)),
    time(wholeSecond(nextUpdate)),
    ...(entries.length ? [sequence(...entries)] : []),
    explicit(0, sequence(extension(OID.authorityKeyIdentifier, sequence(implicit(0, skid!))), extension(OID.crlNumber, integer(number)))),
  )
  return sequence(body, identifier, bits(await signer.sign(body)))
}

export interface RevocationList {
  readonly der: Bytes
  readonly body: Bytes
  readonly signatureAlgorithm: Der
  readonly signature: Bytes
  readonly issuerDer: Bytes
  readonly thisUpdate: Instant
  /** Null where the list promises no next one. */
  readonly nextUpdate: Instant | null
  readonly number: number | null
  /** Serial in hexadecimal → when and why. */
  readonly revoked: ReadonlyMap<string, { readonly at: Instant; readonly reason: number }>
  /** Partial lists, delta lists and anything else critical prove nothing here. */
  readonly unknownCritical: boolean
}

/** Throws a `DerFault` where it is no revocation list. */
export function readRevocationList(der: Uint8Array): RevocationList {
  const whole = Der.read(der)
  const outer = whole.fields()
  const body = outer.take(0x30)
  const signatureAlgorithm = outer.take(0x30)
  const signature = outer.take().bits()
  outer.end()
  const fields = body.fields()
  fields.optional(0x02)
  fields.take(0x30)
  const issuerDer = fields.take(0x30).bytes
  const thisUpdate = fields.take().time()
  const next = fields.optional(0x17) ?? fields.optional(0x18)
  const revoked = new Map<string, { at: Instant; reason: number }>()
  let unknownCritical = false
  for (const entry of fields.optional(0x30)?.children ?? []) {
    const parts = entry.fields()
    const serialHex = parts.take().integerHex()
    const at = parts.take().time()
    const [sequenceOf] = parts.rest()
    const extensions = readExtensions(sequenceOf ? Der.read(explicit(0, sequenceOf.bytes)) : null)
    const reason = extensions.get(OID.crlReason)?.value
    if ([...extensions].some(([type, { critical }]) => critical && type !== OID.crlReason)) unknownCritical = true
    revoked.set(serialHex, { at, reason: reason?.expect(0x0a).content[0] ?? 0 })
  }
  const extensions = readExtensions(fields.optional(0xa0))
  fields.end()
  const number = extensions.get(OID.crlNumber)?.value.integerHex()
  return {
    der: whole.bytes,
    body: body.bytes,
    signatureAlgorithm,
    signature,
    issuerDer,
    thisUpdate,
    nextUpdate: next?.time() ?? null,
    number: number && number.length <= 12 ? Number.parseInt(number, 16) : null,
    revoked,
    unknownCritical: unknownCritical || [...extensions.values()].some(({ critical }) => critical),
  }
}

/** Whether this issuer signed the list and was allowed to. */
export async function isListOf(list: RevocationList, issuer: Certificate): Promise<boolean> {
  if (!same(list.issuerDer, issuer.subjectDer) || list.unknownCritical) return false
  if (issuer.keyUsage && !issuer.keyUsage.includes('cRLSign')) return false
  const { signatureAlgorithm: algorithm, signature, body: message } = list
  return (await checkSignature({ algorithm, spki: issuer.spki, message, signature })) === 'valid'
}

export const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])

/** Those that can be read; the others prove nothing. What was read before stays as it is. */
export const readable = <T extends object>(ders: readonly (Uint8Array | T)[], read: (der: Uint8Array) => T): T[] =>
  ders.flatMap((der) => {
    if (!(der instanceof Uint8Array)) return [der]
    try {
      return [read(der)]
    } catch (error) {
      if (error instanceof DerFault) return []
      throw error
    }
  })
