import { type Act, systemAct } from '../audit/act.ts'
import { append, trailOf } from '../audit/trail.ts'
import { type Clock, DAY, HOUR, type Instant, later } from '../base/instant.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { readCalendar } from '../setting/working-days.ts'
import { findEnvelope, listRecipients } from './envelope.ts'
import { civilMomentBefore } from './reminder-times.ts'
import { tellRecipient, tellSender } from './telling.ts'

/** The job that tells whoever is missing, and the sender, that not much time is left. */
export const ENDING_SOON = 'envelope.ending-soon'

/** A day before the deadline, and not at night. Where that is past already, or as good as now, nobody needs to be told. */
export async function watchForEnding(tx: Tx, act: Pick<Act, 'at'>, envelopeId: string, deadline: Instant): Promise<void> {
  const runAt = civilMomentBefore(later(deadline, -DAY), await readCalendar(tx))
  if (runAt < later(act.at, HOUR)) return
  await enqueue(tx, act.at, {
    kind: ENDING_SOON,
    payload: { envelope: envelopeId, deadline },
    key: `${ENDING_SOON} ${envelopeId} ${deadline}`,
    runAt,
  })
}

/** Once a deadline: a moved one has a job of its own, and what was told stands in the trail of the same commit. */
export async function tellEndingSoon(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  { envelope: id, deadline }: { readonly envelope: string; readonly deadline: Instant },
): Promise<void> {
  const at = clock()
  await db.transaction().execute(async (tx) => {
    const envelope = await findEnvelope(tx, id)
    if (envelope.status !== 'sent' || envelope.deadline !== deadline || deadline <= at) return
    const isTold = (await trailOf(tx, id)).some(({ type, detail }) => type === 'envelope.ending-soon' && detail['deadline'] === deadline)
    if (isTold) return
    const act = systemAct(at)
    await append(tx, act, { type: 'envelope.ending-soon', envelopeId: id, detail: { deadline } })
    for (const recipient of await listRecipients(tx, id))
      if (recipient.status === 'invited') await tellRecipient(tx, act, 'ending-soon', envelope, recipient)
    await tellSender(tx, act, 'ending-soon', envelope, { key: `ending-soon ${id} ${deadline}` })
  })
}
