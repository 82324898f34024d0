import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { ownFile } from '../base/program.ts'
import { keptCheckpointIn, refuseUnlessKept } from '../audit/kept.ts'
import { systemAct } from '../audit/act.ts'
import { followKeys } from '../authority/following.ts'
import { recordUnlocking } from '../authority/unlocking.ts'
import { type Config, ConfigError } from '../config/config.ts'
import type { House } from '../house.ts'
import { refuseWithoutPlace } from '../upkeep/vault-place.ts'
import { createAssets } from '../http/assets.ts'
import { type Listener, listen, type ListenOptions } from '../http/listen.ts'
import { listenToRedirect } from '../http/redirecting.ts'
import { listenSecurely, type SecureListeners } from '../http/secure-listen.ts'
import { createServer } from '../http/server.ts'
import type { Served } from '../http/served.ts'
import type { Views } from '../http/views.ts'
import { type Job, releaseLeases } from '../jobs/queue.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { removeLooseChunks } from '../store/sweeping.ts'
import { keepFixedMail } from '../upkeep/fixing.ts'
import { createView } from '../view/eta.ts'
import { startWorker } from '../worker/worker.ts'
import { log } from '../log/lines.ts'
import { openHouse } from './open-house.ts'
import { keepOwnCertificate } from './own-certificate.ts'
import { takePlace } from './place.ts'

export interface Running {
  readonly house: House
  readonly listeners: readonly Listener[]
  /** Reads the server's certificate anew, where it has one. */
  reload(): void
  /** Resolves while the database answers; for whoever watches that this process lives. */
  isAlive(): Promise<unknown>
  /**
   * Says that it is not ready and ends the streams; after `notice`, during which whoever spreads requests can see that, takes no more. Answers and jobs
   * under way end by themselves within `grace`, or until `hurried` resolves; then connections are cut and jobs handed back. Milliseconds.
   */
  stop(ending?: { readonly notice?: number; readonly grace?: number; readonly hurried?: Promise<unknown> }): Promise<void>
}

export interface RunningOptions extends Pick<ListenOptions, 'onAccident'> {
  readonly onServed?: (served: Served) => void
  readonly onJobError?: (job: Job, error: unknown) => void
}

/** What other nodes do to the keys is seen here a second later. */
function keepFollowing({ db, keys }: House, config: Config): () => void {
  const follow = followKeys(db, keys, config.passphraseFile)
  const timer = setInterval(() => void follow().catch((error: unknown) => log('warn', 'keys.following', { error: String(error) })), 1_000)
  return () => clearInterval(timer)
}

/** The house on its folder or on the database that it shares, with its worker and its listeners. */
export async function startRunning(config: Config, options: RunningOptions = {}): Promise<Running> {
  const place = await takePlace(config)
  const {
    house: opened,
    passphraseFile,
    close,
  } = await openHouse(config, place.isAlone).catch(async (error: unknown) => {
    await place[Symbol.asyncDispose]()
    throw error
  })
  if (passphraseFile === 'opened') await recordUnlocking(opened.db, systemAct(opened.clock()))
  if (passphraseFile === 'wrong')
    log('error', 'authority.locked', { reason: `the passphrase in ${config.passphraseFile} does not open the keys` })
  try {
    // A volume that is not mounted is told, not taken for a place where nothing was ever kept.
    if (!existsSync(dirname(config.auditCheckpoint)))
      throw new ConfigError(`PARAPHE_AUDIT_CHECKPOINT: the folder ${dirname(config.auditCheckpoint)} is not there`)
    await refuseWithoutPlace(opened.db, config, opened.clock())
    await refuseUnlessKept(opened.db, keptCheckpointIn(config.auditCheckpoint))
  } catch (error) {
    await close()
    await place[Symbol.asyncDispose]()
    throw error
  }
  await keepFixedMail(opened, opened.clock())
  // Beside other nodes, leases and chunks may be those of a living one.
  if (place.isAlone) {
    await releaseLeases(opened.db)
    await removeLooseChunks(opened.db)
    await place.settle()
  }
  const endFollowing = config.databaseUrl === null ? () => {} : keepFollowing(opened, config)
  const house: House = { ...opened, wake: () => worker.wake() }
  const worker = startWorker(house, options.onJobError)
  const server = await createServer({
    house,
    view: createView<Views & Record<string, object>>(ownFile('views'), { cache: true }),
    assets: await createAssets(ownFile('static')),
    ...(options.onServed ? { onServed: options.onServed } : {}),
  })
  const doors = [
    { at: config.listen, options },
    ...(config.publicListen ? [{ at: config.publicListen, options: { ...options, door: 'public' as const } }] : []),
  ]
  const plainly = (one: (typeof doors)[number]): Listener => listen(server, one.at, one.options)
  const { tls } = config
  const own = tls?.isOwn ? await keepOwnCertificate(house, tls, () => secure?.look()) : null
  // A socket of the machine needs no encryption.
  const secure: SecureListeners | null = tls
    ? listenSecurely(
        server,
        doors.filter(({ at }) => !at.socket),
        tls,
        house.clock,
      )
    : null
  const listeners = [...(secure ? [...secure.listeners, ...doors.filter(({ at }) => at.socket).map(plainly)] : doors.map(plainly))]
  if (config.metricsListen) listeners.push(listen(server, config.metricsListen, { ...options, door: 'watching' }))
  if (config.redirectListen)
    listeners.push(listenToRedirect(config.redirectListen, async () => originsOf(config, await readSetting(house.db, 'installation'))))
  return {
    house,
    listeners,
    reload: () => (own ?? secure)?.look(),
    isAlive: () => readSetting(house.db, 'installation'),
    async stop({ notice = 0, grace = 5_000, hurried = new Promise(() => {}) } = {}) {
      server.close()
      endFollowing()
      own?.end()
      const worked = worker.stop()
      if (notice) await Promise.race([hurried, Bun.sleep(notice)])
      const ended = Promise.all([...listeners.map((listener) => listener.stop()), worked])
      await Promise.race([ended, hurried, Bun.sleep(grace)])
      await Promise.race([Promise.all(listeners.map((listener) => listener.stop(true))), Bun.sleep(1_000)])
      await worker.handBack()
      await close()
      await place[Symbol.asyncDispose]()
    },
  }
}
