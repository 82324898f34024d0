import { failpoint } from '../base/failpoint.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import type { Act } from './act.ts'
import { compareWithKept, type Comparison, type Kept, type KeptCheckpoint, unsignedState } from './kept.ts'
import { append } from './trail.ts'

/**
 * Goes on with a log that does not continue what was kept outside: the break is an entry of the log, with the checkpoint that it leaves
 * behind, and from there on the new state is what is kept. Recorded first; a crash before the second step leaves the house refusing to
 * start as before, and the same command ends it without a second entry.
 */
export async function continueWithBreak(db: Db, act: Act, place: KeptCheckpoint, reason: string): Promise<Comparison> {
  if (!reason.trim()) throw new Refusal('invalid', 'audit.reason-missing')
  const found = await compareWithKept(db, place)
  const { standing, kept } = found
  if (standing === 'good' || standing === 'first') throw new Refusal('conflict', 'audit.whole')
  if (standing === 'missing' && !isReadable(place)) place.putAside()
  const size = (await recordedAlready(db, kept)) ?? (await record(db, act, found, reason.trim().slice(0, 500)))
  failpoint('audit.before-continue')
  if (!place.swap(kept, await unsignedState(db, size, act.at))) throw new Error('the kept checkpoint was changed meanwhile; try again')
  return found
}

const record = (db: Db, act: Act, { standing, kept, size }: Comparison, reason: string): Promise<number> =>
  db.transaction().execute((tx) =>
    append(tx, act, {
      type: 'audit.continued',
      detail: { standing, size, kept: kept?.size ?? null, keptRoot: kept?.root ?? null, keptNote: kept?.note ?? null },
      clear: { reason },
    }),
  )

/** The number of the last entry, where that is this very break. */
async function recordedAlready(db: Db, kept: Kept | null): Promise<number | null> {
  const last = await db.selectFrom('auditLeaf').select(['seq', 'type', 'entry']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
  if (last?.type !== 'audit.continued') return null
  const { detail } = JSON.parse(last.entry) as { detail: { keptRoot: string | null } }
  return detail.keptRoot === (kept?.root ?? null) ? last.seq : null
}

function isReadable(place: KeptCheckpoint): boolean {
  try {
    place.read()
    return true
  } catch {
    return false
  }
}
