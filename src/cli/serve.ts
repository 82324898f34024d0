import { VERSION } from '../base/version.ts'
import { readConfig } from '../config/config.ts'
import type { Served } from '../http/served.ts'
import { WATCHED } from '../http/watching.ts'
import { log, openLog } from '../log/lines.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { setupAddress } from '../upkeep/setup-secret.ts'
import type { Environment } from './command.ts'
import { warningSentence } from './config.ts'
import { startRunning } from './running.ts'

/** What is under way when the server is told to stop has this long to end by itself. */
const GRACE = 20_000

/** What is asked for all the time and changes nothing is told to whoever asks for everything. */
const isQuiet = ({ route, status }: Served): boolean =>
  status < 400 && (route === null || route.startsWith('/static/') || WATCHED.has(route))

export async function run(_args: readonly string[], environment: Environment): Promise<number> {
  const config = readConfig(environment)
  openLog({ ...config.log, write: (line) => void process.stdout.write(line) })
  for (const warning of config.warnings) log('warn', 'config.warning', { told: warningSentence(warning) })
  const { house, listeners, stop } = await startRunning(config, {
    onServed: (served) => log(served.status >= 500 ? 'error' : isQuiet(served) ? 'debug' : 'info', 'request', { ...served }),
    onAccident: (error) => log('error', 'request.accident', { error: error.stack }),
  })
  const installation = await readSetting(house.db, 'installation')
  const { staff } = originsOf(config, installation)
  // Standard output is the log's alone; the address of the set-up, which holds a secret, is said to whoever starts it.
  console.error(
    `Paraphe ${VERSION} listens on ${listeners.map(({ hostname, port }) => `${hostname}:${port}`).join(' and ')}; its data is in ${config.dataDirectory}`,
  )
  console.error(installation.setUpAt ? `Open ${staff}` : `Set it up here, once: ${setupAddress(staff, house.secretKey)}`)

  const reason = await new Promise<string>((end) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(signal))
    for (const accident of ['unhandledRejection', 'uncaughtException'] as const)
      process.once(accident, (error: unknown) => {
        log('error', accident, { error: error instanceof Error ? error.stack : String(error) })
        end(accident)
      })
  })
  log('info', 'server.stopping', { reason })
  await stop(GRACE)
  log('info', 'server.stopped')
  return reason.startsWith('SIG') ? 0 : 1
}
