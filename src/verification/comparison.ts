import type { Bytes, LaidAside } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Config } from '../config/config.ts'
import { runTask } from '../sandbox/run.ts'
import type { TaskOutput } from '../sandbox/task.ts'
import { inLine } from './line.ts'
import { lastIntact } from './shown.ts'
import type { SignatureReport, VerificationReport } from './verdict/report.ts'

/** The pages of a changed file beside those of the last state in it that somebody’s intact signature covers. */
export interface ShownComparison {
  readonly signature: SignatureReport
  readonly pairs: TaskOutput['compare']['pairs']
  readonly compared: number
  readonly pages: number
}

const SHOWN = { width: 800, most: 4, within: 40 } as const

/**
 * Null where there is nothing to lay beside it: nothing changed, no signature holds, or the pages cannot be drawn within bounds. Both states are
 * in the visitor's own file, so that nothing is shown that they do not have.
 */
export async function comparisonOf(config: Config, pdf: Bytes | LaidAside, report: VerificationReport): Promise<ShownComparison | null> {
  const signature = lastIntact(report)
  const end = signature && report.revisions[signature.revision]?.end
  if (!signature || !end) return null
  try {
    return { signature, ...(await inLine(() => runTask(config, 'compare', { pdf, end, ...SHOWN }))) }
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
