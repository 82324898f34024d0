import { accessSync, constants, statfsSync } from 'node:fs'
import { sql } from 'kysely'
import { certificateLives } from '../authority/lives.ts'
import { DAY, type Instant, instant, later, MINUTE } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import { isPostgres } from '../db/dialect.ts'
import type { Db } from '../db/open.ts'
import { officeFacts } from '../sandbox/office.ts'
import { sandboxFacts } from '../sandbox/run.ts'
import { readSetting } from '../setting/setting.ts'
import type { Words } from '../view/words.ts'
import { backup, drill } from './doctor-backup.ts'
import type { KeyStore } from '../authority/key-store.ts'
import type { SecretKey } from '../config/secret-key.ts'
import { ownAddress, proxyHeaders } from './looks/address.ts'
import { clockKeeping, coreDumps, fileNames, fileRights, growth, languages } from './looks/machine.ts'
import { mailServer, smsGateway, timeStampAuthorities } from './looks/others.ts'
import { signature } from './looks/signature.ts'
import { objects } from './vault-place.ts'
import { auditLog, witness } from './doctor-log.ts'
import { breakGlass, directoryRounds, secondFactors, signOnSources } from './doctor-sign-on.ts'
import { settingFiles, settingNames, tls } from './doctor-settings.ts'
import { countFaults } from '../vault/faults.ts'
import { lastSweep } from '../vault/sweep.ts'
import { ageingStamps } from '../vault/re-time-stamping.ts'

/** One question that the house asks itself; its words stand in the dictionary under `console.health.checks`. */
export type CheckName =
  | 'set-up'
  | 'database'
  | 'data-folder'
  | 'disk'
  | 'clock'
  | 'keys'
  | 'certificates'
  | 'revocation-lists'
  | 'time-stamps'
  | 'mail'
  | 'outbox'
  | 'jobs'
  | 'address'
  | 'sandbox'
  | 'office'
  | 'office-fence'
  | 'audit-log'
  | 'witness'
  | 'vault'
  | 'objects'
  | 'backup'
  | 'backup-drill'
  | 'setting-names'
  | 'setting-files'
  | 'clock-keeping'
  | 'file-names'
  | 'growth'
  | 'file-rights'
  | 'core-dumps'
  | 'languages'
  | 'signature'
  | 'mail-server'
  | 'sms-gateway'
  | 'time-stamp-authorities'
  | 'own-address'
  | 'proxy-headers'
  | 'tls'
  | 'directory-rounds'
  | 'break-glass'
  | 'second-factors'
  | 'sign-on-sources'
  | 'tls-own'

export type Instead = keyof Words['console']['health']['instead']

export interface Check {
  readonly name: CheckName
  /** wait: works, but somebody should look; stop: something does not work. */
  readonly state: 'good' | 'wait' | 'stop'
  /** A sentence of `console.health.instead` in place of that of the state. */
  readonly says?: Instead
  /** Fills the sentence. */
  readonly facts: Readonly<Record<string, string | number>>
}

export interface DoctorTools {
  readonly db: Db
  readonly config: Config
  /** Whether the authority's private keys cannot be used at this moment. */
  readonly isLocked: () => boolean
  /** Without them nothing is tried for real. */
  readonly keys?: KeyStore
  readonly secretKey?: SecretKey
}

const GIGABYTE = 1_000_000_000
/** No clock of a machine that runs this program is before its making. */
const MADE = instant('2026-11-01T00:00:00Z')

export async function examine(tools: DoctorTools, at: Instant): Promise<Check[]> {
  const checks: Check[] = []
  for (const look of [
    isSetUp,
    database,
    dataFolder,
    disk,
    clock,
    keys,
    certificates,
    revocationLists,
    timeStamps,
    mail,
    outbox,
    jobs,
    address,
    sandbox,
    ...(tools.config.libreOffice === 'none' ? [] : [office]),
    ...((await officeFacts(tools.config)) ? [officeFence] : []),
    auditLog,
    witness,
    vault,
    objects,
    backup,
    drill,
    settingNames,
    settingFiles,
    clockKeeping,
    fileNames,
    fileRights,
    coreDumps,
    languages,
    tls,
    directoryRounds,
    breakGlass,
    secondFactors,
  ]) {
    const check = await look(tools, at)
    if (check) checks.push(check)
  }
  return checks
}

