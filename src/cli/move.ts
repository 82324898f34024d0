import { parseArgs } from 'node:util'
import { readConfig } from '../config/config.ts'
import { moveChunks } from '../store/moving.ts'
import { nameOfPlace } from '../upkeep/vault-place.ts'
import { type Command, type Environment, UsageError } from './command.ts'
import { moveTo } from './move-to.ts'
import { openFolder } from './open-folder.ts'

const USAGE = 'move --vault s3 | --vault database | --to postgres://… | --to-file FILE'

/** 0: everything is where it should be. 1: something was damaged and stays where it was. Said again after a crash, it goes on. */
export const run: Command['run'] = async (args, environment) => {
  const { vault, to, 'to-file': file } = parsed(args)
  if ([vault, to, file].filter((one) => one !== undefined).length !== 1) throw new UsageError(USAGE)
  if (to !== undefined || file !== undefined) return moveTo({ to, file }, environment)
  if (vault !== 's3' && vault !== 'database') throw new UsageError(USAGE)
  return moveVault(vault, environment)
}

async function moveVault(to: 's3' | 'database', environment: Environment): Promise<number> {
  const config = readConfig(environment)
  if (!config.vault) throw new UsageError('PARAPHE_VAULT_URL names no bucket')
  const { folder, close } = await openFolder(config)
  try {
    const { carried, bytes, there, damaged } = await moveChunks(folder.db, to === 's3' ? 'outside' : 'database')
    const where = to === 's3' ? nameOfPlace(config) : 'the database'
    console.log(`${carried} pieces (${bytes} bytes) carried to ${where}, each compared; ${there} were there already.`)
    for (const digest of damaged) console.log(`✗ ${digest} is not what was stored; it stays where it is`)
    if (to === 'database' && !damaged.length)
      console.log('What the bucket holds is of no more use once the server runs without PARAPHE_VAULT_URL.')
    return damaged.length ? 1 : 0
  } finally {
    await close()
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { vault: { type: 'string' }, to: { type: 'string' }, 'to-file': { type: 'string' } } })
      .values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
