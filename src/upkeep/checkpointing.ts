import { checkpoint, hasNews } from '../audit/checkpoint.ts'
import type { KeyStore } from '../authority/key-store.ts'
import type { Clock } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { logName, originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { isWitnessDue, tellWitnesses } from './witness.ts'

export interface CheckpointTools {
  readonly db: Db
  readonly config: Config
  readonly clock: Clock
  readonly keys: Pick<KeyStore, 'checkpointKey' | 'isLocked'>
}

/** Nothing is signed while the keys are locked; what happens meanwhile is signed with the first checkpoint afterwards. */
export const isCheckpointDue = async ({ db, keys, clock }: Pick<CheckpointTools, 'db' | 'keys' | 'clock'>): Promise<boolean> =>
  !keys.isLocked() && ((await hasNews(db)) || (await isWitnessDue(db, clock())))

/** The job `audit.checkpoint`: signs, then tells the witnesses. */
export async function takeCheckpoint({ db, config, clock, keys }: CheckpointTools): Promise<void> {
  const origins = originsOf(config, await readSetting(db, 'installation'))
  await checkpoint(db, clock(), logName(origins), keys.checkpointKey())
  await tellWitnesses(db, clock())
}
