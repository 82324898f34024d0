import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Instant } from '../../../src/base/instant.ts'
import { secretKeyOf } from '../../../src/config/secret-key.ts'
import { KEEP } from '../../../src/upkeep/backup/keeping.ts'
import { type BackupFacts, makeBackup } from '../../../src/upkeep/backup/making.ts'
import { newRecoveryKey, type RecoveryKey } from '../../../src/upkeep/backup/recovery-key.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'

export const PASSPHRASE = 'quiet harbour under seven lamps'
/** That of every house of these tests. */
export const SECRET_KEY = secretKeyOf(new Uint8Array(32).fill(9))
export const RECOVERY = await newRecoveryKey(PASSPHRASE, SECRET_KEY)

/** A folder of its own that goes with the test. */
export function folderFor(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'paraphe-backup-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A house whose data and keys are files, as those of a server are. */
export async function houseOnDisk(options: Parameters<typeof openTestHouse>[0] = {}): Promise<TestHouse> {
  const test = await openTestHouse({ authority: true, isOnDisk: true, ...options })
  writeFileSync(join(test.house.config.dataDirectory, 'secret.key'), new Uint8Array(32).fill(9), { mode: 0o600 })
  return test
}

export const backUp = (
  { house }: TestHouse,
  folder: string,
  { at = house.clock(), recovery = RECOVERY, isKnown = false }: { at?: Instant; recovery?: RecoveryKey; isKnown?: boolean } = {},
): Promise<BackupFacts> => makeBackup(house, { folder, recovery, keep: KEEP, isKnown, at })
