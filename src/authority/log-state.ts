import { type Checkpoint, checkpoint } from '../audit/checkpoint.ts'
import type { Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import type { KeyStore } from './key-store.ts'

/** Signs the state of the whole audit log under the house's public name. Refused while the keys are locked. */
export async function signLogState(
  { db, config, keys }: { readonly db: Db; readonly config: Config; readonly keys: Pick<KeyStore, 'checkpointKey'> },
  at: Instant,
): Promise<Checkpoint> {
  const { public: origin } = originsOf(config, await readSetting(db, 'installation'))
  return checkpoint(db, at, `${new URL(origin).host}/log`, keys.checkpointKey())
}
