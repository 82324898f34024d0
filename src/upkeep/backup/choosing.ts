import type { Act } from '../../audit/act.ts'
import type { Config } from '../../config/config.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { Db } from '../../db/open.ts'
import { type BackupSetting, readSetting, writeSetting } from '../../setting/setting.ts'
import { type FolderState, installationOf, isOnSameDevice, lookAtFolder, readBackupPath } from './folder.ts'

interface Tools {
  readonly db: Db
  readonly config: Config
  readonly secretKey: SecretKey
}

export type Choice = Omit<BackupSetting, 'recovery'>

/** Keeps where and when backups are made. The folder is tried before it is kept: what cannot be written is told now and not at night. */
export async function chooseBackup({ db, config, secretKey }: Tools, act: Act, choice: Choice): Promise<void> {
  const folder = choice.folder && readBackupPath(choice.folder, config.dataDirectory)
  if (folder) lookAtFolder(folder, installationOf(secretKey), false)
  await db.transaction().execute(async (tx) => {
    const { recovery } = await readSetting(tx, 'backup')
    await writeSetting(tx, act, 'backup', { ...choice, folder, recovery })
  })
}

export interface FolderLook {
  readonly state: FolderState
  /** One disk takes the data and the backups with it. */
  readonly isNear: boolean
}

/** Writes into the folder and takes it away again. Throws the refusal that says what is wrong. */
export async function tryFolder({ db, config, secretKey }: Tools, folder: string): Promise<FolderLook> {
  const known = await db
    .selectFrom('backupRun')
    .select('id')
    .where('folder', '=', folder)
    .where('outcome', '=', 'good')
    .limit(1)
    .executeTakeFirst()
  return {
    state: lookAtFolder(folder, installationOf(secretKey), known !== undefined),
    isNear: isOnSameDevice(folder, config.dataDirectory),
  }
}
