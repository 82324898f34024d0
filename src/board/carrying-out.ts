import { systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Clock, Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { RuleRunRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { apply } from './applying.ts'
import { decide, type Effect, type Facts } from './deciding.ts'
import { ruleOf } from './rule.ts'
import { callTarget } from './webhook.ts'

export interface RuleTools {
  readonly db: Db
  readonly clock: Clock
  readonly config: Config
  readonly secretKey: SecretKey
}

/** Tries of a target that does not answer, over about an hour. */
export const MOST_TRIES = 12

/** The target did not take it this time: the job comes back after its back-off. */
export class TargetSilent extends Error {
  override name = 'TargetSilent'
}

/**
 * The job `board.rule`. Rules of one entry act in their order: those before it that are due act first. Decision, effect, log and event are
 * one transaction that finds the run waiting, so that a second worker and a life after kill -9 find it done.
 */
export async function carryOutRun(tools: RuleTools, runId: string, attempts = 1): Promise<void> {
  const { db, clock } = tools
  const run = await db.selectFrom('ruleRun').selectAll().where('id', '=', runId).executeTakeFirst()
  if (!run || run.status !== 'waiting') return
  for (const earlier of await dueBefore(db, run, clock())) await carryOutOne(tools, earlier, null)
  const calls = await carryOutOne(tools, run, attempts)
  if (calls) await call(tools, run, calls, attempts)
}

async function dueBefore(db: Db, run: RuleRunRow, at: Instant): Promise<RuleRunRow[]> {
  const rows = await db
    .selectFrom('ruleRun')
    .innerJoin('boardRule', 'boardRule.id', 'ruleRun.ruleId')
    .selectAll('ruleRun')
    .where('ruleRun.envelopeId', '=', run.envelopeId)
    .where('ruleRun.entry', '=', run.entry)
    .where('ruleRun.status', '=', 'waiting')
    .where('ruleRun.dueAt', '<=', at)
    .orderBy('ruleRun.dueAt')
    .orderBy('boardRule.position')
    .orderBy('ruleRun.id')
    .execute()
  const place = rows.findIndex(({ id }) => id === run.id)
  return place < 0 ? [] : rows.slice(0, place)
}

/** Answers a call to a target, which is made outside the transaction; it is left to its own job where `attempts` is null. */
function carryOutOne(
  { db, clock }: RuleTools,
  { id }: Pick<RuleRunRow, 'id'>,
  attempts: number | null,
): Promise<Extract<Effect, { kind: 'webhook' }> | null> {
  return db.transaction().execute(async (tx) => {
    const at = clock()
    const run = await tx.selectFrom('ruleRun').selectAll().where('id', '=', id).where('status', '=', 'waiting').executeTakeFirst()
    if (!run) return null
    const row = await tx.selectFrom('boardRule').selectAll().where('id', '=', run.ruleId).executeTakeFirstOrThrow()
    if (row.removedAt || row.switchedOffAt) return await close(tx, at, run, 'skipped', row.removedAt ? 'removed' : 'off')
    const rule = ruleOf(row)
    const card = await tx.selectFrom('boardCard').selectAll().where('envelopeId', '=', run.envelopeId).executeTakeFirst()
    if (card?.entry !== run.entry && !rule.stays) return await close(tx, at, run, 'dropped', 'left')
    const decision = await decide(tx, rule, { envelopeId: run.envelopeId, chain: JSON.parse(run.chain) as string[], at })
    if (!decision.acts) return await close(tx, at, run, 'skipped', decision.reason, decision.detail)
    if (decision.effect.kind === 'webhook') return attempts === null ? null : decision.effect
    await close(tx, at, run, 'done', '', decision.detail)
    await apply(tx, systemAct(at), run, decision.effect)
    failpoint('board.rule-before-commit')
    return null
  })
}

async function close(
  tx: Tx,
  at: Instant,
  run: RuleRunRow,
  status: 'done' | 'skipped' | 'failed' | 'dropped',
  reason: string,
  detail: Facts = {},
): Promise<null> {
  await tx
    .updateTable('ruleRun')
    .set({ status, reason, detail: JSON.stringify(detail), doneAt: at })
    .where('id', '=', run.id)
    .where('status', '=', 'waiting')
    .execute()
  if (status === 'done' || status === 'failed')
    await append(tx, systemAct(at), {
      type: status === 'done' ? 'rule.acted' : 'rule.failed',
      detail: { rule: run.ruleId, run: run.id, envelope: run.envelopeId },
    })
  return null
}

/** At least once: a crash between the target's yes and our note of it calls again with the same id, by which the target knows it. */
async function call(
  tools: RuleTools,
  run: RuleRunRow,
  { target, name }: Extract<Effect, { kind: 'webhook' }>,
  attempts: number,
): Promise<void> {
  const { db, clock } = tools
  const outcome = await callTarget(tools, target, run)
  failpoint('board.after-call')
  const isOver = outcome.kind === 'refused' || (outcome.kind === 'silent' && attempts >= MOST_TRIES)
  if (outcome.kind === 'silent' && !isOver) throw new TargetSilent(outcome.detail)
  await db.transaction().execute((tx) =>
    close(tx, clock(), run, outcome.kind === 'taken' ? 'done' : 'failed', outcome.kind === 'taken' ? '' : 'target', {
      name,
      answer: outcome.detail,
    }),
  )
}
