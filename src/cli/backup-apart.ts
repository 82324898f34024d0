import type { Told } from '../upkeep/backup/apart.ts'
import { carryOutBackup } from '../upkeep/backup/carrying-out.ts'
import { openFolder } from './open-folder.ts'

/** Started by the server itself, beside it: makes the backup that its standard input names. */
export async function run(): Promise<number> {
  const { config, run: id, folder } = (await Bun.stdin.json()) as Told
  const { folder: opened, close } = await openFolder(config)
  try {
    await carryOutBackup(opened, id, folder)
    return 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return 1
  } finally {
    await close()
  }
}
