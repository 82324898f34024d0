import { openKeyStore } from '../authority/key-store.ts'
import type { Config } from '../config/config.ts'
import type { House } from '../house.ts'
import { openData } from './open-data.ts'

export async function openHouse(config: Config): Promise<{ house: House; close: () => Promise<void> }> {
  const { data, close } = await openData(config)
  return { house: { ...data, keys: await openKeyStore(config.dataDirectory, data.db), wake: () => {} }, close }
}
