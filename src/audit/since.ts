import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import type { EventType } from './event.ts'

type Detail = Readonly<Record<string, string | number | boolean | null>>

/** So many events of one type are looked through; what began before them is of unknown beginning. */
const LOOKED_AT = 500

/**
 * Since when something is as it is, and which user made it so: the oldest event of the unbroken run, up to now, of events that say so. `isSo`: null where
 * an event says nothing of it.
 */
export async function since(
  db: Db,
  type: EventType,
  isSo: (detail: Detail) => boolean | null,
): Promise<{ readonly since: Instant | null; readonly by: string | null }> {
  const rows = await db
    .selectFrom('auditLeaf')
    .select(['at', 'entry', 'actorKind', 'actorId'])
    .where('type', '=', type)
    .orderBy('seq', 'desc')
    .limit(LOOKED_AT)
    .execute()
  let first: (typeof rows)[number] | null = null
  for (const row of rows) {
    const answer = isSo((JSON.parse(row.entry) as { detail?: Detail }).detail ?? {})
    if (answer === false) break
    if (answer) first = row
  }
  return { since: first?.at ?? null, by: first?.actorKind === 'user' ? first.actorId : null }
}
