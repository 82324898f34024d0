import { systemAct } from '../../src/audit/act.ts'
import type { EventType } from '../../src/audit/event.ts'
import { append } from '../../src/audit/trail.ts'
import type { Instant } from '../../src/base/instant.ts'
import { carryOutRun } from '../../src/board/carrying-out.ts'
import { followTrail } from '../../src/board/following.ts'
import type { RuleDetails } from '../../src/board/rule.ts'
import { RULE } from '../../src/board/rule-runs.ts'
import { readConfig } from '../../src/config/config.ts'
import type { Recipient } from '../../src/envelope/envelope.ts'
import { startRunner } from '../../src/jobs/runner.ts'
import { NOON, openTestDesk, SECRET, sentEnvelope, type TestDesk } from '../envelope/support.ts'

export interface TestBoard extends TestDesk {
  /** Something happens to the only envelope. */
  happens(type: EventType, recipient?: string): Promise<void>
  /** The recipient has signed, and the trail says so. */
  signs(recipient: string): Promise<void>
  /** Follows the trail and does the rules that are due. */
  work(at?: Instant): Promise<void>
  stage(): Promise<string | undefined>
  /** `done`, `skipped condition` …, oldest first. */
  log(): Promise<string[]>
}

/** An envelope that is out for signature, with its card in "Sent". */
export async function openTestBoard(
  recipients: readonly Partial<Recipient>[] = [{ side: 'company' }, { side: 'other' }],
  environment: Record<string, string> = {},
): Promise<TestBoard> {
  const desk = await openTestDesk()
  const { db } = desk
  const board: TestBoard = {
    ...desk,
    async happens(type, recipient) {
      await db
        .transaction()
        .execute((tx) => append(tx, systemAct(NOON), { type, envelopeId: 'env_1', ...(recipient ? { detail: { recipient } } : {}) }))
    },
    async signs(recipient) {
      await db.updateTable('recipient').set({ status: 'signed', signedAt: NOON }).where('id', '=', recipient).execute()
      await board.happens('ceremony.signed', recipient)
    },
    async work(at = NOON) {
      const tools = { db, clock: () => at, config: readConfig({ PARAPHE_DATA: '/tmp/none', ...environment }), secretKey: SECRET }
      const runner = startRunner(
        db,
        () => at,
        { [RULE]: (job) => carryOutRun(tools, (JSON.parse(job.payload) as { run: string }).run, job.attempts) },
        { lanes: 0 },
      )
      do await runner.drain()
      while (await followTrail(tools))
    },
    stage: async () => (await db.selectFrom('boardCard').select('stageId').where('envelopeId', '=', 'env_1').executeTakeFirst())?.stageId,
    log: async () =>
      (await db.selectFrom('ruleRun').select(['status', 'reason']).orderBy('createdAt').orderBy('dueAt').orderBy('id').execute()).map(
        ({ status, reason }) => (reason ? `${status} ${reason}` : status),
      ),
    [Symbol.asyncDispose]: desk[Symbol.asyncDispose],
  }
  await sentEnvelope(desk, recipients)
  await board.happens('envelope.dispatched')
  await board.work()
  return board
}

export const RULE_OF: Omit<RuleDetails, 'action'> = { wait: 0, unit: 'minutes', stays: false, conditions: [] }
