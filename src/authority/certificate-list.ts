import { sql } from 'kysely'
import { contains, searchWords } from '../db/containing.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { CertificateTable } from '../db/database.ts'
import { isPostgres } from '../db/dialect.ts'
import type { Db } from '../db/open.ts'
import { fingerprintOf, readCertificate } from '../pki/certificate.ts'
import type { RevocationReason } from '../pki/revocation.ts'
import { listHouse, newestOf } from './certificates.ts'
import { algorithmName, pairs } from './overview.ts'

export type CertificatePurpose = CertificateTable['purpose']
export const PURPOSES = ['root', 'issuing', 'seal', 'tsa', 'ocsp', 'signer', 'server'] as const satisfies readonly CertificatePurpose[]
export type CertificateStatus = 'valid' | 'ended' | 'revoked'
export const STATUSES = ['valid', 'ended', 'revoked'] as const satisfies readonly CertificateStatus[]

export interface ListedCertificate {
  readonly serial: string
  readonly purpose: CertificatePurpose
  readonly name: string
  readonly organization: string
  readonly createdAt: Instant
  readonly notAfter: Instant
  readonly status: CertificateStatus
}

export interface CertificateQuery {
  /** A serial number as anybody writes it, or words of a name. */
  readonly search: string
  readonly purpose: CertificatePurpose | null
  readonly status: CertificateStatus | null
  /** Where the page before ended. */
  readonly after: { readonly createdAt: Instant; readonly id: string } | null
}

const PAGE = 50

/** Newest first. `next` continues where this page ends, or is null at the end. */
export async function searchCertificates(
  db: Db,
  at: Instant,
  { search, purpose, status, after }: CertificateQuery,
): Promise<{ certificates: ListedCertificate[]; next: CertificateQuery['after'] }> {
  let found = db
    .selectFrom('certificate')
    .select(['id', 'serial', 'purpose', 'subject', 'createdAt', 'notAfter', 'revokedAt'])
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(PAGE + 1)
  if (purpose) found = found.where('purpose', '=', purpose)
  if (status === 'revoked') found = found.where('revokedAt', 'is not', null)
  else if (status) found = found.where('revokedAt', 'is', null).where('notAfter', status === 'ended' ? '<' : '>=', at)
  if (after)
    found = found.where((where) =>
      where.or([
        where('createdAt', '<', after.createdAt),
        where.and([where('createdAt', '=', after.createdAt), where('id', '<', after.id)]),
      ]),
    )
  const serial = serialOf(search)
  if (serial) found = found.where('serial', 'like', `${serial}%`)
  else for (const word of searchWords(search)) found = found.where(isNamed(db, word))
  const rows = await found.execute()
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  return {
    certificates: page.map((row) => {
      const { commonName = '', organization = '' } = JSON.parse(row.subject) as { commonName?: string; organization?: string }
      const { serial: own, purpose: kind, createdAt, notAfter } = row
      return { serial: own, purpose: kind, name: commonName, organization, createdAt, notAfter, status: statusAt(row, at) }
    }),
    next: rows.length > PAGE && last ? { createdAt: last.createdAt, id: last.id } : null,
  }
}

/** Eight hexadecimal digits or more, with colons, spaces or none between them. */
const serialOf = (search: string): string | null => {
  const text = search.replaceAll(/[\s:]/g, '').toLowerCase()
  return /^[0-9a-f]{8,40}$/.test(text) ? text : null
}

/** In the name or the organisation; what a person types is never a pattern. */
const isNamed = (db: Db, word: string) => {
  const value = (key: string) =>
    isPostgres(db) ? sql`coalesce(cast(subject as jsonb) ->> ${sql.lit(key)}, '')` : sql`coalesce(json_extract(subject, ${`$.${key}`}), '')`
  return sql<boolean>`(${contains(value('commonName'), word)} or ${contains(value('organization'), word)})`
}

const statusAt = (row: { readonly revokedAt: Instant | null; readonly notAfter: Instant }, at: Instant): CertificateStatus =>
  row.revokedAt ? 'revoked' : row.notAfter < at ? 'ended' : 'valid'

export interface CertificateDetails extends ListedCertificate {
  readonly der: Uint8Array<ArrayBuffer>
  readonly serialPairs: string
  readonly fingerprint: string
  readonly algorithm: string
  readonly notBefore: Instant
  readonly issuer: { readonly name: string; readonly serial: string | null }
  readonly email: string | null
  readonly revokedAt: Instant | null
  readonly reason: RevocationReason | null
  /** The envelope in which its one signature was given. */
  readonly envelope: { readonly id: string; readonly title: string } | null
  /** Whether it is what the house uses today. */
  readonly isCurrent: boolean
  /** Nobody here stands above a root, or above what another authority issued. */
  readonly isRevocable: boolean
}

/** not_found where there is none of that serial. */
export async function findCertificate(db: Db, at: Instant, serial: string): Promise<CertificateDetails> {
  const row = await db.selectFrom('certificate').selectAll().where('serial', '=', serial).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'certificate.unknown')
  const read = readCertificate(row.der)
  const all = await listHouse(db)
  const issuer = all.find(({ id }) => id === row.issuerId)
  const envelope = row.recipientId
    ? await db
        .selectFrom('recipient')
        .innerJoin('envelope', 'envelope.id', 'recipient.envelopeId')
        .select(['envelope.id', 'envelope.title'])
        .where('recipient.id', '=', row.recipientId)
        .executeTakeFirst()
    : undefined
  return {
    serial: row.serial,
    purpose: row.purpose,
    // A server's names stand in its alternative names; the register keeps them as its name.
    name: row.purpose === 'server' ? (JSON.parse(row.subject) as { commonName: string }).commonName : read.subject.commonName,
    organization: read.subject.organization ?? '',
    createdAt: row.createdAt,
    notAfter: row.notAfter,
    status: statusAt(row, at),
    der: row.der,
    serialPairs: pairs(row.serial),
    fingerprint: pairs(await fingerprintOf(row.der)),
    algorithm: algorithmName(read.spki),
    notBefore: row.notBefore,
    issuer: { name: read.issuer.commonName, serial: issuer?.serialHex ?? null },
    email: read.email,
    revokedAt: row.revokedAt,
    reason: row.revocationReason as RevocationReason | null,
    envelope: envelope ?? null,
    isCurrent: row.purpose !== 'signer' && row.purpose !== 'server' && newestOf(all)[row.purpose]?.id === row.id,
    isRevocable: !row.revokedAt && row.purpose !== 'root' && Boolean(issuer?.keyId) && !issuer?.outside,
  }
}
