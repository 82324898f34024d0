import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import { orderSweep } from '../vault/sweep.ts'
import { localTime } from '../view/local-time.ts'

/** The hourly round: the sweep when it is night where the house is. Nothing before the set-up. */
export async function orderNightlySweep(db: Db, at: Instant): Promise<void> {
  const { setUpAt, timeZone } = await readSetting(db, 'installation')
  if (!setUpAt) return
  await orderSweep(db, at, Number(localTime(at, timeZone).time.slice(0, 2)))
}
