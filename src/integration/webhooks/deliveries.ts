import type { UserAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { failpoint } from '../../base/failpoint.ts'
import { type Clock, DAY, HOUR, type Instant, later, MINUTE, SECOND } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { WebhookDeliveryRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { enqueue } from '../../jobs/queue.ts'

export type Delivery = WebhookDeliveryRow
export type DeliveryStatus = Delivery['status']

/** The job's kind. */
export const WEBHOOK = 'webhook.delivery'

/** How long is waited before each further try: a target that was down over a weekend hears of everything on Monday. */
export const WAITS = [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, DAY]

/** A second order of one try does nothing: the key is the try. */
export const orderTry = (tx: Tx, runAt: Instant, { id, attempts }: Pick<Delivery, 'id' | 'attempts'>, at = runAt): Promise<void> =>
  enqueue(tx, at, { kind: WEBHOOK, payload: { delivery: id }, key: `${WEBHOOK}:${id}:${attempts}`, runAt })

/** For a target that goes on after a pause. */
export async function orderWaiting(tx: Tx, at: Instant, targetId: string): Promise<void> {
  const waiting = await tx
    .selectFrom('webhookDelivery')
    .select(['id', 'attempts'])
    .where('targetId', '=', targetId)
    .where('status', '=', 'waiting')
    .orderBy('seq')
    .execute()
  for (const delivery of waiting) await orderTry(tx, at, delivery)
}

/**
 * What became of a try, in one transaction with the order of the next one. A crash before it tries again under the same id; a delivery that was
 * settled meanwhile is left as it is.
 */
export function recordTry(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  { id, attempts }: Delivery,
  outcome: { readonly kind: 'taken' | 'silent' | 'refused'; readonly detail: string },
): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const at = clock()
    const wait = WAITS[attempts]
    const isOver = outcome.kind !== 'silent' || wait === undefined
    const status: DeliveryStatus = outcome.kind === 'taken' ? 'taken' : isOver ? 'failed' : 'waiting'
    const dueAt = isOver ? at : later(at, wait)
    const { numUpdatedRows } = await tx
      .updateTable('webhookDelivery')
      .set({ status, attempts: attempts + 1, answer: outcome.detail.slice(0, 200), dueAt, toldAt: at })
      .where('id', '=', id)
      .where('status', '=', 'waiting')
      .where('attempts', '=', attempts)
      .executeTakeFirst()
    if (numUpdatedRows && !isOver) await orderTry(tx, dueAt, { id, attempts: attempts + 1 }, at)
    failpoint('webhook.before-commit')
  })
}

export async function findDelivery(db: Db, id: string): Promise<Delivery> {
  const row = await db.selectFrom('webhookDelivery').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'webhook.delivery-unknown')
  return row
}

/** Told once more from the beginning of its tries, under the same id: a target that had taken it knows it again. */
export function sendAgain(db: Db, act: UserAct, targetId: string, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const delivery = await findDelivery(tx, id)
    if (delivery.targetId !== targetId) throw new Refusal('not_found', 'webhook.delivery-unknown')
    if (delivery.status === 'waiting' && delivery.dueAt <= act.at) return
    await tx.updateTable('webhookDelivery').set({ status: 'waiting', attempts: 0, dueAt: act.at }).where('id', '=', id).execute()
    await enqueue(tx, act.at, { kind: WEBHOOK, payload: { delivery: id }, key: `${WEBHOOK}:${id}:again` })
    await append(tx, act, { type: 'webhook-target.sent-again', detail: { target: targetId, delivery: id } })
  })
}

export interface DeliveryKey {
  readonly happenedAt: Instant
  readonly id: string
}

/** Newest first, a page at a time. */
export async function listDeliveries(
  db: Db,
  targetId: string,
  { status, after, size = 25 }: { readonly status: DeliveryStatus | null; readonly after: DeliveryKey | null; readonly size?: number },
): Promise<{ readonly deliveries: readonly (Delivery & { readonly title: string | null })[]; readonly next: DeliveryKey | null }> {
  let query = db
    .selectFrom('webhookDelivery')
    .leftJoin('envelope', 'envelope.id', 'webhookDelivery.envelopeId')
    .selectAll('webhookDelivery')
    .select('envelope.title')
    .where('webhookDelivery.targetId', '=', targetId)
    .orderBy('webhookDelivery.happenedAt', 'desc')
    .orderBy('webhookDelivery.id', 'desc')
    .limit(size + 1)
  if (status) query = query.where('webhookDelivery.status', '=', status)
  if (after)
    query = query.where((where) =>
      where.or([
        where('webhookDelivery.happenedAt', '<', after.happenedAt),
        where.and([where('webhookDelivery.happenedAt', '=', after.happenedAt), where('webhookDelivery.id', '<', after.id)]),
      ]),
    )
  const rows = await query.execute()
  const last = rows[size - 1]
  return { deliveries: rows.slice(0, size), next: rows.length > size && last ? { happenedAt: last.happenedAt, id: last.id } : null }
}

export interface TargetCounts {
  readonly waiting: number
  readonly failed: number
  readonly lastTakenAt: Instant | null
}

/** How it stands with each target. */
export async function countDeliveries(db: Db): Promise<ReadonlyMap<string, TargetCounts>> {
  const rows = await db
    .selectFrom('webhookDelivery')
    .select((select) => ['targetId', 'status', select.fn.countAll<number | string>().as('number'), select.fn.max('toldAt').as('last')])
    .groupBy(['targetId', 'status'])
    .execute()
  const of = (id: string, status: DeliveryStatus) => rows.find((row) => row.targetId === id && row.status === status)
  return new Map(
    [...new Set(rows.map(({ targetId }) => targetId))].map((id) => [
      id,
      {
        waiting: Number(of(id, 'waiting')?.number ?? 0),
        failed: Number(of(id, 'failed')?.number ?? 0),
        lastTakenAt: of(id, 'taken')?.last ?? null,
      },
    ]),
  )
}

/** Those that a target never took, of targets that are still declared. */
export async function countFailedDeliveries(db: Db): Promise<number> {
  const { number } = await db
    .selectFrom('webhookDelivery')
    .innerJoin('webhookTarget', 'webhookTarget.id', 'webhookDelivery.targetId')
    .select((select) => select.fn.countAll<number | string>().as('number'))
    .where('webhookDelivery.status', '=', 'failed')
    .where('webhookTarget.removedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(number)
}

/** What was told or given up long ago is of no more use. */
export const forgetDeliveries = (db: Db, before: Instant): Promise<unknown> =>
  db.deleteFrom('webhookDelivery').where('status', '!=', 'waiting').where('happenedAt', '<', before).execute()
