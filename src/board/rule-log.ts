import type { Instant } from '../base/instant.ts'
import type { RuleRunRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { Facts } from './deciding.ts'
import { type Rule, ruleOf } from './rule.ts'

export const RUN_STATUSES = ['waiting', 'done', 'skipped', 'failed', 'dropped'] as const
export type RunStatus = RuleRunRow['status']

export interface LoggedRun {
  readonly id: string
  readonly envelopeId: string
  readonly title: string
  readonly rule: Rule
  readonly status: RunStatus
  readonly reason: string
  readonly detail: Facts
  /** When it was decided; of one that waits, when it was ordered. */
  readonly at: Instant
  readonly dueAt: Instant
}

export interface LogKey {
  readonly createdAt: Instant
  readonly id: string
}

const PAGE = 50

/** What rules did, the last ordered first; also what rules did that are gone. */
export async function listRuns(
  db: Db,
  { status, after, ruleId }: { readonly status: RunStatus | null; readonly after: LogKey | null; readonly ruleId?: string },
): Promise<{ readonly runs: LoggedRun[]; readonly next: LogKey | null }> {
  let found = db
    .selectFrom('ruleRun')
    .innerJoin('envelope', 'envelope.id', 'ruleRun.envelopeId')
    .selectAll('ruleRun')
    .select('envelope.title')
  if (status) found = found.where('ruleRun.status', '=', status)
  if (ruleId) found = found.where('ruleRun.ruleId', '=', ruleId)
  if (after)
    found = found.where((where) =>
      where.or([
        where('ruleRun.createdAt', '<', after.createdAt),
        where.and([where('ruleRun.createdAt', '=', after.createdAt), where('ruleRun.id', '<', after.id)]),
      ]),
    )
  const rows = await found
    .orderBy('ruleRun.createdAt', 'desc')
    .orderBy('ruleRun.id', 'desc')
    .limit(PAGE + 1)
    .execute()
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  const ids = [...new Set(page.map((run) => run.ruleId))]
  const rules = ids.length ? await db.selectFrom('boardRule').selectAll().where('id', 'in', ids).execute() : []
  const ruled = new Map(rules.map((row) => [row.id, ruleOf(row)]))
  return {
    runs: page.map((run) => ({
      id: run.id,
      envelopeId: run.envelopeId,
      title: run.title,
      rule: ruled.get(run.ruleId)!,
      status: run.status,
      reason: run.reason,
      detail: JSON.parse(run.detail) as Facts,
      at: run.doneAt ?? run.createdAt,
      dueAt: run.dueAt,
    })),
    next: rows.length > PAGE && last ? { createdAt: last.createdAt, id: last.id } : null,
  }
}
