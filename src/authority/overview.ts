import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { fingerprintOf, readCertificate } from '../pki/certificate.ts'
import { keyFacts } from '../pki/signature.ts'
import type { SigningPurpose } from './key-store.ts'
import { currentRevocationList } from './revocation-lists.ts'

export interface CertificateFacts {
  readonly purpose: SigningPurpose
  readonly commonName: string
  readonly algorithm: string
  readonly serial: string
  /** SHA-256 of the DER, in pairs of capitals as certificate viewers show it. */
  readonly fingerprint: string
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** 0 to 100: the part of its life that is left. */
  readonly left: number
}

export interface ListFacts {
  readonly number: number
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant
}

export interface AuthorityOverview {
  /** From the root down; empty before there is an authority. */
  readonly certificates: readonly CertificateFacts[]
  readonly lists: { readonly root: ListFacts | null; readonly issuing: ListFacts | null }
  readonly signers: { readonly issued: number; readonly revoked: number }
}

const ORDER: readonly SigningPurpose[] = ['root', 'issuing', 'seal', 'tsa', 'ocsp']

/** Everything that the authority's page tells. */
export async function overviewOf(db: Db, at: Instant): Promise<AuthorityOverview> {
  const rows = await db
    .selectFrom('certificate')
    .select(['purpose', 'der'])
    .where('purpose', '!=', 'signer')
    .where('revokedAt', 'is', null)
    .execute()
  const facts = await Promise.all(rows.map(({ purpose, der }) => factsOf(purpose as SigningPurpose, der, at)))
  const { issued, revoked } = await db
    .selectFrom('certificate')
    .select((select) => [select.fn.countAll<number>().as('issued'), select.fn.count<number>('revokedAt').as('revoked')])
    .where('purpose', '=', 'signer')
    .executeTakeFirstOrThrow()
  return {
    certificates: facts.sort((a, b) => ORDER.indexOf(a.purpose) - ORDER.indexOf(b.purpose)),
    lists: { root: await currentRevocationList(db, 'root'), issuing: await currentRevocationList(db, 'issuing') },
    signers: { issued: Number(issued), revoked: Number(revoked) },
  }
}

async function factsOf(purpose: SigningPurpose, der: Uint8Array, at: Instant): Promise<CertificateFacts> {
  const { subject, serialHex, notBefore, notAfter, spki } = readCertificate(der)
  const key = keyFacts(spki)
  const algorithm = key?.family === 'rsa' ? `RSA ${key.size}` : key?.family === 'ec' ? `ECDSA ${key.curve.name}` : ''
  const whole = Date.parse(notAfter) - Date.parse(notBefore)
  const left = Math.round((100 * (Date.parse(notAfter) - Date.parse(at))) / whole)
  return {
    purpose,
    commonName: subject.commonName,
    algorithm,
    serial: pairs(serialHex),
    fingerprint: pairs(await fingerprintOf(der)),
    notBefore,
    notAfter,
    left: Math.min(100, Math.max(0, left)),
  }
}

const pairs = (text: string): string => (text.toUpperCase().match(/../g) ?? []).join(':')
