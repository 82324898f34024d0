import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { DisposalRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { reached, reachOf } from './reach.ts'
import { refuseUnlessDisposer } from './retention.ts'

/** The job that carries out what two people have decided. */
export const DISPOSAL = 'vault.dispose'
export const MOST_DISPOSED = 200

export interface Disposal extends DisposalRow {
  readonly askedByName: string
  readonly decidedByName: string
  readonly entries: readonly {
    readonly envelopeId: string
    readonly title: string
    readonly disposedAt: string | null
    readonly keptBecause: string | null
  }[]
}

/** The first step: one asks, with a reason. Only what is due, not under hold, and asked for by nobody else yet. All or none. */
export async function askToDispose(db: Db, act: UserAct, reader: Reader, envelopeIds: readonly string[], reason: string): Promise<string> {
  refuseUnlessDisposer(reader)
  const ids = [...new Set(envelopeIds)]
  if (!ids.length) throw new Refusal('invalid', 'vault.nothing-picked')
  if (ids.length > MOST_DISPOSED) throw new Refusal('invalid', 'vault.too-many-picked', { most: MOST_DISPOSED })
  const id = newId('dsp')
  await db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('vaultEntry as e')
      .selectAll()
      .where('e.envelopeId', 'in', ids)
      .where(reached(await reachOf(tx, reader)))
      .execute()
    if (rows.length !== ids.length) throw new Refusal('not_found', 'vault.not-found')
    const open = await tx
      .selectFrom('disposalEntry')
      .innerJoin('disposal', 'disposal.id', 'disposalEntry.disposalId')
      .select('envelopeId')
      .where('envelopeId', 'in', ids)
      .where('disposal.doneAt', 'is', null)
      .where((where) => where.or([where('decision', 'is', null), where('decision', '=', 'approved')]))
      .execute()
    const isFit = rows.every(({ dueAt, isHeld, disposedAt }) => dueAt !== null && dueAt <= act.at && !isHeld && !disposedAt)
    if (!isFit || open.length) throw new Refusal('conflict', 'disposal.nothing')
    const blank = {
      decision: null,
      decidedBy: null,
      decidedAt: null,
      decisionReason: null,
      doneAt: null,
      certificateDigest: null,
      certificateDocumentId: null,
    }
    await tx
      .insertInto('disposal')
      .values({ id, reason: reasonOf(reason), askedBy: reader.id, askedAt: act.at, ...blank })
      .execute()
    await tx
      .insertInto('disposalEntry')
      .values(ids.map((envelopeId) => ({ disposalId: id, envelopeId, disposedAt: null, keptBecause: null })))
      .execute()
    await append(tx, act, { type: 'disposal.asked', detail: { disposal: id, count: ids.length }, clear: { reason: reasonOf(reason) } })
  })
  return id
}

/** The second step: another person, who sees every one of the documents too, says yes or no. What is approved is carried out by the job. */
export async function decideDisposal(db: Db, act: UserAct, reader: Reader, id: string, isApproved: boolean, reason: string): Promise<void> {
  refuseUnlessDisposer(reader)
  await db.transaction().execute(async (tx) => {
    const disposal = await tx.selectFrom('disposal').selectAll().where('id', '=', id).executeTakeFirst()
    if (!disposal) throw new Refusal('not_found', 'disposal.unknown')
    if (disposal.decision) throw new Refusal('conflict', 'disposal.decided')
    if (isApproved && disposal.askedBy === reader.id) throw new Refusal('forbidden', 'disposal.second-person')
    const entries = await tx.selectFrom('disposalEntry').select('envelopeId').where('disposalId', '=', id).execute()
    const ids = entries.map(({ envelopeId }) => envelopeId)
    const seen = await tx
      .selectFrom('vaultEntry as e')
      .select('seq')
      .where('e.envelopeId', 'in', ids)
      .where(reached(await reachOf(tx, reader)))
      .execute()
    if (seen.length !== ids.length) throw new Refusal('not_found', 'disposal.unknown')
    const decision = isApproved ? ('approved' as const) : ('refused' as const)
    await tx
      .updateTable('disposal')
      .set({ decision, decidedBy: reader.id, decidedAt: act.at, decisionReason: reasonOf(reason), doneAt: isApproved ? null : act.at })
      .where('id', '=', id)
      .execute()
    await append(tx, act, {
      type: `disposal.${decision}`,
      detail: { disposal: id, count: ids.length },
      clear: { reason: reasonOf(reason) },
    })
    if (isApproved) await enqueue(tx, act.at, { kind: DISPOSAL, payload: { disposal: id }, key: `${DISPOSAL} ${id}` })
  })
}

/** Newest first; only those whose documents the reader sees, every one. */
export async function listDisposals(db: Db, reader: Reader, only?: string): Promise<Disposal[]> {
  refuseUnlessDisposer(reader)
  let query = db
    .selectFrom('disposal')
    .leftJoin('user as asker', 'asker.id', 'disposal.askedBy')
    .leftJoin('user as decider', 'decider.id', 'disposal.decidedBy')
    .selectAll('disposal')
    .select([
      'asker.firstName as askerFirst',
      'asker.lastName as askerLast',
      'decider.firstName as deciderFirst',
      'decider.lastName as deciderLast',
    ])
    .orderBy('askedAt', 'desc')
    .limit(100)
  if (only) query = query.where('disposal.id', '=', only)
  const rows = await query.execute()
  if (!rows.length) return []
  const reach = await reachOf(db, reader)
  const entries = await db
    .selectFrom('disposalEntry')
    .innerJoin('vaultEntry as e', 'e.envelopeId', 'disposalEntry.envelopeId')
    .select(['disposalEntry.disposalId', 'disposalEntry.envelopeId', 'disposalEntry.disposedAt', 'disposalEntry.keptBecause', 'e.title'])
    .select(reached(reach).as('isSeen'))
    .where(
      'disposalId',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('e.seq')
    .execute()
  return rows.flatMap(({ askerFirst, askerLast, deciderFirst, deciderLast, ...row }) => {
    const own = entries.filter(({ disposalId }) => disposalId === row.id)
    if (own.some(({ isSeen }) => !isSeen)) return []
    return [
      {
        ...row,
        askedByName: `${askerFirst} ${askerLast}`.trim(),
        decidedByName: `${deciderFirst ?? ''} ${deciderLast ?? ''}`.trim(),
        entries: own,
      },
    ]
  })
}

export async function findDisposal(db: Db, reader: Reader, id: string): Promise<Disposal> {
  const [disposal] = await listDisposals(db, reader, id)
  if (!disposal) throw new Refusal('not_found', 'disposal.unknown')
  return disposal
}

function reasonOf(text: string): string {
  const reason = text.trim().slice(0, 1_000)
  if (!reason) throw new Refusal('invalid', 'envelope.reason-missing')
  return reason
}
