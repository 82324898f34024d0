import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Clock } from '../../base/instant.ts'
import { VERSION } from '../../base/version.ts'
import type { Config } from '../../config/config.ts'
import type { EventType } from '../../audit/event.ts'
import type { Db } from '../../db/open.ts'
import { countsOf } from '../../log/counts.ts'
import { areKeysLocked } from '../readiness.ts'
import { eventCounts, openFigures, type Rows, trustFigures, wholeFigures } from './database-figures.ts'
import { watchLoop } from './loop.ts'

export interface MetricsTools {
  readonly db: Db
  readonly config: Pick<Config, 'dataDirectory'>
  readonly clock: Clock
  readonly isLocked: () => boolean
}

export interface Metrics {
  readonly contentType: string
  observe(request: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }): void
  /** Prometheus text, gathered now. */
  scrape(): Promise<string>
  close(): void
}

/** What happened of each of these is told under a name of its own, besides `paraphe_events_total`. */
const NAMED = {
  paraphe_signatures_total: { of: 'ceremony.signed', help: 'People’s signatures' },
  paraphe_seals_total: { of: 'document.sealed', help: 'Documents sealed' },
  paraphe_sign_ins_refused_total: { of: 'user.sign-in-refused', help: 'Sign-ins refused' },
} as const satisfies Readonly<Record<string, { readonly of: EventType; readonly help: string }>>

const GAUGES: Readonly<Record<string, readonly [help: string, ...labels: string[]]>> = {
  paraphe_jobs_open: ['Jobs that are not done, of the house', 'kind'],
  paraphe_jobs_failed: ['Jobs that were given up, of the house', 'kind'],
  paraphe_job_oldest_due_timestamp_seconds: ['When the oldest open job of a kind is due', 'kind'],
  paraphe_outbox_messages: ['Messages that are not sent', 'channel', 'status'],
  paraphe_rule_runs: ['Runs of rules, webhooks among them, that are not done', 'status'],
  paraphe_sessions: ['People signed in'],
  paraphe_envelopes_open: ['Envelopes under way', 'status'],
  paraphe_envelopes: ['All envelopes; looked at every five minutes', 'status'],
  paraphe_vault_objects: ['Stored files; looked at every five minutes'],
  paraphe_vault_bytes: ['Bytes of stored files before equal parts are kept once; looked at every five minutes'],
  paraphe_alarms: ['What is amiss now', 'cause'],
  paraphe_backup_timestamp_seconds: ['When the newest good backup was begun'],
  paraphe_crl_this_update_timestamp_seconds: ['When the newest revocation list was issued', 'issuer'],
  paraphe_crl_next_update_timestamp_seconds: ['When the newest revocation list ends', 'issuer'],
  paraphe_certificate_not_after_timestamp_seconds: ['When a certificate of the authority ends', 'purpose'],
  paraphe_certificate_usable_until_timestamp_seconds: ['Until when it covers what it is used for', 'purpose'],
  paraphe_audit_entries: ['Entries of the audit log'],
  paraphe_audit_checkpoint_timestamp_seconds: ['When the log was signed last'],
  paraphe_audit_unsigned_entries: ['Entries since then'],
  paraphe_database_bytes: ['Size of the file of data and of its write-ahead log', 'file'],
  paraphe_disk_free_bytes: ['Room left beside the data'],
  paraphe_keys_locked: ['1 where the keys of the authority cannot be used'],
  paraphe_resident_memory_bytes: ['Memory of this process'],
  paraphe_cpu_seconds: ['Processor time of this process'],
  paraphe_start_timestamp_seconds: ['When this process began'],
  paraphe_event_loop_lag_seconds: ['The longest that a turn was late since the last scrape'],
}

/** Figures of this process by counting, of the house by looking at the database when somebody asks. Labels are of closed lists. */
export function createMetrics({ db, config, clock, isLocked }: MetricsTools): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'paraphe_request_duration_seconds',
    help: 'Requests of this process, until their answer began',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    registers,
  })
  new Gauge({ name: 'paraphe_info', help: 'The version', labelNames: ['version'], registers }).set({ version: VERSION }, 1)
  const counter = (name: string, help: string, labelNames: string[]) => new Counter({ name, help, labelNames, registers })
  const events = counter('paraphe_events_total', 'What happened, as the audit log counts it, of the house', ['type'])
  const named = Object.entries(NAMED).map(([name, { of, help }]) => ({ of, counter: counter(name, `${help}, of the house`, []) }))
  const children = counter('paraphe_children_total', 'Processes for strangers’ files, of this process', ['kind', 'what'])
  const jobs = counter('paraphe_jobs_total', 'Jobs taken up by this process', ['kind', 'what'])
  const verifications = counter('paraphe_verifications_total', 'Files judged for visitors by this process', ['answer'])
  const gauges = new Map(
    Object.entries(GAUGES).map(([name, [help, ...labelNames]]) => [name, new Gauge({ name, help, labelNames, registers })]),
  )
  const began = Date.now() / 1_000
  const loop = watchLoop()

  const own = async (): Promise<Record<string, Rows>> => {
    const { bavail, bsize } = statfsSync(config.dataDirectory)
    const { user, system } = process.cpuUsage()
    return {
      paraphe_database_bytes: ['paraphe.db', 'paraphe.db-wal'].flatMap((file) => {
        const size = statSync(join(config.dataDirectory, file), { throwIfNoEntry: false })?.size
        return size === undefined ? [] : [{ labels: { file }, value: size }]
      }),
      paraphe_disk_free_bytes: [{ labels: {}, value: bavail * bsize }],
      paraphe_keys_locked: [{ labels: {}, value: (await areKeysLocked(db, isLocked)) ? 1 : 0 }],
      paraphe_resident_memory_bytes: [{ labels: {}, value: process.memoryUsage.rss() }],
      paraphe_cpu_seconds: [{ labels: {}, value: (user + system) / 1_000_000 }],
      paraphe_start_timestamp_seconds: [{ labels: {}, value: began }],
      paraphe_event_loop_lag_seconds: [{ labels: {}, value: loop.take() }],
    }
  }

  return {
    contentType: registry.contentType,
    observe: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    async scrape() {
      const at = clock()
      const found = { ...(await openFigures(db, at)), ...(await trustFigures(db, at)), ...(await own()), ...(await wholeFigures(db)) }
      for (const [name, gauge] of gauges) {
        gauge.reset()
        for (const { labels, value } of found[name] ?? []) gauge.set(labels, value)
      }
      const counts = await eventCounts(db)
      events.reset()
      for (const [type, count] of counts) events.inc({ type }, count)
      for (const one of named) {
        one.counter.reset()
        one.counter.inc(counts.get(one.of) ?? 0)
      }
      for (const [of, counter] of [
        ['child', children],
        ['job', jobs],
      ] as const) {
        counter.reset()
        for (const { of: counted, count } of countsOf(of)) counter.inc({ kind: counted.kind, what: counted.what }, count)
      }
      verifications.reset()
      for (const { of, count } of countsOf('verification')) verifications.inc({ answer: of.what }, count)
      return registry.metrics()
    },
    close: () => loop.close(),
  }
}
