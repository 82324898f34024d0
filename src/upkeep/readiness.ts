import { statfsSync } from 'node:fs'
import { type Instant, later, MINUTE } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import { areMigrationsCurrent } from '../db/migrate.ts'
import type { Db } from '../db/open.ts'

export interface ReadinessTools {
  readonly db: Db
  readonly config: Pick<Config, 'dataDirectory'>
  readonly isLocked: () => boolean
  readonly isStopping: () => boolean
}

export interface ReadinessLine {
  readonly name: 'stopping' | 'migrations' | 'writes' | 'disk' | 'keys' | 'jobs'
  /** stop: no request may come here; wait: requests are answered, and somebody should look. */
  readonly state: 'good' | 'wait' | 'stop'
  readonly told: string
}

/** With less room than this nothing new is taken on: a signature must not fail between its bytes and its row. */
export const LEAST_ROOM = 200_000_000
/** A due job that nobody took up for so long: no worker is at work. */
const LATE = 5 * MINUTE

/**
 * Whether this node can serve. Locked keys and late jobs are told and take no node away: recipients still read and fill, and the console is where somebody
 * puts it right.
 */
export async function checkReadiness({ db, config, isLocked, isStopping }: ReadinessTools, at: Instant): Promise<ReadinessLine[]> {
  return [
    isStopping() ? { name: 'stopping', state: 'stop', told: 'is stopping' } : { name: 'stopping', state: 'good', told: 'is not stopping' },
    await attempt('migrations', async () =>
      (await areMigrationsCurrent(db)) ? ['good', 'the database is of this version'] : ['stop', 'the database is of another version'],
    ),
    await attempt('writes', async () => {
      const began = performance.now()
      await db.transaction().execute((tx) =>
        tx
          .insertInto('readiness')
          .values({ name: 'write', at })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ at }))
          .execute(),
      )
      return ['good', `written and kept in ${Math.round(performance.now() - began)} ms`]
    }),
    await attempt('disk', async () => {
      const { bavail, bsize } = statfsSync(config.dataDirectory)
      const free = bavail * bsize
      return [free < LEAST_ROOM ? 'stop' : 'good', `${Math.floor(free / 1_000_000)} MB are free`]
    }),
    await attempt('keys', async () =>
      (await areKeysLocked(db, isLocked)) ? ['wait', 'the keys are locked'] : ['good', 'the keys are not locked'],
    ),
    await attempt('jobs', async () => {
      const oldest = await oldestDueJob(db)
      const lag = oldest && oldest < at ? Math.round((Date.parse(at) - Date.parse(oldest)) / 1_000) : 0
      return [oldest !== null && oldest < later(at, -LATE) ? 'wait' : 'good', `the oldest due job waits for ${lag} s`]
    }),
  ]
}

/** Before there is an authority there is nothing to unlock. */
export const areKeysLocked = async (db: Db, isLocked: () => boolean): Promise<boolean> =>
  isLocked() && (await db.selectFrom('authorityKey').select('id').where('retiredAt', 'is', null).limit(1).executeTakeFirst()) !== undefined

/** When the job was due that nobody has taken up for longest. */
export async function oldestDueJob(db: Db): Promise<Instant | null> {
  const row = await db
    .selectFrom('job')
    .select((select) => select.fn.min('runAt').as('at'))
    .where('doneAt', 'is', null)
    .where('failedAt', 'is', null)
    .where('leaseUntil', 'is', null)
    .executeTakeFirst()
  return row?.at ?? null
}

/** Whatever is thrown is a no: its text may say too much, and stands in the log instead. */
async function attempt(
  name: ReadinessLine['name'],
  work: () => Promise<readonly [state: ReadinessLine['state'], told: string]>,
): Promise<ReadinessLine> {
  try {
    const [state, told] = await work()
    return { name, state, told }
  } catch (error) {
    return { name, state: 'stop', told: error instanceof Error ? error.name : 'failed' }
  }
}
