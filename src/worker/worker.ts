import { orderDueRounds } from '../access/sign-on/round.ts'
import { CHECKPOINT } from '../audit/checkpoint.ts'
import { followTrail } from '../board/following.ts'
import { HOUR, MINUTE, SECOND } from '../base/instant.ts'
import type { House } from '../house.ts'
import { log } from '../log/lines.ts'
import { followForTargets } from '../integration/webhooks/following.ts'
import { enqueue, type Job } from '../jobs/queue.ts'
import { type Runner, startRunner } from '../jobs/runner.ts'
import { isCheckpointDue } from '../upkeep/checkpointing.ts'
import { lookForAlarms } from '../upkeep/alarms/raising.ts'
import { keepOutboundUse } from '../upkeep/outbound.ts'
import { handlersOf, UPKEEP } from './handlers.ts'

const tell = (error: unknown): void => log('error', 'worker.accident', { error: error instanceof Error ? error.stack : String(error) })

/** Takes up whatever is due: what has just been asked for, and what a crash left under way. */
export function startWorker(house: House, onError: (job: Job, error: unknown) => void = () => {}): Runner {
  const runner = startRunner(house.db, house.clock, handlersOf(house), { onError })
  const round = async (): Promise<void> => {
    const at = house.clock()
    // One unfinished round at a time: its key says so.
    await house.db.transaction().execute((tx) => enqueue(tx, at, { kind: UPKEEP, payload: {}, key: UPKEEP }))
    runner.wake()
  }
  const checkpoint = async (): Promise<void> => {
    if (!(await isCheckpointDue(house))) return
    await house.db.transaction().execute((tx) => enqueue(tx, house.clock(), { kind: CHECKPOINT, payload: {}, key: CHECKPOINT }))
    runner.wake()
  }
  const keepUse = (): Promise<void> => keepOutboundUse(house.db, house.clock())
  const directories = async (): Promise<void> => {
    if (await orderDueRounds(house)) runner.wake()
  }
  const lookAround = (): Promise<void> => lookForAlarms({ ...house, isLocked: () => house.keys.isLocked() }, house.clock())
  let following: Promise<void> | null = null
  let isOver = false
  const followAll = async (): Promise<void> => {
    let hasMoved = false
    while (!isOver && (await followTrail(house))) hasMoved = true
    while (!isOver && (await followForTargets(house))) hasMoved = true
    if (hasMoved) runner.wake()
  }
  const follow = (): Promise<void> => {
    following ??= followAll().finally(() => (following = null))
    return following
  }
  const every = (milliseconds: number, work: () => Promise<void>): Timer => setInterval(() => void work().catch(tell), milliseconds)
  const timers = [
    every(HOUR, round),
    every(MINUTE, checkpoint),
    every(MINUTE, directories),
    every(MINUTE, keepUse),
    every(MINUTE, lookAround),
    every(SECOND / 2, follow),
  ]
  void round().catch(tell)
  return {
    ...runner,
    async stop() {
      timers.forEach(clearInterval)
      isOver = true
      await following?.catch(() => {})
      await runner.stop()
      await keepUse()
    },
  }
}
