import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Clock, Instant } from '../base/instant.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { endEnvelope } from './ending.ts'
import { watchForEnding } from './ending-soon.ts'
import type { Envelope } from './envelope.ts'
import { findEnvelope } from './envelope.ts'
import { tellSender } from './telling.ts'

/** The job that looks at an envelope at its deadline. */
export const EXPIRY = 'envelope.expire'

/** A moved deadline has a job of its own; the one before finds nothing to do. */
export async function watchDeadline(tx: Tx, act: Pick<Act, 'at'>, envelopeId: string, deadline: Instant): Promise<void> {
  await enqueue(tx, act.at, {
    kind: EXPIRY,
    payload: { envelope: envelopeId },
    key: `${EXPIRY} ${envelopeId} ${deadline}`,
    runAt: deadline,
  })
  await watchForEnding(tx, act, envelopeId, deadline)
}

/** Ends what is past its deadline and not signed by everybody. */
export async function expireEnvelope({ db, clock }: { readonly db: Db; readonly clock: Clock }, id: string): Promise<void> {
  const at = clock()
  await db.transaction().execute(async (tx) => {
    const envelope: Envelope = await findEnvelope(tx, id)
    if (envelope.status !== 'sent' || !envelope.deadline || envelope.deadline > at) return
    const act = systemAct(at)
    await endEnvelope(tx, act, envelope, 'expired', { reason: null, by: null })
    await append(tx, act, { type: 'envelope.expired', envelopeId: id })
    await tellSender(tx, act, 'expired', envelope)
  })
}
