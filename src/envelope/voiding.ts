import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { endEnvelope } from './ending.ts'
import { canGo, type Envelope, findEnvelopeFor } from './envelope.ts'

const LONGEST = 1_000

export const canVoid = (envelope: Pick<Envelope, 'status'>): boolean => canGo(envelope.status, 'voided')

/** The sender takes it back before everybody has signed: every link stops, and whoever had been asked is told. */
export function voidEnvelope(db: Db, act: UserAct, user: Reader, id: string, typed: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const envelope = await findEnvelopeFor(tx, user, id, 'edit')
    const reason = typed.toWellFormed().trim().slice(0, LONGEST)
    if (!canVoid(envelope)) throw new Refusal('conflict', 'envelope.over')
    if (!reason) throw new Refusal('invalid', 'envelope.reason-missing')
    await endEnvelope(tx, act, envelope, 'voided', { reason, by: user.id })
    await append(tx, act, { type: 'envelope.voided', envelopeId: id, clear: { reason } })
  })
}
