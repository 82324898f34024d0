import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../base/instant.ts'
import { type Config, readConfig } from '../config/config.ts'
import { appliedMigrations, pendingMigrations } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { openPostgres } from '../db/postgres.ts'
import { goBack, listCopies, upgrade } from '../db/upgrading.ts'
import { type Command, UsageError } from './command.ts'
import { openShared } from './open-shared.ts'
import { takeAlone } from './place.ts'

/** While no server works on the folder. What `serve` does at its start anyway, to be seen beforehand, or done by itself. */
export const run: Command['run'] = async (args, environment) => {
  const { isDry, back } = parsed(args)
  const config = readConfig(environment)
  if (config.databaseUrl !== null) return migrateShared(config, config.databaseUrl, isDry, back)
  const path = join(config.dataDirectory, 'paraphe.db')
  if (!existsSync(path)) throw new UsageError(`there is no file of data in ${config.dataDirectory}`)
  if (isDry) return look(path, config.dataDirectory)
  process.umask(0o077)
  await using _place = await takeAlone(config)
  if (back !== undefined) {
    const copy = listCopies(config.dataDirectory).find(({ name }) => name === back)
    if (!copy) throw new UsageError(`there is no copy ${back} in ${config.dataDirectory}`)
    const undone = await goBack(path, copy, systemClock())
    console.log(`The tables of ${copy.at} are in place, up to ${copy.from}. What stood there until now is ${undone}.`)
    console.log('Start the version of then: a later one would change the database again.')
    return 0
  }
  const db = openDb(path)
  try {
    const applied = await upgrade(db, path, systemClock())
    console.log(applied.length ? `Applied ${applied.join(', ')}.` : 'The database is of this version already.')
    const [copy] = listCopies(config.dataDirectory)
    if (applied.length && copy) console.log(`The tables as they were are kept in ${copy.path}.`)
    return 0
  } finally {
    await db.destroy()
  }
}

/** Before an upgrade the administrator of the PostgreSQL makes a copy by `pg_dump`, and goes back to that. */
async function migrateShared(config: Config, url: string, isDry: boolean, back: string | undefined): Promise<number> {
  if (back !== undefined) throw new UsageError('a PostgreSQL goes back by the copy that pg_dump made of it')
  if (isDry) {
    const db = openPostgres(url, 1)
    const pending = await pendingMigrations(db).finally(() => db.destroy())
    console.log(pending.length ? `This version would apply ${pending.join(', ')}.` : 'Nothing is to be done.')
    return 0
  }
  await using _place = await takeAlone(config)
  const { db } = await openShared(url, config.dataDirectory, true)
  await db.destroy()
  console.log('The database is of this version.')
  return 0
}

async function look(path: string, folder: string): Promise<number> {
  const db = openDb(path)
  try {
    const pending = await pendingMigrations(db)
    console.log(`The database has seen ${(await appliedMigrations(db)).at(-1) ?? 'no migration'}.`)
    console.log(pending.length ? `This version would apply ${pending.join(', ')}.` : 'Nothing is to be done.')
    for (const { name, at, from } of listCopies(folder)) console.log(`${name}: the tables of ${at}, up to ${from}`)
    return 0
  } finally {
    await db.destroy()
  }
}

function parsed(args: readonly string[]): { isDry: boolean; back: string | undefined } {
  try {
    const { values } = parseArgs({ args: [...args], options: { 'dry-run': { type: 'boolean' }, back: { type: 'string' } } })
    return { isDry: values['dry-run'] ?? false, back: values.back }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