/** What is tried for real: a signature, and everybody whom the house speaks to. It takes seconds, and opens connections. */
export const TRIALS: readonly Look[] = [
  signature,
  mailServer,
  smsGateway,
  signOnSources,
  timeStampAuthorities,
  ownAddress,
  proxyHeaders,
  growth,
]

/** `tell` is told after each how many are done. */
export async function tryEverything(
  tools: Required<DoctorTools>,
  at: Instant,
  tell: (checks: readonly Check[], done: number) => Promise<void> = async () => {},
): Promise<Check[]> {
  const checks: Check[] = []
  for (const [index, look] of TRIALS.entries()) {
    const check = await look(tools, at)
    if (check) checks.push(check)
    await tell(checks, index + 1)
  }
  return checks
}

/** Null where there is nothing to ask. */
export type Look = (tools: DoctorTools, at: Instant) => Promise<Check | null>

const isSetUp: Look = async ({ db }) => {
  const { setUpAt } = await readSetting(db, 'installation')
  return { name: 'set-up', state: setUpAt ? 'good' : 'wait', facts: {} }
}

const database: Look = async ({ db }) => {
  const asked = isPostgres(db) ? sql<Record<string, string>>`select 'ok' as answer` : sql<Record<string, string>>`pragma quick_check(1)`
  const { rows } = await asked.execute(db)
  const answer = Object.values(rows[0] ?? {})[0] ?? ''
  return { name: 'database', state: answer === 'ok' ? 'good' : 'stop', facts: { answer } }
}

const dataFolder: Look = async ({ config }) => {
  const { dataDirectory: folder } = config
  try {
    accessSync(folder, constants.R_OK | constants.W_OK)
    return { name: 'data-folder', state: 'good', facts: { folder } }
  } catch {
    return { name: 'data-folder', state: 'stop', facts: { folder } }
  }
}

const disk: Look = async ({ config }) => {
  const { bavail, bsize } = statfsSync(config.dataDirectory)
  const free = bavail * bsize
  return {
    name: 'disk',
    state: free > 5 * GIGABYTE ? 'good' : free > GIGABYTE / 2 ? 'wait' : 'stop',
    facts: { free: (free / GIGABYTE).toFixed(1) },
  }
}

const clock: Look = async ({ db }, at) => {
  const last = (await db.selectFrom('auditLeaf').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirst())?.at
  const isBehind = at < MADE || (last !== undefined && at < later(last, -MINUTE))
  return { name: 'clock', state: isBehind ? 'stop' : 'good', facts: { now: at.slice(0, 16).replace('T', ' ') } }
}

const keys: Look = async ({ db, isLocked }) => {
  const count = Number(
    (
      await db
        .selectFrom('authorityKey')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('retiredAt', 'is', null)
        .executeTakeFirstOrThrow()
    ).count,
  )
  return { name: 'keys', state: count === 0 ? 'wait' : isLocked() ? 'stop' : 'good', facts: { count } }
}

/** Every certificate of the authority must still cover what it is used for; 90 days before that is no longer so, somebody should know. */
const certificates: Look = async ({ db }, at) => {
  const [first] = await certificateLives(db, at)
  if (!first) return { name: 'certificates', state: 'wait', says: 'certificates-none', facts: {} }
  const state = first.warning === null ? 'good' : first.warning === 0 ? 'stop' : 'wait'
  const facts = { purpose: first.purpose, until: first.usableUntil.slice(0, 10), ends: first.notAfter.slice(0, 10), days: first.days }
  return { name: 'certificates', state, facts }
}

/** Of an authority that has ended and has a successor, an old list is the last one. */
export const revocationLists: Look = async ({ db }, at) => {
  const rows = await db
    .selectFrom('revocationList')
    .innerJoin('certificate as issuer', 'issuer.id', 'revocationList.issuerId')
    .select(['issuer.id', 'issuer.purpose', 'issuer.keyId', 'issuer.notAfter', 'revocationList.thisUpdate', 'revocationList.nextUpdate'])
    .orderBy('issuer.createdAt', 'desc')
    .orderBy('number', 'desc')
    .execute()
  const newest = [...Map.groupBy(rows, ({ id, keyId }) => keyId ?? id).values()].map((group) => group[0]!)
  const alive = newest.filter(
    (list, index) => list.nextUpdate > at || list.notAfter >= at || newest.findIndex(({ purpose }) => purpose === list.purpose) === index,
  )
  const first = alive.sort((a, b) => (a.nextUpdate < b.nextUpdate ? -1 : 1))[0]
  const until = first?.nextUpdate
  if (!until) return { name: 'revocation-lists', state: 'wait', says: 'revocation-lists-none', facts: {} }
  // A list of years stands in for a root that is kept elsewhere: somebody must bring it back in time.
  const isEnding = later(first!.thisUpdate, 60 * DAY) < until && until <= later(at, 90 * DAY)
  return { name: 'revocation-lists', state: until <= at ? 'stop' : isEnding ? 'wait' : 'good', facts: { until: until.slice(0, 10) } }
}

