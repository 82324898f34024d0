import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Bytes } from '../base/bytes.ts'
import { DAY, type Instant, later, wholeSecond } from '../base/instant.ts'
import type { CertificateRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { makeRevocationList, type Revoked, type RevocationReason } from '../pki/revocation.ts'
import type { AuthorityTools } from './creating.ts'

const AUTHORITIES = ['root', 'issuing'] as const
type Authorities = (typeof AUTHORITIES)[number]

/** Others may rely on a list for a week; it is made anew each day, and with each revocation. */
const PROMISED = 7 * DAY
const FRESH = DAY

/** The job of each day: the next numbered list of the root and of the issuing authority. */
export async function renewRevocationLists({ db, keys }: AuthorityTools, act: Act): Promise<void> {
  for (const purpose of AUTHORITIES) {
    const issuer = await authorityRow(db, purpose)
    if (!issuer) continue
    const signer = await keys.signerFor(purpose)
    const revoked = await revokedBy(db, issuer.id)
    // Two lists at a time would ask for one number: the second insert is refused by the key, and its job tries again.
    const number = ((await latest(db, issuer.id))?.number ?? 0) + 1
    const times = { thisUpdate: wholeSecond(act.at), nextUpdate: wholeSecond(later(act.at, PROMISED)) }
    const der = await makeRevocationList({ issuer: issuer.der, number, ...times, revoked, signer })
    await db.transaction().execute(async (tx) => {
      await tx
        .insertInto('revocationList')
        .values({ issuerId: issuer.id, number, der, ...times })
        .execute()
      await append(tx, act, { type: 'authority.revocation-list-issued', detail: { number, issuer: purpose, revoked: revoked.length } })
    })
  }
}

/** True once a day, and where there is no list at all. */
export async function areRevocationListsDue(db: Db, at: Instant): Promise<boolean> {
  for (const purpose of AUTHORITIES) {
    const issuer = await authorityRow(db, purpose)
    const list = issuer && (await latest(db, issuer.id))
    if (issuer && (!list || list.thisUpdate <= later(at, -FRESH))) return true
  }
  return false
}

/** The newest list of an authority, or null before there is one. */
export async function currentRevocationList(
  db: Db,
  purpose: Authorities,
): Promise<{ der: Bytes; number: number; thisUpdate: Instant; nextUpdate: Instant } | null> {
  const issuer = await authorityRow(db, purpose)
  return issuer ? ((await latest(db, issuer.id)) ?? null) : null
}

const authorityRow = (db: Db, purpose: Authorities): Promise<CertificateRow | undefined> =>
  db.selectFrom('certificate').selectAll().where('purpose', '=', purpose).orderBy('createdAt', 'desc').limit(1).executeTakeFirst()

const latest = (db: Db, issuerId: string) =>
  db.selectFrom('revocationList').selectAll().where('issuerId', '=', issuerId).orderBy('number', 'desc').limit(1).executeTakeFirst()

async function revokedBy(db: Db, issuerId: string): Promise<Revoked[]> {
  const rows = await db
    .selectFrom('certificate')
    .selectAll()
    .where('issuerId', '=', issuerId)
    .where('revokedAt', 'is not', null)
    .orderBy('revokedAt')
    .execute()
  return rows.map(({ serial, revokedAt, revocationReason }) => ({
    serialHex: serial,
    at: revokedAt!,
    reason: (revocationReason ?? 'unspecified') as RevocationReason,
  }))
}
