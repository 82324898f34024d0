import { VERSION } from '../base/version.ts'
import { readConfig } from '../config/config.ts'
import type { Served } from '../http/served.ts'
import { WATCHED } from '../http/watching.ts'
import { log, openLog } from '../log/lines.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { setupAddress } from '../upkeep/setup-secret.ts'
import { type Environment, UsageError } from './command.ts'
import { warningSentence } from './config.ts'
import { startRunning } from './running.ts'
import { managerOf } from './systemd.ts'

/** Whoever spreads requests over several servers sees in this time that this one ends; then it takes no more. */
const NOTICE = 1_000
/** What is under way then has this long to end by itself. Less than TimeoutStopSec= of the unit and the grace of a container. */
const GRACE = 20_000

/** What is asked for all the time and changes nothing is told to whoever asks for everything. */
const isQuiet = ({ route, status }: Served): boolean =>
  status < 400 && (route === null || route.startsWith('/static/') || WATCHED.has(route))

export async function run(args: readonly string[], environment: Environment): Promise<number> {
  if (args.length) throw new UsageError(`it takes no arguments, and ${args[0]} is one`)
  const config = readConfig(environment)
  openLog({ ...config.log, write: (line) => void process.stdout.write(line) })
  for (const warning of config.warnings) log('warn', 'config.warning', { told: warningSentence(warning) })
  const { house, listeners, reload, isAlive, stop } = await startRunning(config, {
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

  process.on('SIGHUP', reload)
  const manager = managerOf(environment)
  manager.tell(`READY=1\nSTATUS=Listens on ${listeners.map(({ hostname, port }) => `${hostname}:${port}`).join(' and ')}`)
  const beat =
    manager.watchdog &&
    setInterval(
      () =>
        void isAlive().then(
          () => manager.tell('WATCHDOG=1'),
          () => {},
        ),
      manager.watchdog / 3,
    )
  const { reason, hurried } = await ending()
  log('info', 'server.stopping', { reason })
  manager.tell('STOPPING=1')
  await stop({ notice: NOTICE, grace: GRACE, hurried: hurried.then(() => log('warn', 'server.hurried')) })
  if (beat) clearInterval(beat)
  log('info', 'server.stopped')
  return reason.startsWith('SIG') ? 0 : 1
}

/** Why the server is to end: a signal, or an accident after which nothing may be relied on. `hurried`: somebody said it once more. */
function ending(): Promise<{ readonly reason: string; readonly hurried: Promise<unknown> }> {
  const again = Promise.withResolvers<void>()
  return new Promise((end) => {
    let isEnding = false
    const say = (reason: string): void => {
      if (isEnding) return again.resolve()
      isEnding = true
      end({ reason, hurried: again.promise })
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => say(signal))
    for (const accident of ['unhandledRejection', 'uncaughtException'] as const)
      process.on(accident, (error: unknown) => {
        log('error', accident, { error: error instanceof Error ? error.stack : String(error) })
        if (!isEnding) say(accident)
      })
  })
}
