import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { keptCheckpointIn } from '../audit/kept.ts'
import { systemClock } from '../base/instant.ts'
import { readConfig } from '../config/config.ts'
import { loadSecretKey } from '../config/secret-key.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { openPostgres, refuseUnfit } from '../db/postgres.ts'
import { joinNodes } from '../db/presence.ts'
import { closeSandbox } from '../sandbox/run.ts'
import { keepChunksIn } from '../store/place.ts'
import { hasOutside } from '../store/moving.ts'
import { s3Place } from '../store/s3.ts'
import { type CarriedOver, carryOver } from '../upkeep/carrying-over.ts'
import { refuseWithoutPlace } from '../upkeep/vault-place.ts'
import { type Environment, UsageError } from './command.ts'
import { inWords } from './open-shared.ts'
import { takeAlone } from './place.ts'
import { secretFrom } from './secrets.ts'

/** Carries the installation of the data folder to an empty PostgreSQL, while no server works on either. 0: it stands there, compared. 1: nothing does. */
export async function moveTo(named: { to: string | undefined; file: string | undefined }, environment: Environment): Promise<number> {
  if (readConfig(environment).databaseUrl !== null)
    throw new UsageError(
      'PARAPHE_DATABASE_URL is set, so the installation is in a PostgreSQL already: leave it out to carry the file of data',
    )
  const url = named.to ?? (await secretFrom(named.file, 'Address of the PostgreSQL'))
  // The address is read and refused as the setting is.
  const { databaseUrl } = readConfig({ PARAPHE_DATABASE_URL: url, PARAPHE_DATA: '.' })
  if (databaseUrl === null) throw new UsageError('the PostgreSQL has no address')
  const config = readConfig(environment)
  const path = join(config.dataDirectory, 'paraphe.db')
  if (!existsSync(path)) throw new UsageError(`there is no file of data in ${config.dataDirectory}`)
  process.umask(0o077)
  await using _place = await takeAlone(config)
  const source = openDb(path)
  try {
    if ((await pendingMigrations(source)).length)
      throw new UsageError('the file of data is of an earlier version: say “paraphe migrate” first')
    if (await hasOutside(source)) await refuseWithoutPlace(source, config, systemClock())
  } finally {
    await source.destroy()
  }
  const target = openPostgres(databaseUrl, 2)
  try {
    await refuseUnfit(target)
    await using presence = await joinNodes(databaseUrl)
    if (!presence.isAlone) throw new UsageError('a server works on that PostgreSQL: stop it first')
    if (config.vault) keepChunksIn(target, s3Place(config.vault))
    const order = {
      path,
      config,
      secretKey: loadSecretKey(config.dataDirectory),
      kept: keptCheckpointIn(config.auditCheckpoint),
      clock: systemClock,
    }
    tell(await carryOver(target, order, progress), config.dataDirectory)
    return 0
  } catch (error) {
    throw inWords(error)
  } finally {
    closeSandbox()
    await target.destroy()
  }
}

function tell({ tables, entries, judged }: CarriedOver, folder: string): void {
  for (const { name, rows, digest } of tables)
    if (rows) console.log(`${name.padEnd(26)} ${String(rows).padStart(9)}  ${digest.slice(0, 16)}`)
  console.log(`${tables.length} tables, each compared by its number of rows and its digest; the audit log is whole up to entry ${entries}.`)
  console.log(judged === null ? 'No finished document was there to be judged.' : `The document ${judged}, read from there, is genuine.`)
  console.log(`Set PARAPHE_DATABASE_URL and start the server on ${folder} as before: its keys are still needed.`)
  console.log('The file of data is as it was. Keep it as a copy, and never start a server on it again.')
}

const progress = (what: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${what}\u001b[K`)
}
