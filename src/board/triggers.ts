import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { BoardTriggerRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { findStage } from './stages.ts'

/** What may move a card by itself, in the order in which it happens. `field`: a recipient who signs has filled in a field of that label. */
export const TRIGGER_EVENTS = [
  'drafted',
  'sent',
  'came-back',
  'opened',
  'field',
  'company-signed',
  'other-signed',
  'all-signed',
  'completed',
  'declined',
  'expired',
  'voided',
] as const
export type TriggerEvent = (typeof TRIGGER_EVENTS)[number]

export interface Trigger {
  readonly id: string
  readonly event: TriggerEvent
  readonly label: string
  readonly value: string
  readonly stageId: string
}

const MOST_FIELD_TRIGGERS = 30

export async function listTriggers(db: Db): Promise<Trigger[]> {
  const rows = await db.selectFrom('boardTrigger').selectAll().orderBy('createdAt').orderBy('id').execute()
  return rows.map(triggerOf).toSorted((one, other) => TRIGGER_EVENTS.indexOf(one.event) - TRIGGER_EVENTS.indexOf(other.event))
}

const triggerOf = ({ id, event, label, value, stageId }: BoardTriggerRow): Trigger => ({
  id,
  event: event as TriggerEvent,
  label,
  value,
  stageId,
})

/** Which stage an event leads to; null: none. */
export function setTriggers(
  db: Db,
  act: UserAct,
  chosen: Readonly<Partial<Record<Exclude<TriggerEvent, 'field'>, string | null>>>,
): Promise<void> {
  return db.transaction().execute(async (tx) => {
    for (const [event, stageId] of Object.entries(chosen)) {
      await tx.deleteFrom('boardTrigger').where('event', '=', event).execute()
      if (stageId === null) continue
      await findStage(tx, stageId)
      await tx
        .insertInto('boardTrigger')
        .values({ id: newId('trg'), event, label: '', value: '', stageId, createdAt: act.at })
        .execute()
    }
    await append(tx, act, { type: 'trigger.changed', detail: { count: Object.keys(chosen).length } })
  })
}

export function addFieldTrigger(db: Db, act: UserAct, details: Pick<Trigger, 'label' | 'value' | 'stageId'>): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await findStage(tx, details.stageId)
    const others = await tx.selectFrom('boardTrigger').select('id').where('event', '=', 'field').execute()
    if (others.length >= MOST_FIELD_TRIGGERS) throw new Refusal('conflict', 'board.too-many-triggers')
    await tx
      .insertInto('boardTrigger')
      .values({ id: newId('trg'), event: 'field', ...details, createdAt: act.at })
      .execute()
    await append(tx, act, { type: 'trigger.changed', detail: { count: 1 } })
  })
}

export function removeFieldTrigger(db: Db, act: UserAct, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { numDeletedRows } = await tx.deleteFrom('boardTrigger').where('id', '=', id).where('event', '=', 'field').executeTakeFirst()
    if (numDeletedRows !== 1n) throw new Refusal('not_found', 'board.trigger-unknown')
    await append(tx, act, { type: 'trigger.changed', detail: { count: 1 } })
  })
}
