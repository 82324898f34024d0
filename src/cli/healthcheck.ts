import { readConfig } from '../config/config.ts'
import { type Environment, UsageError } from './command.ts'

const PATIENCE = 4_000

/** Asks the server of this machine how it is, as a container or a monitor does: exit status 0 where it answers that it is well. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  if (args.some((arg) => arg !== '--ready')) throw new UsageError('healthcheck [--ready]')
  const config = readConfig(environment)
  const { host, port } = config.metricsListen ?? config.listen
  const own = ['0.0.0.0', '::', '*', ''].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  const path = args.includes('--ready') ? '/readyz' : '/healthz'
  try {
    const answer = await fetch(`http://${own}:${port}${path}`, {
      // The house answers to no other name of the machine once it is set up.
      headers: { host: `localhost:${port}` },
      signal: AbortSignal.timeout(PATIENCE),
      redirect: 'manual',
    })
    console.log(`${path} ${answer.status} ${(await answer.text()).trim().slice(0, 2_000)}`)
    return answer.status === 200 ? 0 : 1
  } catch (error) {
    console.log(`${path} ${(error as Error).message}`)
    return 1
  }
}
