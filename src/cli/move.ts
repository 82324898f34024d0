import { parseArgs } from 'node:util'
import { moveChunks } from '../store/moving.ts'
import { nameOfPlace } from '../upkeep/vault-place.ts'
import { type Command, UsageError } from './command.ts'
import { configOfExisting, openFolder } from './open-folder.ts'

const USAGE = 'move --vault s3 | --vault database'

/** 0: everything is where it should be. 1: something was damaged and stays where it was. Said again after a crash, it goes on. */
export const run: Command['run'] = async (args, environment) => {
  const to = parsed(args)
  const config = configOfExisting(environment)
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

function parsed(args: readonly string[]): 's3' | 'database' {
  try {
    const { vault } = parseArgs({ args: [...args], options: { vault: { type: 'string' } } }).values
    if (vault === 's3' || vault === 'database') return vault
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  throw new UsageError(USAGE)
}
