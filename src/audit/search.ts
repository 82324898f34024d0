import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import type { EventType } from './event.ts'
import type { TrailEntry } from './trail.ts'

export interface TrailSearch {
  readonly type?: EventType | undefined
  readonly envelopeId?: string | undefined
  readonly from?: Instant | undefined
  readonly to?: Instant | undefined
  /** Only entries before this number: the next page. */
  readonly before?: number | undefined
  readonly limit?: number | undefined
}

export interface FoundEntry extends TrailEntry {
  readonly envelopeId: string | null
}

/** The whole trail, newest first, one page of it. */
export async function searchTrail(
  db: Db,
  { type, envelopeId, from, to, before, limit = 50 }: TrailSearch,
): Promise<{ entries: FoundEntry[]; next: number | null }> {
  let query = db
    .selectFrom('auditLeaf')
    .select(['seq', 'entry', 'envelopeId'])
    .orderBy('seq', 'desc')
    .limit(limit + 1)
  if (type) query = query.where('type', '=', type)
  if (envelopeId) query = query.where('envelopeId', '=', envelopeId)
  if (from) query = query.where('at', '>=', from)
  if (to) query = query.where('at', '<', to)
  if (before) query = query.where('seq', '<', before)
  const leaves = await query.execute()
  const shown = leaves.slice(0, limit)
  const numbers = shown.map(({ seq }) => seq)
  const sides = numbers.length
    ? await db.selectFrom('auditClear').select(['seq', 'name', 'value']).where('seq', 'in', numbers).execute()
    : []
  const clear = Map.groupBy(sides, ({ seq }) => seq)
  const entries = shown.map(({ seq, entry, envelopeId: envelope }) => {
    const { at, type: kind, actor, detail } = JSON.parse(entry) as Omit<TrailEntry, 'clear'>
    return {
      seq,
      at,
      type: kind,
      actor,
      detail: detail ?? {},
      envelopeId: envelope,
      clear: Object.fromEntries((clear.get(seq) ?? []).map(({ name, value }) => [name, value])),
    }
  })
  return { entries, next: leaves.length > limit ? (numbers.at(-1) ?? null) : null }
}
