import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import type { Db } from '../../db/open.ts'
import type { IdentitySource } from './source.ts'
import type { TrialStep } from './trial.ts'

/** That it was tried, and how far it came; not for whom. */
export const noteTrial = (db: Db, act: Act, source: IdentitySource, steps: readonly TrialStep[]): Promise<unknown> =>
  db.transaction().execute((tx) =>
    append(tx, act, {
      type: 'source.tested',
      detail: { source: source.id, outcome: steps.every(({ ok }) => ok) ? 'ok' : (steps.find(({ ok }) => !ok)?.step ?? '') },
      clear: { name: source.name },
    }),
  )
