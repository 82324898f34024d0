import type { KeyStore } from '../authority/key-store.ts'
import { DAY, type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'

/** A clock may lag behind the last event by what computers lag. */
const LAG = 2 * MINUTE

/**
 * Proves that what is sent can be signed and sealed: keys that can be used, a clock that is not behind the log, certificates that outlive
 * the deadline and the time in which a late seal is made good. Refused with the reason otherwise, before anything leaves.
 */
export async function refuseUnlessSealable(
  { db, keys }: { readonly db: Db; readonly keys: KeyStore },
  at: Instant,
  deadline: Instant,
): Promise<void> {
  const certificates = await db
    .selectFrom('certificate')
    .select(['purpose', 'notAfter'])
    .where('purpose', 'in', ['root', 'issuing', 'seal', 'tsa'])
    .where('revokedAt', 'is', null)
    .orderBy('createdAt')
    .execute()
  if (!certificates.some(({ purpose }) => purpose === 'seal')) throw new Refusal('unavailable', 'dispatch.no-authority')
  if (keys.isLocked()) throw new Refusal('unavailable', 'dispatch.keys-locked')
  const last = await db.selectFrom('auditLeaf').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  if (last && later(at, LAG) < last.at) throw new Refusal('unavailable', 'dispatch.clock')
  // Of each purpose the newest counts.
  for (const { notAfter } of new Map(certificates.map((one) => [one.purpose, one])).values())
    if (notAfter < later(deadline, 90 * DAY)) throw new Refusal('conflict', 'dispatch.certificates')
  for (const purpose of ['seal', 'issuing', 'tsa'] as const) await keys.signerFor(purpose)
}
