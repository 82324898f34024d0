import { parseArgs } from 'node:util'
import { systemAct } from '../../audit/act.ts'
import { continueWithBreak } from '../../audit/continuing.ts'
import { keptCheckpointIn } from '../../audit/kept.ts'
import { type Command, UsageError } from '../command.ts'
import { configOfExisting, openFolder } from '../open-folder.ts'
import { takeAlone } from '../place.ts'

/** For whoever owns the machine, while no server works on the folder. */
export const run: Command['run'] = async (args, environment) => {
  const config = configOfExisting(environment)
  const reason = reasonIn(args)
  await using _place = await takeAlone(config)
  const { folder, close } = await openFolder(config, true)
  try {
    const { kept, size } = await continueWithBreak(folder.db, systemAct(folder.clock()), keptCheckpointIn(config.auditCheckpoint), reason)
    console.log(
      `The break is recorded: the log goes on after entry ${size}${kept ? `; what was signed up to entry ${kept.size} is left behind` : ''}.`,
    )
    return 0
  } finally {
    await close()
  }
}

function reasonIn(args: readonly string[]): string {
  try {
    const { reason } = parseArgs({ args: [...args], options: { reason: { type: 'string' } } }).values
    if (reason?.trim()) return reason
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  throw new UsageError('say why: --reason TEXT')
}
