import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'
import { refuseUnfitDeadline } from './drafting.ts'
import { findEnvelopeFor } from './envelope.ts'
import { watchDeadline } from './expiry.ts'
import { scheduleReminders } from './reminding.ts'

/** A signature given under the old deadline must be sealed while its certificate lives: so long before the first of them ends. */
const RESERVE = 90 * DAY

/** Moves the deadline of what is under way; links that work go on to work until then. */
export async function moveDeadline(db: Db, act: UserAct, user: Reader, envelopeId: string, deadline: Instant): Promise<void> {
  refuseUnfitDeadline(deadline, act.at)
  return db.transaction().execute(async (tx) => {
    const envelope = await findEnvelopeFor(tx, user, envelopeId, 'edit')
    if (envelope.status !== 'sent') throw new Refusal('conflict', 'envelope.over')
    const ids = (await tx.selectFrom('recipient').select('id').where('envelopeId', '=', envelopeId).execute()).map(({ id }) => id)
    const first = await tx
      .selectFrom('certificate')
      .select((select) => select.fn.min('notAfter').as('notAfter'))
      .where('recipientId', 'in', ids)
      .executeTakeFirst()
    const latest = first?.notAfter ? later(first.notAfter, -RESERVE) : null
    if (latest && deadline > latest) throw new Refusal('invalid', 'envelope.deadline-too-late', { date: latest.slice(0, 10) })
    await tx
      .updateTable('envelope')
      .set({ deadline, updatedAt: act.at })
      .where('id', '=', envelopeId)
      .where('status', '=', 'sent')
      .execute()
    const links = tx.updateTable('invitation').set({ expiresAt: deadline }).where('recipientId', 'in', ids).where('revokedAt', 'is', null)
    await links.where('embedded', '=', 0).execute()
    // One that a page shows lives for its day; a deadline only ends it sooner.
    await links.where('embedded', '=', 1).where('expiresAt', '>', deadline).execute()
    await append(tx, act, { type: 'envelope.deadline-changed', envelopeId, detail: { deadline } })
    await watchDeadline(tx, act, envelopeId, deadline)
    await scheduleReminders(tx, act.at, { ...envelope, deadline })
  })
}
