import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/instant.ts'
import { type Config, readConfig } from '../config/config.ts'
import { loadSecretKey } from '../config/secret-key.ts'
import { holdLock } from '../db/lock.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { upgrade } from '../db/upgrading.ts'
import { keepChunksIn } from '../store/place.ts'
import { s3Place } from '../store/s3.ts'
import type { House } from '../house.ts'
import { type Environment, UsageError } from './command.ts'
import { openShared } from './open-shared.ts'

/** The house without the authority's keys: enough for whatever signs nothing. */
export type Folder = Pick<House, 'config' | 'db' | 'clock' | 'secretKey'>

/** For commands that look at an installation and never make one. Throws a UsageError where none is, and writes nothing. */
export function configOfExisting(environment: Environment): Config {
  const config = readConfig(environment)
  if (config.databaseUrl === null && !existsSync(join(config.dataDirectory, 'paraphe.db')))
    throw new UsageError(`there is no file of data in ${config.dataDirectory}`)
  return config
}

/**
 * Opens the data folder, or the database that takes the place of its file, and brings it to this version. Readable by its owner alone. `isAlone`: the caller holds the folder's lock.
 * Otherwise a database of an earlier version is left alone while a server works on it.
 */
export async function openFolder(config: Config, isAlone = false): Promise<{ folder: Folder; close: () => Promise<void> }> {
  process.umask(0o077)
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  if (config.databaseUrl !== null) {
    const { db, secretKey } = await openShared(config.databaseUrl, config.dataDirectory, isAlone)
    if (config.vault) keepChunksIn(db, s3Place(config.vault))
    return { folder: { config, db, clock: systemClock, secretKey }, close: () => db.destroy() }
  }
  const path = join(config.dataDirectory, 'paraphe.db')
  const db = openDb(path)
  try {
    chmodSync(path, 0o600)
    if ((await pendingMigrations(db)).length) {
      using _lock = isAlone ? null : lockToUpgrade(config)
      await upgrade(db, path, systemClock())
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
  if (config.vault) keepChunksIn(db, s3Place(config.vault))
  return { folder: { config, db, clock: systemClock, secretKey: loadSecretKey(config.dataDirectory) }, close: () => db.destroy() }
}

function lockToUpgrade(config: Config): Disposable {
  const lock = holdLock(join(config.dataDirectory, 'lock'))
  if (!lock) throw new UsageError(`the database is of an earlier version, and a server works on ${config.dataDirectory}: stop it first`)
  return lock
}
