import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { DAY, later } from '../../base/instant.ts'
import { formatsFor } from '../../view/formats.ts'
import { LANGUAGES } from '../../view/words.ts'
import { readSetting } from '../../setting/setting.ts'
import type { Look } from '../doctor.ts'

/** A clock that was moved by more since this process began was not merely kept right. */
const MOVED = 5_000

/** Whether the machine's clock is kept by others', where the system tells; and whether it was moved under the running server. */
export const clockKeeping: Look = async () => {
  const moved = Math.round((Date.now() - (performance.timeOrigin + performance.now())) / 1_000)
  const kept = clockIsKept()
  if (Math.abs(moved) * 1_000 > MOVED) return { name: 'clock-keeping', state: 'stop', facts: { moved } }
  if (kept === null) return null
  return { name: 'clock-keeping', state: kept ? 'good' : 'wait', facts: { moved } }
}

/** Null where nothing tells. */
function clockIsKept(): boolean | null {
  if (existsSync('/run/systemd/timesync/synchronized')) return true
  const tool = Bun.which('timedatectl')
  if (!tool || !existsSync('/run/systemd/system')) return null
  const { exitCode, stdout } = Bun.spawnSync([tool, 'show', '--property=NTPSynchronized', '--value'], { stderr: 'ignore', timeout: 3_000 })
  const text = stdout.toString().trim()
  return exitCode === 0 && (text === 'yes' || text === 'no') ? text === 'yes' : null
}

/** Room for names of files, which may end before room for bytes does. */
export const fileNames: Look = async ({ config }) => {
  const { files, ffree } = statfsSync(config.dataDirectory)
  if (!files) return null
  const share = Math.floor((ffree / files) * 100)
  return { name: 'file-names', state: share >= 10 ? 'good' : share >= 2 ? 'wait' : 'stop', facts: { share } }
}

const MONTH = 30

/** When the disk is full if the next weeks are like the last thirty days. */
export const growth: Look = async ({ db, config }, at) => {
  const { rows } = await sql<{
    size: number | null
  }>`select sum(size) as size from object where created_at >= ${later(at, -MONTH * DAY)}`.execute(db)
  const daily = Number(rows[0]?.size ?? 0) / MONTH
  if (!daily) return null
  const { bavail, bsize } = statfsSync(config.dataDirectory)
  const days = Math.floor((bavail * bsize) / daily)
  const facts = { days: Math.min(days, 36_500), megabytes: Math.ceil(daily / 1_000_000) }
  return { name: 'growth', state: days > 90 ? 'good' : days > 14 ? 'wait' : 'stop', facts }
}

const SECRETS = ['secret.key', 'authority.key']
const OWN = ['paraphe.db', 'paraphe.db-wal', 'audit-checkpoint.db']

/** What is the house's own is nobody else's to read; a secret that others can read is none. */
export const fileRights: Look = async ({ config }) => {
  const isOpen = (path: string): boolean => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found !== undefined && ((found.mode & 0o077) !== 0 || (process.getuid !== undefined && found.uid !== process.getuid()))
  }
  const inside = (names: readonly string[]) => names.map((name) => join(config.dataDirectory, name)).filter(isOpen)
  const secrets = [...inside(SECRETS), ...[config.passphraseFile].filter((path) => path !== null && isWorldReadable(path))]
  const others = [...(isOpen(config.dataDirectory) ? [config.dataDirectory] : []), ...inside(OWN)]
  return {
    name: 'file-rights',
    state: secrets.length ? 'stop' : others.length ? 'wait' : 'good',
    facts: { paths: [...secrets, ...others].join(', ') },
  }
}

/** Of a file that somebody else laid there, a credential of systemd for one, only this is asked. */
const isWorldReadable = (path: string): boolean => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o007) !== 0

/** The memory of this process holds keys: it is written to no disk. */
export const coreDumps: Look = async () => {
  try {
    const limit = /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '0'
    return { name: 'core-dumps', state: limit === '0' ? 'good' : 'wait', facts: { limit } }
  } catch {
    return null
  }
}

/** The time zone that was chosen, and the languages, with what the program brings. */
export const languages: Look = async ({ db }, at) => {
  const { timeZone } = await readSetting(db, 'installation')
  const facts = { timeZone, languages: LANGUAGES.join(', ') }
  try {
    const dates = LANGUAGES.map((language) => formatsFor(language, timeZone).date(at))
    const isWhole = new Set(dates).size === LANGUAGES.length && Intl.supportedValuesOf('timeZone').length > 300
    return { name: 'languages', state: isWhole ? 'good' : 'stop', facts }
  } catch {
    return { name: 'languages', state: 'stop', facts }
  }
}
