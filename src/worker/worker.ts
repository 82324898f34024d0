import { HOUR } from '../base/instant.ts'
import type { House } from '../house.ts'
import { enqueue, type Job } from '../jobs/queue.ts'
import { type Runner, startRunner } from '../jobs/runner.ts'
import { handlersOf, UPKEEP } from './handlers.ts'

/** Takes up whatever is due: what has just been asked for, and what a crash left under way. */
export function startWorker(house: House, onError: (job: Job, error: unknown) => void): Runner {
  const runner = startRunner(house.db, house.clock, handlersOf(house), { onError })
  const round = async (): Promise<void> => {
    const at = house.clock()
    // One unfinished round at a time: its key says so.
    await house.db.transaction().execute((tx) => enqueue(tx, at, { kind: UPKEEP, payload: {}, key: UPKEEP }))
    runner.wake()
  }
  const timer = setInterval(() => void round().catch((error: unknown) => console.error(error)), HOUR)
  void round().catch((error: unknown) => console.error(error))
  return {
    ...runner,
    stop() {
      clearInterval(timer)
      return runner.stop()
    },
  }
}
