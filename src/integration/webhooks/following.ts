import { failpoint } from '../../base/failpoint.ts'
import { newId } from '../../base/id.ts'
import type { Clock, Instant } from '../../base/instant.ts'
import type { Db } from '../../db/open.ts'
import { orderTry } from './deliveries.ts'
import { eventOfType, FOLLOWED_TYPES } from './events.ts'
import { listTargets } from './targets.ts'

/** Entries that are looked at in one go. */
const BATCH = 200
const CURSOR = 'trail'

/**
 * Orders a delivery for each entry of the trail and each target that wants to hear of it. A batch is one transaction with the cursor, compared and
 * set, so that a crash at any line and a second follower order each once. Answers whether there was anything.
 */
export async function followForTargets({ db, clock }: { readonly db: Db; readonly clock: Clock }): Promise<boolean> {
  const { seq: from } = await db.selectFrom('webhookState').select('seq').where('id', '=', CURSOR).executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('auditLeaf')
    .select(['seq', 'at', 'type', 'envelopeId', 'entry'])
    .where('seq', '>', from)
    .orderBy('seq')
    .limit(BATCH)
    .execute()
  const last = rows.at(-1)
  if (!last) return false
  const news = rows.filter(({ type, envelopeId }) => envelopeId !== null && FOLLOWED_TYPES.some((one) => one === type))
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('webhookState')
      .set({ seq: last.seq })
      .where('id', '=', CURSOR)
      .where('seq', '=', from)
      .executeTakeFirst()
    // Somebody else has followed it meanwhile.
    if (!numUpdatedRows) return
    const targets = news.length ? await listTargets(tx) : []
    for (const { seq, at, type, envelopeId, entry } of news) {
      const event = eventOfType(type)
      for (const target of targets) {
        if (!event || !target.events.includes(event) || at < target.createdAt) continue
        const delivery = { id: newId('dlv'), attempts: 0, dueAt: clock() }
        await tx
          .insertInto('webhookDelivery')
          .values({
            ...delivery,
            targetId: target.id,
            event,
            seq,
            envelopeId,
            recipientId: recipientIn(entry),
            happenedAt: at as Instant,
            status: 'waiting',
            answer: '',
            toldAt: null,
          })
          .execute()
        if (!target.pausedAt) await orderTry(tx, delivery.dueAt, delivery)
      }
    }
    failpoint('webhook.between')
  })
  return true
}

const recipientIn = (entry: string): string | null => (JSON.parse(entry) as { detail?: { recipient?: string } }).detail?.recipient ?? null
