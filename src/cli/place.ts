import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { holdLock } from '../db/lock.ts'
import { joinNodes } from '../db/presence.ts'
import { UsageError } from './command.ts'
import { inWords } from './open-shared.ts'

/** The right to work on the data: of a folder one process has it, of a PostgreSQL several nodes do. */
export interface Place extends AsyncDisposable {
  /** Nobody else works on it: what a dead process left under way may be taken up at once, and put in order. */
  readonly isAlone: boolean
  /** What only one may do is done: from now on others may come. */
  settle(): Promise<void>
}

export async function takePlace(config: Config): Promise<Place> {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const lock = holdLock(join(config.dataDirectory, 'lock'))
  if (!lock) throw new UsageError(`another server already works on ${config.dataDirectory}`)
  if (config.databaseUrl === null)
    return { isAlone: true, settle: async () => {}, [Symbol.asyncDispose]: async () => lock[Symbol.dispose]() }
  try {
    const nodes = await joinNodes(config.databaseUrl)
    return {
      isAlone: nodes.isAlone,
      settle: () => nodes.settle(),
      async [Symbol.asyncDispose]() {
        await nodes[Symbol.asyncDispose]()
        lock[Symbol.dispose]()
      },
    }
  } catch (error) {
    lock[Symbol.dispose]()
    throw inWords(error)
  }
}

/** For what one process does while no server works on the data. */
export async function takeAlone(config: Config): Promise<AsyncDisposable> {
  const place = await takePlace(config)
  if (place.isAlone) return place
  await place[Symbol.asyncDispose]()
  throw new UsageError('a server works on the database: stop all of them first')
}
