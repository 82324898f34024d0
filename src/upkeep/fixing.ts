import { systemAct } from '../audit/act.ts'
import type { Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { keepEmailChannel, readEmailChannel } from '../mail/channel.ts'
import { readSetting } from '../setting/setting.ts'

export interface FixingTools {
  readonly db: Db
  readonly config: Pick<Config, 'mail'>
  readonly secretKey: SecretKey
}

/**
 * What the environment says of the mail server is kept as the console would keep it, so that every room reads one place. It stays as the last word
 * where the environment says nothing more. Before the set-up nothing is sent, and nothing is recorded.
 */
export async function keepFixedMail({ db, config: { mail }, secretKey }: FixingTools, at: Instant): Promise<void> {
  if (!mail || !(await readSetting(db, 'installation')).setUpAt) return
  const kept = await readEmailChannel(db, secretKey)
  if (kept && Bun.deepEquals(kept, mail)) return
  await db.transaction().execute((tx) => keepEmailChannel(tx, systemAct(at), secretKey, mail))
}
