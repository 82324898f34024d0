import { type Command, UsageError } from './command.ts'

/** Each verb is a file of `audit/`, loaded when it is called. */
const VERBS: Readonly<Record<string, () => Promise<Command>>> = {
  verify: () => import('./audit/verify.ts'),
  export: () => import('./audit/export.ts'),
  consistency: () => import('./audit/consistency.ts'),
  continue: () => import('./audit/continue.ts'),
}

export const run: Command['run'] = async ([verb = '', ...args], environment) => {
  const load = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  if (!load) throw new UsageError(`say ${Object.keys(VERBS).join(', ')}`)
  return (await load()).run(args, environment)
}
