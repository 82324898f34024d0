import type { Clock } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Config } from '../../config/config.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { Db } from '../../db/open.ts'
import { readSetting } from '../../setting/setting.ts'
import { type BackupFacts, makeBackup, type Progress } from './making.ts'
import { endBackup, failRun, tellRun } from './runs.ts'

export interface BackupTools {
  readonly db: Db
  readonly config: Config
  readonly secretKey: SecretKey
  readonly clock: Clock
}

const TELLING = 500

/** Makes the backup whose row is there already, and writes down how far it is and how it ended. Throws what kept it from being made. */
export async function carryOutBackup(tools: BackupTools, run: string, folder: string): Promise<BackupFacts> {
  const { db, clock } = tools
  let told = 0
  const tell = async (progress: Progress): Promise<void> => {
    if (progress.done && performance.now() - told < TELLING) return
    told = performance.now()
    await tellRun(db, clock(), run, progress)
  }
  try {
    const { recovery, daily, weekly, monthly } = await readSetting(db, 'backup')
    if (!recovery) throw new Refusal('conflict', 'backup.no-passphrase')
    const facts = await makeBackup(
      tools,
      { folder, recovery, keep: { daily, weekly, monthly }, isKnown: await isKnown(db, folder), at: clock() },
      tell,
    )
    await endBackup(db, clock(), run, facts)
    return facts
  } catch (error) {
    const told = toldError(error, folder)
    await failRun(db, clock(), run, told)
    throw told
  }
}

/** Backups of ours were made there before. */
const isKnown = async (db: Db, folder: string): Promise<boolean> =>
  (await db.selectFrom('backupRun').select('id').where('folder', '=', folder).where('outcome', '=', 'good').limit(1).executeTakeFirst()) !==
  undefined

/** What a disk or a mount says, as a sentence. */
function toldError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (error instanceof Refusal || typeof code !== 'string') return error
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return new Refusal('unavailable', 'backup.disk-full', { folder }, { cause: error })
  return new Refusal('unavailable', 'backup.disk-fails', { folder, detail: (error as Error).message.slice(0, 200) }, { cause: error })
}
