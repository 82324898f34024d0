import { z } from 'zod'
import type { Facts } from '../../../board/deciding.ts'
import { type LogKey, listRuns, RUN_STATUSES, type RunStatus } from '../../../board/rule-log.ts'
import { ruleNames, ruleSentence } from '../../../board/rule-sentence.ts'
import type { Action } from '../../../board/rule.ts'
import type { Instant } from '../../../base/instant.ts'
import { fill, type Language, words } from '../../../view/words.ts'
import { managesSettings } from '../../access.ts'
import { createApp } from '../../env.ts'

const Query = z.object({ status: z.enum(RUN_STATUSES).nullable().catch(null), after: z.string().max(80).catch('') })

export interface ShownRun {
  readonly id: string
  readonly envelopeId: string
  readonly title: string
  readonly rule: string
  readonly status: RunStatus
  readonly told: string
  readonly at: Instant
  readonly dueAt: Instant
}

/** What became of it, in a sentence. */
export function toldRun(language: Language, action: Action['kind'], status: RunStatus, reason: string, detail: Facts): string {
  const { did, reasons } = words(language).board.log
  if (status === 'done') return fill(did[action], detail)
  if (status === 'waiting') return reasons.waiting
  return fill(Object.hasOwn(reasons, reason) ? reasons[reason as keyof typeof reasons] : reason, detail)
}

const keyIn = (text: string): LogKey | null => {
  const [createdAt, id] = text.split('~')
  return createdAt && id ? { createdAt: createdAt as Instant, id } : null
}

export const consoleBoardLog = createApp().get('/console/board/log', managesSettings, async (c) => {
  const { db } = c.var.house
  const { status, after } = Query.parse({ status: c.req.query('status') ?? null, after: c.req.query('after') ?? '' })
  const { runs, next } = await listRuns(db, { status, after: keyIn(after) })
  const names = await ruleNames(db, c.var.lang)
  const shown: ShownRun[] = runs.map(({ rule, reason, detail, ...run }) => ({
    ...run,
    rule: ruleSentence(c.var.lang, rule, names),
    told: toldRun(c.var.lang, rule.action.kind, run.status, reason, detail),
  }))
  return c.html(
    await c.var.render('console/board/log', { runs: shown, statuses: RUN_STATUSES, status, next: next && `${next.createdAt}~${next.id}` }),
  )
})
