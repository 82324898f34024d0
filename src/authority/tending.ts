import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { readHouseCertificates } from './certificates.ts'
import { hasAuthority } from './creating.ts'
import { renewDueCertificates, type RenewalTools } from './renewal.ts'
import { areRevocationListsDue, renewRevocationLists } from './revocation-lists.ts'

/** The authority's part of the worker's round: renews what is due, issues lists, destroys keys that nothing needs. While locked it waits. */
export async function tendAuthority(tools: RenewalTools, at: Instant): Promise<void> {
  const { db, keys } = tools
  if (keys.isLocked() || !(await hasAuthority(db))) return
  await renewDueCertificates(tools, systemAct(at))
  if (await areRevocationListsDue(tools, at)) await renewRevocationLists(tools, systemAct(at))
  await destroySpentKeys(tools, systemAct(at))
}

/** Work that began with the old key ends well before that. */
const PATIENCE = DAY

/** When the first envelope was written that is still to be sealed. */
async function oldestUnderWay(db: Db): Promise<Instant | null> {
  const row = await db
    .selectFrom('envelope')
    .select((select) => select.fn.min('createdAt').as('at'))
    .where('status', 'in', ['sending', 'sent', 'sealing'])
    .executeTakeFirst()
  return row?.at ?? null
}

/**
 * A seal's or time-stamp authority's key is of no use once there is a newer one; an issuing authority's and its responder's go on
 * until its own certificate ends, for lists and answers about what it issued.
 */
export async function destroySpentKeys({ db, keys }: RenewalTools, act: Act): Promise<void> {
  const { all, current: used, own: current } = await readHouseCertificates(db)
  const oldest = await oldestUnderWay(db)
  const spent = all.filter(({ purpose, keyId, notAfter, outside }) => {
    if (!keys.hasKey(keyId) || purpose === 'root' || keyId === current[purpose].keyId || keyId === used[purpose].keyId) return false
    // Who certified a document seals it.
    if (outside)
      return outside.laidDownAt !== null && outside.laidDownAt <= later(act.at, -PATIENCE) && !(oldest && oldest <= outside.laidDownAt)
    return purpose === 'seal' || purpose === 'tsa' ? current[purpose].createdAt <= later(act.at, -PATIENCE) : notAfter < act.at
  })
  if (!spent.length) return
  await db.transaction().execute(async (tx) => {
    for (const { purpose, keyId, serialHex } of spent) {
      await tx.updateTable('authorityKey').set({ wrapped: null, retiredAt: act.at }).where('id', '=', keyId!).execute()
      await append(tx, act, { type: 'authority.key-destroyed', detail: { purpose, serial: serialHex } })
    }
  })
  await keys.load(db)
}
