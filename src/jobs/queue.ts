import { newId } from '../base/id.ts'
import { type Instant, later, MINUTE, SECOND } from '../base/instant.ts'
import type { JobRow } from '../db/database.ts'
import { requestNow } from '../log/request.ts'
import type { Db, Tx } from '../db/open.ts'

export type Job = JobRow

export interface Order {
  readonly kind: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Where an unfinished job of this key stands already, it does the work of this one too. */
  readonly key?: string
  readonly runAt?: Instant
}

/** Written in the transaction that causes the work, so that neither exists without the other. */
export async function enqueue(tx: Tx, at: Instant, order: Order): Promise<void> {
  const { kind, payload, key, runAt } = order
  await tx
    .insertInto('job')
    .values({
      id: newId('job'),
      kind,
      payload: JSON.stringify(payload),
      key: key ?? null,
      runAt: runAt ?? at,
      attempts: 0,
      leaseUntil: null,
      lastError: null,
      createdAt: at,
      doneAt: null,
      failedAt: null,
      requestId: requestNow(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export const LEASE = 2 * MINUTE

/** The next due job, leased to the caller alone. A worker that dies gives it back when the lease ends. */
export async function claim(db: Db, at: Instant, kinds: readonly string[]): Promise<Job | null> {
  if (!kinds.length) return null
  const due = await db
    .selectFrom('job')
    .selectAll()
    .where('doneAt', 'is', null)
    .where('failedAt', 'is', null)
    .where('runAt', '<=', at)
    .where((where) => where.or([where('leaseUntil', 'is', null), where('leaseUntil', '<=', at)]))
    .where('kind', 'in', kinds)
    .orderBy('runAt')
    .limit(1)
    .executeTakeFirst()
  if (!due) return null
  const leaseUntil = later(at, LEASE)
  const { numUpdatedRows } = await db
    .updateTable('job')
    .set({ leaseUntil, attempts: due.attempts + 1 })
    .where('id', '=', due.id)
    .where('attempts', '=', due.attempts)
    .where('doneAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n ? { ...due, leaseUntil, attempts: due.attempts + 1 } : claim(db, at, kinds)
}

/** At the start of the only server that works on the folder: whoever held a lease is gone, so nobody waits for it to end. */
export const releaseLeases = (db: Db): Promise<unknown> =>
  db.updateTable('job').set({ leaseUntil: null }).where('leaseUntil', 'is not', null).where('doneAt', 'is', null).execute()

/** What is leased to the caller is anybody's again. One that another has claimed since is theirs. */
export async function handBack(db: Db, jobs: Iterable<Job>): Promise<void> {
  for (const { id, attempts } of jobs)
    await db
      .updateTable('job')
      .set({ leaseUntil: null })
      .where('id', '=', id)
      .where('attempts', '=', attempts)
      .where('doneAt', 'is', null)
      .execute()
}

/** Says that the job is still being done. False: another has taken it meanwhile. */
export async function holdJob(db: Db, at: Instant, job: Job): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('job')
    .set({ leaseUntil: later(at, LEASE) })
    .where('id', '=', job.id)
    .where('attempts', '=', job.attempts)
    .where('leaseUntil', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export const finishJob = (db: Db, at: Instant, job: Job): Promise<unknown> =>
  db
    .updateTable('job')
    .set({ doneAt: at, leaseUntil: null, lastError: null })
    .where('id', '=', job.id)
    .where('attempts', '=', job.attempts)
    .execute()

/** 2 s, 4 s, 8 s … at most ten minutes between two tries; there is no last one. */
export const backOff = (attempts: number): number => Math.min(10 * MINUTE, 2 ** Math.min(attempts, 12) * SECOND)

export const deferJob = (db: Db, at: Instant, job: Job, error: string, wait = backOff(job.attempts)): Promise<unknown> =>
  db
    .updateTable('job')
    .set({ runAt: later(at, wait), leaseUntil: null, lastError: error.slice(0, 2_000) })
    .where('id', '=', job.id)
    .where('attempts', '=', job.attempts)
    .execute()

/** What is done is of no more use, and its payload of nobody's. */
export const forgetDoneJobs = (db: Db, before: Instant): Promise<unknown> => db.deleteFrom('job').where('doneAt', '<', before).execute()

/** For what no further try can change; it stays to be seen. */
export const failJob = (db: Db, at: Instant, job: Job, error: string): Promise<unknown> =>
  db
    .updateTable('job')
    .set({ failedAt: at, leaseUntil: null, lastError: error.slice(0, 2_000) })
    .where('id', '=', job.id)
    .where('attempts', '=', job.attempts)
    .execute()
