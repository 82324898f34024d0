/** Names of the environment and their values: handed in by main, read by `config`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Every file of this folder that is a command exports `run`; what it returns is the exit status. */
export interface Command {
  run(args: readonly string[], environment: Environment): Promise<number>
}

/** A command line that cannot be understood: its message says what is wrong. */
export class UsageError extends Error {
  override name = 'UsageError'
}
