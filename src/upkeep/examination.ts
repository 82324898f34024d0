import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { type Clock, type Instant, later, MINUTE } from '../base/instant.ts'
import type { ExaminationTable } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { type Check, type DoctorTools, TRIALS, tryEverything } from './doctor.ts'

export const EXAMINATION = 'upkeep.examination'

/** So many are kept; the others say nothing any more. */
const KEPT = 20
/** One that was not heard of for so long was cut off. */
const SILENT = 5 * MINUTE

export interface ShownExamination extends Omit<ExaminationTable, 'checks'> {
  readonly checks: readonly Check[]
  readonly isUnderWay: boolean
}

export async function lastExamination(db: Db, at: Instant): Promise<ShownExamination | null> {
  const row = await db.selectFrom('examination').selectAll().orderBy('startedAt', 'desc').orderBy('id').limit(1).executeTakeFirst()
  if (!row) return null
  return { ...row, checks: JSON.parse(row.checks) as Check[], isUnderWay: row.endedAt === null && row.startedAt > later(at, -SILENT) }
}

/** Everything is tried in the background; one that is under way already does the work of this one too. */
export async function orderExamination(db: Db, act: UserAct): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if ((await lastExamination(tx, act.at))?.isUnderWay) return
    const id = newId('exm')
    await tx
      .insertInto('examination')
      .values({ id, askedBy: act.actor.id, startedAt: act.at, endedAt: null, done: 0, total: TRIALS.length, checks: '[]' })
      .execute()
    await append(tx, act, { type: 'doctor.asked', detail: {} })
    await enqueue(tx, act.at, { kind: EXAMINATION, payload: { examination: id }, key: `${EXAMINATION} ${id}` })
  })
}

/** The job: what is done stands in the row after each, so that a page shows it. */
export async function carryOutExamination(
  house: Required<Omit<DoctorTools, 'isLocked'>> & { readonly clock: Clock },
  id: string,
): Promise<void> {
  const { db, clock, keys } = house
  const keep = (checks: readonly Check[], done: number, endedAt: Instant | null): Promise<unknown> =>
    db
      .updateTable('examination')
      .set({ checks: JSON.stringify(checks), done, endedAt })
      .where('id', '=', id)
      .execute()
  const checks = await tryEverything({ ...house, isLocked: () => keys.isLocked() }, clock(), async (found, done) => {
    await keep(found, done, null)
  })
  await keep(checks, TRIALS.length, clock())
  const old = await db.selectFrom('examination').select('id').orderBy('startedAt', 'desc').offset(KEPT).limit(1_000).execute()
  if (old.length)
    await db
      .deleteFrom('examination')
      .where(
        'id',
        'in',
        old.map((one) => one.id),
      )
      .execute()
}
