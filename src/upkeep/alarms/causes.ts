import { statfsSync } from 'node:fs'
import { certificateLives } from '../../authority/lives.ts'
import { DAY, HOUR, type Instant, later, MINUTE } from '../../base/instant.ts'
import type { Config } from '../../config/config.ts'
import type { EventType } from '../../audit/event.ts'
import type { Db } from '../../db/open.ts'
import { SEALING } from '../../envelope/signature.ts'
import { isChannelConfigured } from '../../mail/channel.ts'
import { DELIVERY } from '../../mail/outbox.ts'
import { countFaults } from '../../vault/faults.ts'
import { backupState } from '../backup/runs.ts'
import { auditLog } from '../doctor-log.ts'
import { revocationLists } from '../doctor.ts'
import { areKeysLocked } from '../readiness.ts'

/** What administrators are woken for; its words stand in the dictionary under `alarms.causes`. */
export const ALARM_CAUSES = [
  'outbox',
  'jobs',
  'seal-late',
  'keys-locked',
  'disk',
  'certificates',
  'revocation-lists',
  'backup',
  'audit-log',
  'vault',
  'time-stamps',
  'sign-ins',
] as const
export type AlarmCause = (typeof ALARM_CAUSES)[number]

export interface AlarmTools {
  readonly db: Db
  readonly config: Config
  readonly isLocked: () => boolean
}

export type AlarmFacts = Readonly<Record<string, string | number>>

/** Null where nothing is amiss. Each reads an index of few rows: all of them are asked every minute. */
type Look = (tools: AlarmTools, at: Instant) => Promise<AlarmFacts | null>

const SEAL_LATE = MINUTE
const STUCK = 15 * MINUTE
const LATE_JOB = 5 * MINUTE
/** A job that was put off so often has been failing for minutes. */
const MANY_TRIES = 8
const LEAST_ROOM = 1_000_000_000
const SOON = 30
const MANY_REFUSALS = 50

export const LOOKS: Readonly<Record<AlarmCause, Look>> = {
  /** Without a channel messages wait for an administrator, which is no fault. */
  outbox: async ({ db }, at) => {
    let count = 0
    for (const channel of ['email', 'sms'] as const)
      if (await isChannelConfigured(db, channel))
        count += await counted(
          db
            .selectFrom('message')
            .select((select) => select.fn.countAll<number>().as('count'))
            .where('status', 'in', ['waiting', 'sending'])
            .where('createdAt', '<', later(at, -STUCK))
            .where('channel', '=', channel)
            .where('openedAt', 'is', null),
        )
    return count ? { count } : null
  },
  /** What the outbox and the seals tell themselves is left out. */
  jobs: async ({ db }, at) => {
    const count = await counted(
      db
        .selectFrom('job')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('doneAt', 'is', null)
        .where('kind', 'not in', [DELIVERY, SEALING])
        .where((where) =>
          where.or([
            where('failedAt', '>', later(at, -DAY)),
            where.and([
              where('failedAt', 'is', null),
              where.or([
                where('attempts', '>=', MANY_TRIES),
                where.and([where('runAt', '<', later(at, -LATE_JOB)), where('leaseUntil', 'is', null)]),
              ]),
            ]),
          ]),
        ),
    )
    return count ? { count } : null
  },
  'seal-late': async ({ db }, at) => {
    const count = await counted(
      db
        .selectFrom('job')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('doneAt', 'is', null)
        .where('kind', '=', SEALING)
        .where('createdAt', '<', later(at, -SEAL_LATE)),
    )
    return count ? { count } : null
  },
  'keys-locked': async ({ db, isLocked }) => ((await areKeysLocked(db, isLocked)) ? {} : null),
  disk: async ({ config }) => {
    const { bavail, bsize } = statfsSync(config.dataDirectory)
    const free = bavail * bsize
    return free < LEAST_ROOM ? { free: Math.floor(free / 1_000_000) } : null
  },
  certificates: async ({ db }, at) => {
    const [first] = await certificateLives(db, at)
    return first?.warning != null && first.warning <= SOON ? { until: first.usableUntil.slice(0, 10), days: first.days } : null
  },
  'revocation-lists': async (tools, at) => {
    const { state, facts } = (await revocationLists(tools, at))!
    return state !== 'good' && facts['until'] !== '–' ? facts : null
  },
  backup: async ({ db }, at) => {
    const { isTooOld, newest } = await backupState(db, at)
    return isTooOld ? { last: newest?.slice(0, 16).replace('T', ' ') ?? '–' } : null
  },
  'audit-log': async (tools, at) => {
    const check = await auditLog(tools, at)
    return check?.state === 'stop' ? check.facts : null
  },
  vault: async ({ db }) => {
    const count = await countFaults(db)
    return count ? { count } : null
  },
  'time-stamps': async ({ db }, at) => {
    const count = await happened(db, 'authority.time-stamp-fallback', later(at, -HOUR))
    return count ? { count } : null
  },
  'sign-ins': async ({ db }, at) => {
    const count = await happened(db, 'user.sign-in-refused', later(at, -15 * MINUTE))
    return count >= MANY_REFUSALS ? { count } : null
  },
}

const counted = async (query: { executeTakeFirstOrThrow(): Promise<{ count: number }> }): Promise<number> =>
  Number((await query.executeTakeFirstOrThrow()).count)

const happened = (db: Db, type: EventType, since: Instant): Promise<number> =>
  counted(
    db
      .selectFrom('auditLeaf')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('at', '>=', since)
      .where('type', '=', type),
  )
