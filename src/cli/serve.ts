import { join } from 'node:path'
import { armFailpoint } from '../base/failpoint.ts'
import { VERSION } from '../base/version.ts'
import { readConfig } from '../config/config.ts'
import { createAssets } from '../http/assets.ts'
import { originsOf } from '../setting/origins.ts'
import { isPublic, listen, type ListenOptions } from '../http/listen.ts'
import { createServer } from '../http/server.ts'
import type { Views } from '../http/views.ts'
import { releaseLeases } from '../jobs/queue.ts'
import { readSetting } from '../setting/setting.ts'
import { setupAddress } from '../upkeep/setup-secret.ts'
import { createView } from '../view/eta.ts'
import { startWorker } from '../worker/worker.ts'
import type { Environment } from './command.ts'
import { log, safePath } from './log.ts'
import { lockFolder } from './open-folder.ts'
import { openHouse } from './open-house.ts'

const ROOT = join(import.meta.dir, '../..')
/** What is under way when the server is told to stop has this long to end by itself. */
const GRACE = 20_000

const LOGGED: ListenOptions = {
  onServed({ path, ...served }) {
    if (!path.startsWith('/static/') && path !== '/healthz')
      log(served.status >= 500 ? 'error' : 'info', 'request', { ...served, path: safePath(path) })
  },
  onAccident: (error) => log('error', 'request.accident', { error: error.stack }),
}

export async function run(_args: readonly string[], environment: Environment): Promise<number> {
  const config = readConfig(environment)
  using _lock = lockFolder(config)
  const { house, close } = await openHouse(config)
  // kill -9 at a named place: a test's way to see that nothing acknowledged is lost.
  if (environment['PARAPHE_FAILPOINT']) armFailpoint(environment['PARAPHE_FAILPOINT'], () => process.kill(process.pid, 'SIGKILL'))

  await releaseLeases(house.db)
  const worker = startWorker(house, (job, error) =>
    log('warn', 'job.deferred', { job: job.id, kind: job.kind, attempts: job.attempts, error: String(error) }),
  )
  const server = await createServer({
    house: { ...house, wake: () => worker.wake() },
    view: createView<Views & Record<string, object>>(join(ROOT, 'views'), { cache: true }),
    assets: createAssets(join(ROOT, 'static')),
  })
  const listeners = [listen(server, config.listen, LOGGED)]
  if (config.publicListen) listeners.push(listen(server, config.publicListen, { ...LOGGED, serves: isPublic }))

  const installation = await readSetting(house.db, 'installation')
  const { staff } = originsOf(config, installation)
  console.log(
    `Paraphe ${VERSION} listens on ${listeners.map(({ hostname, port }) => `${hostname}:${port}`).join(' and ')}; its data is in ${config.dataDirectory}`,
  )
  console.log(installation.setUpAt ? `Open ${staff}` : `Set it up here, once: ${setupAddress(staff, house.secretKey)}`)

  const reason = await new Promise<string>((stop) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop(signal))
    for (const accident of ['unhandledRejection', 'uncaughtException'] as const)
      process.once(accident, (error: unknown) => {
        log('error', accident, { error: error instanceof Error ? error.stack : String(error) })
        stop(accident)
      })
  })
  log('info', 'server.stopping', { reason })
  // Answers under way are given and jobs under way end; what did not begin waits in its row for the next start.
  await Promise.race([Promise.all([...listeners.map((listener) => listener.stop()), worker.stop()]), Bun.sleep(GRACE)])
  await close()
  log('info', 'server.stopped')
  return reason.startsWith('SIG') ? 0 : 1
}
