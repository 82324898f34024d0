import type { Reader } from '../access/reach.ts'
import type { Db } from '../db/open.ts'
import { visibleTo } from '../envelope/envelope.ts'

/** How far somebody has been told: the number of the trail's last entry, and of the board's last change. */
export interface Told {
  readonly seq: number
  readonly change: number
}

export interface Changed {
  readonly told: Told
  /** Envelopes that the trail or the board named since; and those of them that are no more, by whom they were. */
  readonly envelopes: readonly string[]
  readonly gone: readonly { readonly envelopeId: string; readonly before: string }[]
}

const MOST = 500

export async function toldNow(db: Db): Promise<Told> {
  const leaf = await db.selectFrom('auditLeaf').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  const { changes } = await db.selectFrom('boardState').select('changes').executeTakeFirstOrThrow()
  return { seq: leaf?.seq ?? 0, change: changes }
}

/** What has changed since, for nobody in particular. Two look-ups by key where nothing has. */
export async function changesSince(db: Db, told: Told): Promise<Changed> {
  const leaves = await db
    .selectFrom('auditLeaf')
    .select(['seq', 'type', 'envelopeId', 'actorId', 'entry'])
    .where('seq', '>', told.seq)
    .orderBy('seq')
    .limit(MOST)
    .execute()
  const cards = await db
    .selectFrom('boardCard')
    .select(['envelopeId', 'change'])
    .where('change', '>', told.change)
    .orderBy('change')
    .limit(MOST)
    .execute()
  const named = leaves.flatMap(({ envelopeId }) => envelopeId ?? [])
  return {
    told: { seq: leaves.at(-1)?.seq ?? told.seq, change: cards.at(-1)?.change ?? told.change },
    envelopes: [...new Set([...named, ...cards.map(({ envelopeId }) => envelopeId)])],
    gone: leaves.flatMap(({ type, envelopeId, actorId, entry }) => {
      if (!envelopeId) return []
      if (type === 'envelope.discarded') return [{ envelopeId, before: actorId ?? '' }]
      if (type !== 'envelope.responsible-changed') return []
      return [{ envelopeId, before: (JSON.parse(entry) as { detail: { before: string } }).detail.before }]
    }),
  }
}

/** What this reader is told of it: what they see, and what was theirs until now. */
export async function changesFor(db: Db, reader: Reader, changed: Changed): Promise<string[]> {
  const ids = changed.envelopes.slice(0, MOST)
  const seen = ids.length ? await visibleTo(db, reader).select('envelope.id').where('envelope.id', 'in', ids).execute() : []
  const lost = changed.gone.filter(({ before }) => before === reader.id).map(({ envelopeId }) => envelopeId)
  return [...new Set([...seen.map(({ id }) => id), ...lost])]
}
