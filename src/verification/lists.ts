import type { Bytes } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { readCertificate } from '../pki/certificate.ts'

/** A revocation list of the house. */
export interface OwnList {
  /** The common name of its issuer. */
  readonly issuer: string
  readonly number: number
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant
  readonly der: Bytes
}

/** The newest of each of our authorities. */
export async function newestLists(db: Db): Promise<OwnList[]> {
  const rows = await db
    .selectFrom('revocationList')
    .innerJoin('certificate', 'certificate.id', 'revocationList.issuerId')
    .select([
      'revocationList.number',
      'revocationList.der',
      'revocationList.thisUpdate',
      'revocationList.nextUpdate',
      'certificate.der as issuerDer',
    ])
    .where((eb) =>
      eb(
        'revocationList.number',
        '=',
        eb
          .selectFrom('revocationList as other')
          .select((inner) => inner.fn.max<number>('other.number').as('number'))
          .whereRef('other.issuerId', '=', 'revocationList.issuerId'),
      ),
    )
    .execute()
  return rows.map(({ issuerDer, der, ...row }) => ({
    ...row,
    issuer: readCertificate(issuerDer).subject.commonName,
    der: Uint8Array.from(der),
  }))
}
