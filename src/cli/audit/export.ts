import { parseArgs } from 'node:util'
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemAct } from '../../audit/act.ts'
import { exportLog } from '../../audit/exporting.ts'
import { append } from '../../audit/trail.ts'
import { type Command, UsageError } from '../command.ts'
import { configOfExisting, openFolder } from '../open-folder.ts'

/** Works beside a running server. */
export const run: Command['run'] = async (args, environment) => {
  const out = folderIn(args)
  if (existsSync(out) && readdirSync(out).length) throw new UsageError(`${out} is not empty`)
  const { folder, close } = await openFolder(configOfExisting(environment))
  try {
    const { size, signedUpTo } = await exportLog(folder.db, out)
    await folder.db
      .transaction()
      .execute((tx) =>
        append(tx, systemAct(folder.clock()), { type: 'audit.exported', detail: { form: 'whole', by: 'command-line', size } }),
      )
    console.log(`${size} entries, signed up to ${signedUpTo}, are in ${out}.\nCheck them anywhere: python3 ${out}/verify.py`)
    return 0
  } finally {
    await close()
  }
}

function folderIn(args: readonly string[]): string {
  try {
    const { out } = parseArgs({ args: [...args], options: { out: { type: 'string' } } }).values
    if (out) return resolve(out)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  throw new UsageError('say where: --out DIR')
}
