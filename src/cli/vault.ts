import { parseArgs } from 'node:util'
import { closeSandbox } from '../sandbox/run.ts'
import { listFaults } from '../vault/faults.ts'
import { sweepEverything } from '../vault/sweep.ts'
import { type Command, UsageError } from './command.ts'
import { configOfExisting, openFolder } from './open-folder.ts'

/** 0: everything is as it was stored. 1: something is not. Works beside a running server. */
export const run: Command['run'] = async ([verb = '', ...args], environment) => {
  if (verb !== 'verify') throw new UsageError('say verify')
  const json = parsed(args)
  const { folder, close } = await openFolder(configOfExisting(environment))
  try {
    const { objects, bytes, documents } = await sweepEverything(folder)
    const faults = await listFaults(folder.db)
    if (json)
      console.log(
        JSON.stringify({
          ok: faults.length === 0,
          objects,
          bytes,
          documents,
          faults: faults.map(({ kind, subject, publicId, detail }) => ({ kind, subject, documentId: publicId, detail })),
        }),
      )
    else {
      console.log(`${objects} files, ${bytes} bytes, ${documents} documents`)
      for (const { subject, publicId, detail } of faults) console.log(`✗ ${publicId ?? ''} ${subject}: ${detail}`)
      console.log(faults.length ? `${faults.length} faults` : 'Everything is as it was stored.')
    }
    return faults.length ? 1 : 0
  } finally {
    closeSandbox()
    await close()
  }
}

function parsed(args: readonly string[]): boolean {
  try {
    return parseArgs({ args: [...args], options: { json: { type: 'boolean' } } }).values.json ?? false
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
