import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { wholeSecond } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { RevocationReason } from '../pki/revocation.ts'
import { listHouse, newestOwn } from './certificates.ts'
import { renewCertificate, type RenewalTools } from './renewal.ts'
import { renewRevocationLists } from './revocation-lists.ts'

/**
 * Takes a certificate back for good; from the next moment on OCSP says so, and the new list at once. One that the house itself uses today gets
 * its successor first, so that signing goes on. Refused for a root, for what another authority issued, and while the issuer's key is elsewhere.
 */
export async function revokeCertificate(tools: RenewalTools, act: Act, serial: string, reason: RevocationReason): Promise<void> {
  const { db, keys } = tools
  const row = await db.selectFrom('certificate').selectAll().where('serial', '=', serial).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'certificate.unknown')
  const all = await listHouse(db)
  const issuer = all.find(({ id }) => id === row.issuerId)
  if (row.revokedAt || row.purpose === 'root' || !issuer?.keyId || issuer.outside)
    throw new Refusal('conflict', 'certificate.not-revocable')
  if (keys.isLocked()) throw new Refusal('unavailable', 'authority.locked')
  if (!keys.hasKey(issuer.keyId)) throw new Refusal('unavailable', 'authority.root-elsewhere')
  if (row.purpose !== 'signer' && row.purpose !== 'server' && newestOwn(all)[row.purpose]?.id === row.id)
    await renewCertificate(tools, act, row.purpose)
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('certificate')
      .set({ revokedAt: wholeSecond(act.at), revocationReason: reason })
      .where('serial', '=', serial)
      .where('revokedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'certificate.not-revocable')
    await append(tx, act, { type: 'certificate.revoked', detail: { serial, reason, purpose: row.purpose } })
  })
  await renewRevocationLists(tools, act)
}
