import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { CHECKPOINT } from '../audit/checkpoint.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { AnnulmentRow, AnnulmentTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { type Envelope, findEnvelope, findEnvelopeFor, listRecipients, mayWith } from './envelope.ts'
import { refreshInVault } from './filing.ts'
import { tellRecipient, tellSender } from './telling.ts'

const LONGEST = 1_000

export interface AnnulmentTools {
  readonly db: Db
  readonly wake: () => void
}

export interface AnnulmentRequest {
  readonly reason: string
  /** Whoever asks the register may read the reason. */
  readonly isPublic: boolean
}

export const canAnnul = (envelope: Pick<Envelope, 'status'>, last: Pick<AnnulmentRow, 'kind'> | null): boolean =>
  envelope.status === 'completed' && last?.kind !== 'annulled'

export const canReinstate = (last: Pick<AnnulmentRow, 'kind'> | null): boolean => last?.kind === 'annulled'

/** The file stays what it is and every signature stays valid: the register says from now on that it is no longer in force. */
export const annul = (tools: AnnulmentTools, act: UserAct, user: Reader, id: string, request: AnnulmentRequest) =>
  declare(tools, act, user, id, 'annulled', request)

/** Takes an annulment back by another event; both stay to be read. */
export const reinstate = (tools: AnnulmentTools, act: UserAct, user: Reader, id: string, request: AnnulmentRequest) =>
  declare(tools, act, user, id, 'reinstated', request)

/** Oldest first. */
export const annulmentsOf = (db: Db, envelopeId: string): Promise<AnnulmentRow[]> =>
  db.selectFrom('annulment').selectAll().where('envelopeId', '=', envelopeId).orderBy('number').execute()

/** Those of the envelopes that are annulled now. */
export async function annulledAmong(db: Db, envelopeIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (!envelopeIds.length) return new Set()
  const rows = await db
    .selectFrom('annulment')
    .select(['envelopeId', 'kind'])
    .where('envelopeId', 'in', envelopeIds)
    .orderBy('number')
    .execute()
  const last = new Map(rows.map(({ envelopeId, kind }) => [envelopeId, kind]))
  return new Set([...last].filter(([, kind]) => kind === 'annulled').map(([id]) => id))
}

/** Row, event, messages and the order of a checkpoint in one transaction: once the state of the log is signed, the event cannot be taken out again. */
async function declare(
  tools: AnnulmentTools,
  act: UserAct,
  user: Reader,
  id: string,
  kind: AnnulmentTable['kind'],
  request: AnnulmentRequest,
): Promise<void> {
  await tools.db.transaction().execute(async (tx) => {
    const envelope = (await mayWith(tx, user, id, 'annul')) ? await findEnvelope(tx, id) : await findEnvelopeFor(tx, user, id, 'annul')
    const before = (await annulmentsOf(tx, id)).at(-1) ?? null
    const reason = request.reason.toWellFormed().trim().slice(0, LONGEST)
    if (await tx.selectFrom('vaultImport').select('digest').where('envelopeId', '=', id).executeTakeFirst())
      throw new Refusal('conflict', 'annulment.imported')
    if (envelope.status !== 'completed') throw new Refusal('conflict', 'annulment.not-completed')
    if (kind === 'annulled' ? before?.kind === kind : before?.kind !== 'annulled')
      throw new Refusal('conflict', kind === 'annulled' ? 'annulment.already' : 'annulment.in-force')
    if (!reason) throw new Refusal('invalid', 'envelope.reason-missing')
    const number = (before?.number ?? 0) + 1
    const seq = await append(tx, act, {
      type: kind === 'annulled' ? 'envelope.annulled' : 'envelope.reinstated',
      envelopeId: id,
      detail: { number, public: request.isPublic },
      clear: { reason },
    })
    await tx
      .insertInto('annulment')
      .values({ envelopeId: id, number, kind, reason, isPublic: request.isPublic ? 1 : 0, userId: user.id, at: act.at, seq })
      .execute()
    await tx.updateTable('envelope').set({ updatedAt: act.at }).where('id', '=', id).execute()
    await refreshInVault(tx, id)
    await tellEverybody(tx, act, envelope, kind, reason)
    await enqueue(tx, act.at, { kind: CHECKPOINT, payload: {} })
  })
  tools.wake()
}

async function tellEverybody(tx: Tx, act: UserAct, envelope: Envelope, kind: AnnulmentTable['kind'], reason: string): Promise<void> {
  const params = { reason, by: act.actor.id }
  for (const recipient of await listRecipients(tx, envelope.id)) await tellRecipient(tx, act, kind, envelope, recipient, params)
  if (envelope.senderId !== act.actor.id) await tellSender(tx, act, kind, envelope, { params })
}
