import { openKeyStore } from '../authority/key-store.ts'
import type { Config } from '../config/config.ts'
import type { House } from '../house.ts'
import { openFolder } from './open-folder.ts'

export async function openHouse(config: Config): Promise<{ house: House; close: () => Promise<void> }> {
  const { folder, close } = await openFolder(config)
  return { house: { ...folder, keys: await openKeyStore(config.dataDirectory, folder.db, config.auditCheckpoint), wake: () => {} }, close }
}