/** Another stamp stands over a document while the last one can still be checked; what was not reached in time is not made good by anything. */
const timeStamps: Look = async ({ db }, at) => {
  const { due, ended, first } = await ageingStamps(db, at)
  if (!first) return { name: 'time-stamps', state: 'good', says: 'time-stamps-none', facts: {} }
  return { name: 'time-stamps', state: ended ? 'stop' : due ? 'wait' : 'good', facts: { due, ended, first: first.slice(0, 10) } }
}

/** Nothing that is stored is taken to be good because it once was. */
const vault: Look = async ({ db }, at) => {
  const faults = await countFaults(db)
  const { endedAt, isLate } = await lastSweep(db, at)
  const state = faults ? 'stop' : isLate ? 'wait' : 'good'
  return {
    name: 'vault',
    state,
    ...(endedAt || faults ? {} : { says: 'vault-never' as const }),
    facts: { faults, last: endedAt?.slice(0, 10) ?? '' },
  }
}

const mail: Look = async ({ db }) => {
  const email = await readSetting(db, 'email')
  const sms = await readSetting(db, 'sms')
  return { name: 'mail', state: email || sms ? 'good' : 'wait', facts: {} }
}

const outbox: Look = async ({ db }, at) => {
  const row = await db
    .selectFrom('message')
    .select((select) => [select.fn.countAll<number>().as('count'), select.fn.min('createdAt').as('oldest')])
    .where('status', 'in', ['waiting', 'sending', 'failed'])
    .where('openedAt', 'is', null)
    .executeTakeFirstOrThrow()
  const count = Number(row.count)
  return {
    name: 'outbox',
    state: count > 0 && row.oldest !== null && row.oldest < later(at, -15 * MINUTE) ? 'wait' : 'good',
    facts: { count },
  }
}

/** A job that is due and not done for some minutes, or that was given up. */
const jobs: Look = async ({ db }, at) => {
  const late = Number(
    (
      await db
        .selectFrom('job')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('doneAt', 'is', null)
        .where('failedAt', 'is', null)
        .where('runAt', '<', later(at, -5 * MINUTE))
        .executeTakeFirstOrThrow()
    ).count,
  )
  const failed = Number(
    (
      await db
        .selectFrom('job')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('failedAt', 'is not', null)
        .executeTakeFirstOrThrow()
    ).count,
  )
  return { name: 'jobs', state: late || failed ? 'wait' : 'good', facts: { late, failed } }
}

const address: Look = async ({ db, config }) => {
  const { staffUrl, publicUrl } = await readSetting(db, 'installation')
  const origin = config.publicUrl ?? publicUrl ?? config.url ?? staffUrl ?? ''
  const { hostname = '', protocol = '' } = URL.parse(origin) ?? {}
  const isLocal = /^(localhost|127\.|\[::1\])/.test(hostname)
  if (!origin) return { name: 'address', state: 'wait', says: 'address-none', facts: {} }
  if (isLocal) return { name: 'address', state: 'wait', says: 'address-here', facts: { origin } }
  return { name: 'address', state: protocol === 'https:' ? 'good' : 'wait', facts: { origin } }
}

const sandbox: Look = async ({ config }) => {
  const { works, network, limits } = await sandboxFacts(config)
  return {
    name: 'sandbox',
    state: !works ? 'stop' : network && limits ? 'good' : 'wait',
    facts: { network: network ? 1 : 0, limits: limits ? 1 : 0 },
  }
}

const office: Look = async ({ config }) => {
  const facts = await officeFacts(config)
  return { name: 'office', state: facts ? 'good' : 'wait', facts: { version: facts?.version ?? '', program: facts?.program ?? '' } }
}

const officeFence: Look = async ({ config }) => {
  const facts = await officeFacts(config)
  const holds = facts?.network && facts.limits && facts.apart
  return { name: 'office-fence', state: holds ? 'good' : 'wait', facts: { network: facts?.network ? 1 : 0, limits: facts?.limits ? 1 : 0 } }
}
