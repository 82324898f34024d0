import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { BoardCardRow, CardMoveRow } from '../db/database.ts'
import type { Tx } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import { orderRules } from './rule-runs.ts'
import { findStage, stageName } from './stages.ts'

export interface Mover {
  readonly kind: CardMoveRow['byKind']
  /** The person, the trigger, the rule. */
  readonly id: string
  /** The stages that rules alone led the card through until now, the one that it leaves last. */
  readonly chain: readonly string[]
}

/** The number of the next change to the board: every change has its own, in the order in which they are committed. */
export async function nextChange(tx: Tx): Promise<number> {
  const { changes } = await tx
    .updateTable('boardState')
    .set((set) => ({ changes: set('changes', '+', 1) }))
    .returning('changes')
    .executeTakeFirstOrThrow()
  return changes
}

/**
 * Puts a card into another stage, by comparison with where it was seen. What waited there is dropped, and the rules of the new stage are
 * ordered. A move by a trigger follows from an event that stands in the trail already; a person's and a rule's is an event of its own.
 */
export async function enterStage(tx: Tx, act: Act, card: BoardCardRow, stageId: string, by: Mover): Promise<CardMoveRow> {
  const stage = await findStage(tx, stageId)
  const entry = card.entries + 1
  const { numUpdatedRows } = await tx
    .updateTable('boardCard')
    .set({ stageId, entry, entries: entry, enteredAt: act.at, change: await nextChange(tx) })
    .where('envelopeId', '=', card.envelopeId)
    .where('entry', '=', card.entry)
    .where('entries', '=', card.entries)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'board.card-moved')
  const move: CardMoveRow = {
    id: newId('mov'),
    envelopeId: card.envelopeId,
    fromStage: card.stageId,
    fromEntry: card.entry,
    fromEnteredAt: card.enteredAt,
    toStage: stageId,
    toEntry: entry,
    at: act.at,
    byKind: by.kind,
    byId: by.id,
    undoneAt: null,
  }
  await tx.insertInto('cardMove').values(move).execute()
  if (by.kind !== 'trigger')
    await append(tx, act, {
      type: 'envelope.moved',
      envelopeId: card.envelopeId,
      detail: { from: card.stageId, to: stageId, ...(by.kind === 'rule' ? { rule: by.id } : {}) },
      clear: { stage: stageName(stage, (await readSetting(tx, 'installation')).language) },
    })
  await dropWaiting(tx, act, card.envelopeId, card.entry)
  await orderRules(tx, act.at, { envelopeId: card.envelopeId, stageId, entry }, [...(by.kind === 'rule' ? by.chain : []), stageId])
  return move
}

/** Rules that wait for the end of their delay do nothing once the card has left, unless they say otherwise. */
async function dropWaiting(tx: Tx, act: Act, envelopeId: string, entry: number): Promise<void> {
  await tx
    .updateTable('ruleRun')
    .set({ status: 'dropped', reason: 'left', doneAt: act.at })
    .where('envelopeId', '=', envelopeId)
    .where('entry', '=', entry)
    .where('status', '=', 'waiting')
    .where('ruleId', 'in', (select) => select.selectFrom('boardRule').select('id').where('stays', '=', 0))
    .execute()
}
