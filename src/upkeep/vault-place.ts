import { systemAct } from '../audit/act.ts'
import { type OutboundTarget, placeOf as placeOfAddress } from '../base/outbound.ts'
import { DAY, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { type Config, ConfigError } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { readSetting, writeSetting } from '../setting/setting.ts'
import { sweepPlace } from '../store/chunks.ts'
import { hasOutside } from '../store/moving.ts'
import { placeOf } from '../store/place.ts'
import { localTime } from '../view/local-time.ts'
import type { Look } from './doctor.ts'

/** As it is remembered and shown: never its key. */
export const nameOfPlace = ({ vault }: Pick<Config, 'vault'>): string | null =>
  vault && `s3://${vault.bucket}${vault.prefix ? `/${vault.prefix}` : ''} (${vault.endpoint})`

/** At the start: files that are kept in a bucket are not to be had without it. Throws a ConfigError that says which one. */
export async function refuseWithoutPlace(db: Db, config: Config, at: Instant): Promise<void> {
  const name = nameOfPlace(config)
  const { place } = await readSetting(db, 'objects')
  if (place === name) return
  if (place !== null && (await hasOutside(db)))
    throw new ConfigError(
      name === null
        ? `PARAPHE_VAULT_URL: stored files are kept in ${place}; set it again, or carry them back with “paraphe move --vault database” while it is set`
        : `PARAPHE_VAULT_URL: stored files are kept in ${place} and not in ${name}; carry them back with “paraphe move --vault database” first`,
    )
  await db.transaction().execute((tx) => writeSetting(tx, systemAct(at), 'objects', { place: name }))
}

/** Bytes are put seconds before the row that names them. */
const PATIENCE = DAY
const HOUR_OF_SWEEP = 4

/** At night: what the bucket holds and nothing names any more. One that does not answer is asked again the next night. */
export async function sweepPlaceAtNight(db: Db, at: Instant): Promise<number> {
  if (!placeOf(db)) return 0
  const { timeZone } = await readSetting(db, 'installation')
  if (Number(localTime(at, timeZone).time.slice(0, 2)) !== HOUR_OF_SWEEP) return 0
  try {
    return await sweepPlace(db, later(at, -PATIENCE))
  } catch (error) {
    if (error instanceof Refusal) return 0
    throw error
  }
}

export async function outboundOfVault({ config }: { readonly config: Config }): Promise<OutboundTarget[]> {
  const { vault } = config
  if (!vault) return []
  return [{ kind: 'objects', name: nameOfPlace(config), ...placeOfAddress(vault.endpoint), since: null, by: null, isFixed: true }]
}

/** Writes, reads and takes away. Null where everything is in the database. */
export const objects: Look = async ({ db, config }) => {
  const place = placeOf(db)
  if (!place) return null
  const facts = { place: nameOfPlace(config) ?? '', detail: '' }
  try {
    await place.probe()
    return { name: 'objects', state: 'good', facts }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { status, code } = error.params
    const detail = status ? `${status} ${code}` : error.cause instanceof Error ? error.cause.message : error.reason
    return { name: 'objects', state: 'stop', facts: { ...facts, detail } }
  }
}
