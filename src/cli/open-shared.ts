import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../base/refusal.ts'
import { loadSecretKey, type SecretKey, SECRET_KEY_FILE } from '../config/secret-key.ts'
import { systemClock } from '../base/instant.ts'
import { migrate, pendingMigrations } from '../db/migrate.ts'
import type { Db } from '../db/open.ts'
import { openPostgres, refuseUnfit } from '../db/postgres.ts'
import { joinNodes } from '../db/presence.ts'
import { isOfThisKey, wasBegun } from '../setting/secret-key-mark.ts'
import { UsageError } from './command.ts'

/**
 * Opens the PostgreSQL of several nodes and brings it to this version, while no other node works on it. Every node needs the secret key with which the
 * database was begun: with another one no link and no password of a channel could be read.
 */
export async function openShared(url: string, dataDirectory: string, isAlone: boolean): Promise<{ db: Db; secretKey: SecretKey }> {
  const db = openPostgres(url)
  try {
    await refuseUnfit(db)
    if ((await pendingMigrations(db)).length) {
      await using _presence = isAlone ? null : await aloneToUpgrade(url)
      await migrate(db)
    }
    return { db, secretKey: await sharedKey(db, dataDirectory) }
  } catch (error) {
    await db.destroy()
    throw inWords(error)
  }
}

async function aloneToUpgrade(url: string): Promise<AsyncDisposable> {
  const presence = await joinNodes(url)
  if (presence.isAlone) return presence
  await presence[Symbol.asyncDispose]()
  throw new UsageError('the database is of an earlier version, and a server works on it: stop all of them first')
}

async function sharedKey(db: Db, dataDirectory: string): Promise<SecretKey> {
  const path = join(dataDirectory, SECRET_KEY_FILE)
  if (!existsSync(path) && (await wasBegun(db)))
    throw new UsageError(`the database was begun by another node: copy its ${SECRET_KEY_FILE} to ${path}`)
  const secretKey = loadSecretKey(dataDirectory)
  if (!(await isOfThisKey(db, systemClock(), secretKey)))
    throw new UsageError(`${path} is not the key with which the database was begun: copy ${SECRET_KEY_FILE} from another node`)
  return secretKey
}

/** What keeps the database from answering, for whoever started the program. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof Refusal) || !error.reason.startsWith('database.')) return error
  const cause = error.cause instanceof Error ? ` (${error.cause.message || (error.cause as { code?: string }).code})` : ''
  return new UsageError(`PARAPHE_DATABASE_URL: the database does not answer${cause}`, { cause: error })
}
