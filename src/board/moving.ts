import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { BoardCardRow, CardMoveRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { findEnvelopeFor } from '../envelope/envelope.ts'
import { readSetting } from '../setting/setting.ts'
import { enterStage, nextChange } from './entering.ts'
import { isFactOf } from './facts.ts'
import { orderRun } from './rule-runs.ts'
import { findStage, stageName } from './stages.ts'

/** For so long a move may be taken back. */
export const UNDO = 10 * MINUTE

export async function cardOf(db: Db, envelopeId: string): Promise<BoardCardRow> {
  const card = await db.selectFrom('boardCard').selectAll().where('envelopeId', '=', envelopeId).executeTakeFirst()
  // A draft of this second: the follower has not come to it yet.
  if (!card) throw new Refusal('conflict', 'board.card-moved')
  return card
}

/**
 * A person moves a card. `entry` is where they saw it: whoever was faster has moved it on. A stage that states a fact takes only what it is
 * true of. Null: it stands there already.
 */
export function moveCard(
  db: Db,
  act: UserAct,
  user: Reader,
  to: { readonly envelopeId: string; readonly stageId: string; readonly entry: number | null },
): Promise<CardMoveRow | null> {
  return db.transaction().execute(async (tx) => {
    const envelope = await findEnvelopeFor(tx, user, to.envelopeId, 'edit')
    const stage = await findStage(tx, to.stageId)
    const card = await cardOf(tx, envelope.id)
    if (to.entry !== null && card.entry !== to.entry) throw new Refusal('conflict', 'board.card-moved')
    if (card.stageId === stage.id) return null
    if (stage.kind && !(await isFactOf(tx, stage.kind, envelope))) throw new Refusal('conflict', `board.not-${stage.kind}`)
    return enterStage(tx, act, card, stage.id, { kind: 'person', id: user.id, chain: [] })
  })
}

/**
 * Takes one's own last move back, as if it had not been: the card stands in its former entry, whose waiting rules wait again. What rules
 * have done since stays done.
 */
export function undoMove(db: Db, act: UserAct, user: Reader, moveId: string): Promise<CardMoveRow> {
  return db.transaction().execute(async (tx) => {
    const move = await tx.selectFrom('cardMove').selectAll().where('id', '=', moveId).executeTakeFirst()
    if (!move || move.byKind !== 'person' || move.byId !== user.id) throw new Refusal('not_found', 'board.move-unknown')
    await findEnvelopeFor(tx, user, move.envelopeId, 'edit')
    if (move.undoneAt || later(move.at, UNDO) < act.at) throw new Refusal('conflict', 'board.undo-over')
    const stage = await findStage(tx, move.fromStage)
    const { numUpdatedRows } = await tx
      .updateTable('boardCard')
      .set({ stageId: move.fromStage, entry: move.fromEntry, enteredAt: move.fromEnteredAt, change: await nextChange(tx) })
      .where('envelopeId', '=', move.envelopeId)
      .where('stageId', '=', move.toStage)
      .where('entry', '=', move.toEntry)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'board.card-moved')
    await tx.updateTable('cardMove').set({ undoneAt: act.at }).where('id', '=', move.id).execute()
    await takeBackRuns(tx, act.at, move)
    await append(tx, act, {
      type: 'envelope.moved-back',
      envelopeId: move.envelopeId,
      detail: { from: move.toStage, to: move.fromStage },
      clear: { stage: stageName(stage, (await readSetting(tx, 'installation')).language) },
    })
    return move
  })
}

async function takeBackRuns(tx: Tx, at: Instant, move: CardMoveRow): Promise<void> {
  await tx
    .updateTable('ruleRun')
    .set({ status: 'dropped', reason: 'undone', doneAt: at })
    .where('envelopeId', '=', move.envelopeId)
    .where('entry', '=', move.toEntry)
    .where('status', '=', 'waiting')
    .execute()
  const again = await tx
    .updateTable('ruleRun')
    .set({ status: 'waiting', reason: '', doneAt: null })
    .where('envelopeId', '=', move.envelopeId)
    .where('entry', '=', move.fromEntry)
    .where('status', '=', 'dropped')
    .where('reason', '=', 'left')
    .where('doneAt', '=', move.at)
    .returning(['id', 'dueAt'])
    .execute()
  for (const run of again) await orderRun(tx, at, run)
}

/** One's own move, as long as it may be taken back. */
export async function lastUndoable(db: Db, at: Instant, user: Reader, moveId: string): Promise<CardMoveRow | null> {
  const move = await db
    .selectFrom('cardMove')
    .innerJoin('boardCard', 'boardCard.envelopeId', 'cardMove.envelopeId')
    .selectAll('cardMove')
    .where('cardMove.id', '=', moveId)
    .where('cardMove.byKind', '=', 'person')
    .where('cardMove.byId', '=', user.id)
    .where('cardMove.undoneAt', 'is', null)
    .where('cardMove.at', '>=', later(at, -UNDO))
    .whereRef('boardCard.entry', '=', 'cardMove.toEntry')
    .executeTakeFirst()
  return move ?? null
}

/** The stage of an envelope's card; null while the follower has not come to it. */
export const standingOf = async (db: Db, envelopeId: string): Promise<string | null> =>
  (await db.selectFrom('boardCard').select('stageId').where('envelopeId', '=', envelopeId).executeTakeFirst())?.stageId ?? null
