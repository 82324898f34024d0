import { listHouse, newestOf } from '../authority/certificates.ts'
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
  const { root, issuing, seal, tsa } = newestOf(await listHouse(db))
  if (!root || !issuing || !seal || !tsa) throw new Refusal('unavailable', 'dispatch.no-authority')
  if (keys.isLocked()) throw new Refusal('unavailable', 'dispatch.keys-locked')
  const last = await db.selectFrom('auditLeaf').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  if (last && later(at, LAG) < last.at) throw new Refusal('unavailable', 'dispatch.clock')
  for (const { notAfter } of [root, issuing, seal, tsa])
    if (notAfter < later(deadline, 90 * DAY)) throw new Refusal('conflict', 'dispatch.certificates')
  for (const { keyId } of [seal, issuing, tsa]) await keys.signerOfKey(keyId ?? '')
}
