import { join } from 'node:path'
import { systemClock } from '../base/instant.ts'
import { loadSecretKey } from '../config/secret-key.ts'
import { openDb } from '../db/open.ts'
import type { Told } from '../upkeep/backup/apart.ts'
import { carryOutBackup } from '../upkeep/backup/carrying-out.ts'

/** Started by the server itself, beside it: makes the backup that its standard input names. */
export async function run(): Promise<number> {
  process.umask(0o077)
  const { config, run: id, folder } = (await Bun.stdin.json()) as Told
  const db = openDb(join(config.dataDirectory, 'paraphe.db'))
  try {
    await carryOutBackup({ db, config, clock: systemClock, secretKey: loadSecretKey(config.dataDirectory) }, id, folder)
    return 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return 1
  } finally {
    await db.destroy()
  }
}
