import { createHash } from 'node:crypto'
import { OF_THE_HOUSE } from '../authority/certificates.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'

export interface HouseCertificate {
  readonly purpose: string
  readonly subject: string
  /** SHA-256 of the DER, in pairs of capitals as certificate viewers show it. */
  readonly fingerprint: string
  readonly notAfter: Instant
}

/** The authority's own certificates, from the root down. */
export async function listHouseCertificates(db: Db): Promise<HouseCertificate[]> {
  const rows = await db
    .selectFrom('certificate')
    .select(['purpose', 'subject', 'der', 'notAfter'])
    .where('purpose', 'in', OF_THE_HOUSE)
    .where('revokedAt', 'is', null)
    .execute()
  return rows
    .sort((a, b) => order(a.purpose) - order(b.purpose))
    .map(({ purpose, subject, der, notAfter }) => ({ purpose, subject: commonNameOf(subject), fingerprint: fingerprintOf(der), notAfter }))
}

const order = (purpose: string): number => OF_THE_HOUSE.findIndex((one) => one === purpose)

const fingerprintOf = (der: Uint8Array): string =>
  (createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g) ?? []).join(':')

/** A subject is kept as JSON; only its common name is shown here. */
function commonNameOf(subject: string): string {
  try {
    return (JSON.parse(subject) as { commonName?: string }).commonName ?? subject
  } catch {
    return subject
  }
}
