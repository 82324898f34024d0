import type { Bytes } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { type Instant, later, MINUTE, wholeSecond, YEAR } from '../base/instant.ts'
import type { AuthorityKeyTable, CertificateRow } from '../db/database.ts'
import type { KeyAlgorithm } from '../pki/algorithm.ts'
import { issueCertificate, newSerial, readCertificate } from '../pki/certificate.ts'
import { generateKeyPair, type KeyPair, signerOf } from '../pki/key.ts'
import type { Name } from '../pki/name.ts'
import type { Signer } from '../pki/signer.ts'
import { addressesIn, type published } from './address.ts'
import type { SigningPurpose } from './key-store.ts'
import { LIFE } from './lives.ts'

/** The rows of a new key and of its certificate; the key's `wrapped` is still to be made. */
export interface Made {
  readonly purpose: SigningPurpose
  readonly pair: KeyPair
  readonly key: Omit<AuthorityKeyTable, 'wrapped'>
  readonly certificate: CertificateRow
}

export interface MakingRequest {
  readonly purpose: SigningPurpose
  readonly subject: Name
  readonly algorithm: KeyAlgorithm
  /** None for a root. */
  readonly issuer?: { readonly id: string; readonly der: Bytes; readonly signer: Signer }
  readonly urls: ReturnType<typeof published>
  readonly at: Instant
}

/** A key of its own and a certificate with the life of its kind, which never ends after its issuer's. Nothing is kept yet. */
export async function makeCertificate({ purpose, subject, algorithm, issuer, urls, at }: MakingRequest): Promise<Made> {
  const pair = await generateKeyPair(algorithm)
  const key = { id: newId('key'), purpose, algorithm, spki: pair.spki, createdAt: at, retiredAt: null }
  const id = newId('cer')
  const der = await issueCertificate(
    {
      profile: purpose,
      subject,
      spki: pair.spki,
      serial: newSerial(),
      // A minute ahead of the clocks of those who read it.
      notBefore: wholeSecond(later(at, -MINUTE)),
      notAfter: endOf(purpose, at, issuer),
      ...(issuer ? { issuer: { certificate: issuer.der } } : {}),
      ...addressesIn(purpose, urls),
    },
    issuer?.signer ?? (await signerOf(algorithm, pair.pkcs8)),
  )
  return { purpose, pair, key, certificate: certificateRow({ id, purpose, subject, der, keyId: key.id, issuerId: issuer?.id ?? id, at }) }
}

/** When a certificate made now would end. */
export function endOf(purpose: SigningPurpose, at: Instant, issuer?: { readonly der: Uint8Array }): Instant {
  const own = later(at, LIFE[purpose] * YEAR)
  return wholeSecond(issuer ? earlier(own, readCertificate(issuer.der).notAfter) : own)
}

export const certificateRow = (facts: {
  readonly id: string
  readonly purpose: SigningPurpose
  readonly subject: Name
  readonly der: Bytes
  readonly keyId: string | null
  readonly issuerId: string
  readonly at: Instant
}): CertificateRow => {
  const { serialHex, notBefore, notAfter } = readCertificate(facts.der)
  const { id, purpose, subject, der, keyId, issuerId, at } = facts
  const taken = { recipientId: null, revokedAt: null, revocationReason: null }
  return {
    id,
    serial: serialHex,
    purpose,
    subject: JSON.stringify(subject),
    der,
    keyId,
    issuerId,
    notBefore,
    notAfter,
    createdAt: at,
    ...taken,
  }
}

export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b)
