import type { Instant } from '../base/instant.ts'
import { newId } from '../base/id.ts'
import type { BoardCardRow } from '../db/database.ts'
import type { Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { readCalendar } from '../setting/working-days.ts'
import { dueAfter } from './delay.ts'

/** The job that carries out what one rule has to do for one entry of one card. */
export const RULE = 'board.rule'

/** A row and a job for each rule of the stage: written with the entry, so that neither exists without the other, and once for each entry. */
export async function orderRules(
  tx: Tx,
  at: Instant,
  { envelopeId, stageId, entry }: Pick<BoardCardRow, 'envelopeId' | 'stageId' | 'entry'>,
  chain: readonly string[],
): Promise<void> {
  const rules = await tx
    .selectFrom('boardRule')
    .select(['id', 'wait', 'unit'])
    .where('stageId', '=', stageId)
    .where('removedAt', 'is', null)
    .where('switchedOffAt', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .execute()
  if (!rules.length) return
  const calendar = await readCalendar(tx)
  for (const { id: ruleId, wait, unit } of rules) {
    const dueAt = dueAfter(at, wait, unit, calendar)
    const run = {
      id: newId('run'),
      ruleId,
      envelopeId,
      stageId,
      entry,
      chain: JSON.stringify(chain),
      status: 'waiting' as const,
      reason: '',
      detail: '{}',
      createdAt: at,
      dueAt,
      doneAt: null,
    }
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('ruleRun')
      .values(run)
      .onConflict((conflict) => conflict.columns(['ruleId', 'envelopeId', 'entry']).doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows === 1n) await orderRun(tx, at, run)
  }
}

export const orderRun = (tx: Tx, at: Instant, run: { readonly id: string; readonly dueAt: Instant }): Promise<void> =>
  enqueue(tx, at, { kind: RULE, payload: { run: run.id }, key: `${RULE} ${run.id}`, runAt: run.dueAt })
