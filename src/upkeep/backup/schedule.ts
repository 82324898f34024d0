import type { Act } from '../../audit/act.ts'
import { HOUR, type Instant, later } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Db } from '../../db/open.ts'
import { enqueue } from '../../jobs/queue.ts'
import { readSetting } from '../../setting/setting.ts'
import { localTime } from '../../view/local-time.ts'
import { beginRunIn, endSilentRuns, type RunOrigin, runUnderWay } from './runs.ts'

/** The job that has a backup made, by its row. */
export const BACKUP = 'backup.make'

/** The hourly round: the day's backup once its hour has come, and again each hour until one is good. */
export async function orderNightlyBackup(db: Db, at: Instant): Promise<void> {
  await endSilentRuns(db, at)
  const { folder, recovery, hour } = await readSetting(db, 'backup')
  const { setUpAt, timeZone } = await readSetting(db, 'installation')
  if (!folder || !recovery || !setUpAt) return
  const now = localTime(at, timeZone)
  if (Number(now.time.slice(0, 2)) < hour) return
  const last = await db
    .selectFrom('backupRun')
    .select(['startedAt', 'outcome'])
    .where('kind', '=', 'backup')
    .where('origin', '!=', 'command-line')
    .orderBy('startedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  const isOfToday = last !== undefined && localTime(last.startedAt, timeZone).day === now.day
  if (isOfToday && (last.outcome !== 'failed' || last.startedAt > later(at, -HOUR / 2))) return
  await orderBackup(db, at, 'schedule')
}

/** Somebody asks for one now. Refused while one is under way, and where nothing is chosen yet. */
export const askForBackup = (db: Db, act: Act): Promise<string> => orderBackup(db, act.at, 'console')

async function orderBackup(db: Db, at: Instant, origin: RunOrigin): Promise<string> {
  return db.transaction().execute(async (tx) => {
    const { folder, recovery } = await readSetting(tx, 'backup')
    if (!recovery) throw new Refusal('conflict', 'backup.no-passphrase')
    if (!folder) throw new Refusal('conflict', 'backup.no-folder')
    if (await runUnderWay(tx)) throw new Refusal('conflict', 'backup.under-way')
    const run = await beginRunIn(tx, at, { kind: 'backup', origin, folder })
    await enqueue(tx, at, { kind: BACKUP, payload: { run }, key: `${BACKUP} ${run}` })
    return run
  })
}
