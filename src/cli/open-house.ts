import { readFileSync } from 'node:fs'
import { openKeyStore } from '../authority/key-store.ts'
import type { Config } from '../config/config.ts'
import type { House } from '../house.ts'
import { openFolder } from './open-folder.ts'

export interface OpenedHouse {
  readonly house: House
  /** What a file with the passphrase did: null where none was needed. */
  readonly passphraseFile: 'opened' | 'wrong' | null
  readonly close: () => Promise<void>
}

/** `isAlone`: as of openFolder. */
export async function openHouse(config: Config, isAlone = false): Promise<OpenedHouse> {
  const { folder, close } = await openFolder(config, isAlone)
  const keys = await openKeyStore(config.dataDirectory, folder.db, config.auditCheckpoint)
  const house: House = { ...folder, keys, wake: () => {} }
  if (!keys.needsPassphrase() || !config.passphraseFile) return { house, passphraseFile: null, close }
  const opened = await keys.load(folder.db, readFileSync(config.passphraseFile, 'utf8').replace(/\r?\n$/, ''))
  return { house, passphraseFile: opened ? 'opened' : 'wrong', close }
}
