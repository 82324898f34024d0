import type { Clock } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { count } from '../log/counts.ts'
import { log } from '../log/lines.ts'
import { duringRequest } from '../log/request.ts'
import { claim, deferJob, failJob, finishJob, handBack, holdJob, type Job, LEASE } from './queue.ts'

export type Handler = (job: Job) => Promise<void>

/** Thrown by a handler whose job must not be tried again. */
export class Hopeless extends Error {
  override name = 'Hopeless'
}

export interface Runner {
  /** Looks for work now rather than at the next beat. */
  wake(): void
  /** Runs until nothing is due; for tests, demo and a graceful stop. */
  drain(): Promise<void>
  /** Takes nothing new; resolves when what is under way has ended. */
  stop(): Promise<void>
  /** For a process that ends now: whoever comes next takes up at once what is still under way here. */
  handBack(): Promise<void>
}

/** Takes due jobs one after the other, `lanes` at a time. The same code recovers after a crash and serves the happy path. */
export function startRunner(
  db: Db,
  clock: Clock,
  handlers: Readonly<Record<string, Handler>>,
  options: { lanes?: number; beat?: number; onError?: (job: Job, error: unknown) => void } = {},
): Runner {
  const kinds = Object.keys(handlers)
  const beat = options.beat ?? 1_000
  let stopped = false
  const underWay = new Set<Job>()
  let alarm = Promise.withResolvers<void>()

  const carryOut = async (job: Job): Promise<void> => {
    const began = performance.now()
    const tell = (what: 'done' | 'deferred' | 'failed', error?: string): void => {
      count({ name: 'job', kind: job.kind, what })
      const { id, kind, attempts } = job
      log(what === 'done' ? 'debug' : 'warn', `job.${what}`, { job: id, kind, attempts, ms: Math.round(performance.now() - began), error })
    }
    const hold = setInterval(() => void holdJob(db, clock(), job).catch(() => {}), LEASE / 4)
    try {
      await handlers[job.kind]!(job)
      await finishJob(db, clock(), job)
      tell('done')
    } catch (error) {
      options.onError?.(job, error)
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      const isHopeless = error instanceof Hopeless
      await (isHopeless ? failJob(db, clock(), job, text) : deferJob(db, clock(), job, text))
      tell(isHopeless ? 'failed' : 'deferred', text)
    } finally {
      clearInterval(hold)
    }
  }
  const step = async (): Promise<boolean> => {
    const job = await claim(db, clock(), kinds)
    if (!job) return false
    underWay.add(job)
    try {
      await duringRequest(job.requestId, () => carryOut(job))
    } finally {
      underWay.delete(job)
    }
    return true
  }
  const lane = async (): Promise<void> => {
    while (!stopped) {
      let worked = false
      try {
        worked = await step()
      } catch (error) {
        // The database itself refused; the lease brings the job back.
        log('error', 'job.database-refused', { error: String(error) })
      }
      if (!worked && !stopped) await Promise.race([alarm.promise, Bun.sleep(beat)])
    }
  }
  const lanes = Array.from({ length: options.lanes ?? 2 }, lane)
  const wake = (): void => {
    alarm.resolve()
    alarm = Promise.withResolvers<void>()
  }
  return {
    wake,
    async drain() {
      while (await step());
    },
    async stop() {
      stopped = true
      wake()
      await Promise.all(lanes)
    },
    handBack: () => handBack(db, underWay),
  }
}
