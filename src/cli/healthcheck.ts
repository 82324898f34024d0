import { type Config, readConfig } from '../config/config.ts'
import { type Environment, UsageError } from './command.ts'

const PATIENCE = 4_000

/** Asks the server of this machine how it is, as a container or a monitor does: exit status 0 where it answers that it is well. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  if (args.some((arg) => arg !== '--ready')) throw new UsageError('healthcheck [--ready]')
  const config = readConfig(environment)
  const path = args.includes('--ready') ? '/readyz' : '/healthz'
  try {
    const { isWell, told } = await (config.tls && !config.metricsListen ? knock(config) : ask(config, path))
    console.log(`${path} ${told}`)
    return isWell ? 0 : 1
  } catch (error) {
    console.log(`${path} ${(error as Error).message}`)
    return 1
  }
}

async function ask(config: Config, path: string): Promise<{ readonly isWell: boolean; readonly told: string }> {
  const { host, port, socket } = config.metricsListen ?? config.listen
  const named = config.url ? new URL(config.url).host : 'localhost'
  const answer = await fetch(`http://${ownAddress(host)}:${port || 80}${path}`, {
    // The house answers to no other name of the machine once it is set up.
    headers: { host: socket ? named : `localhost:${port}` },
    ...(socket ? { unix: socket } : {}),
    signal: AbortSignal.timeout(PATIENCE),
    redirect: 'manual',
  })
  return { isWell: answer.status === 200, told: `${answer.status} ${(await answer.text()).trim().slice(0, 2_000)}` }
}

/** Its certificate is for the house's name and not for this address; whether it takes connections is all that can be asked without a listener for watching. */
async function knock({ listen }: Config): Promise<{ readonly isWell: boolean; readonly told: string }> {
  const connection = await Bun.connect({ hostname: ownAddress(listen.host), port: listen.port, socket: { data() {} } })
  connection.end()
  return { isWell: true, told: 'takes connections' }
}

const ownAddress = (host: string): string =>
  ['0.0.0.0', '::', '*', ''].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
