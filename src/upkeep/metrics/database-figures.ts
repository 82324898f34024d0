import { sql } from 'kysely'
import { ABSOLUTE, IDLE } from '../../access/session.ts'
import { certificateLives } from '../../authority/lives.ts'
import { latestCheckpoint } from '../../audit/checkpoint.ts'
import { type Instant, later, MINUTE } from '../../base/instant.ts'
import type { Db } from '../../db/open.ts'
import { isPostgres } from '../../db/dialect.ts'
import { backupState } from '../backup/runs.ts'
import { newestLists } from '../../verification/lists.ts'

/** Rows of one figure: its labels and its value. */
export type Rows = readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]

const seconds = (at: Instant | null | undefined): number => (at ? Date.parse(at) / 1_000 : 0)
const one = (value: number): Rows => [{ labels: {}, value }]

/** What is under way, each read by an index of few rows. */
export async function openFigures(db: Db, at: Instant): Promise<Record<string, Rows>> {
  const jobs = await db
    .selectFrom('job')
    .select((select) => [
      'kind',
      select.fn.countAll<number>().as('count'),
      select.fn.count<number>('failedAt').as('failed'),
      select.fn.min('runAt').as('oldest'),
    ])
    .where('doneAt', 'is', null)
    .groupBy('kind')
    .execute()
  const messages = await db
    .selectFrom('message')
    .select((select) => ['channel', 'status', select.fn.countAll<number>().as('count')])
    .where('status', 'in', ['waiting', 'sending', 'failed'])
    .groupBy(['channel', 'status'])
    .execute()
  const runs = await db
    .selectFrom('ruleRun')
    .select((select) => ['status', select.fn.countAll<number>().as('count')])
    .where('status', 'in', ['waiting', 'failed'])
    .groupBy('status')
    .execute()
  const sessions = await db
    .selectFrom('userSession')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('endedAt', 'is', null)
    .where('lastSeenAt', '>', later(at, -IDLE))
    .where('createdAt', '>', later(at, -ABSOLUTE))
    .executeTakeFirstOrThrow()
  const envelopes = await db
    .selectFrom('envelope')
    .select((select) => ['status', select.fn.countAll<number>().as('count')])
    .where('status', 'in', ['sending', 'sent', 'sealing'])
    .groupBy('status')
    .execute()
  const alarms = await db.selectFrom('alarm').select('cause').where('endedAt', 'is', null).execute()
  return {
    paraphe_jobs_open: jobs.map(({ kind, count, failed }) => ({ labels: { kind }, value: Number(count) - Number(failed) })),
    paraphe_jobs_failed: jobs.map(({ kind, failed }) => ({ labels: { kind }, value: Number(failed) })),
    paraphe_job_oldest_due_timestamp_seconds: jobs.map(({ kind, oldest }) => ({ labels: { kind }, value: seconds(oldest) })),
    paraphe_outbox_messages: messages.map(({ channel, status, count }) => ({ labels: { channel, status }, value: Number(count) })),
    paraphe_rule_runs: runs.map(({ status, count }) => ({ labels: { status }, value: Number(count) })),
    paraphe_sessions: one(Number(sessions.count)),
    paraphe_envelopes_open: envelopes.map(({ status, count }) => ({ labels: { status }, value: Number(count) })),
    paraphe_alarms: alarms.map(({ cause }) => ({ labels: { cause }, value: 1 })),
  }
}

/** How long the authority's papers and the log's signature are good for. */
export async function trustFigures(db: Db, at: Instant): Promise<Record<string, Rows>> {
  const lists = [...Map.groupBy(await newestLists(db), ({ issuer }) => issuer)].map(([issuer, ofName]) => ({
    labels: { issuer },
    list: ofName.reduce((newest, one) => (one.thisUpdate > newest.thisUpdate ? one : newest)),
  }))
  const lives = await certificateLives(db, at)
  const newest = await latestCheckpoint(db)
  const size = Number(
    (
      await db
        .selectFrom('auditLeaf')
        .select((select) => select.fn.max('seq').as('seq'))
        .executeTakeFirst()
    )?.seq ?? 0,
  )
  const { newest: backup } = await backupState(db, at)
  return {
    paraphe_backup_timestamp_seconds: backup ? one(seconds(backup)) : [],
    paraphe_crl_this_update_timestamp_seconds: lists.map(({ labels, list }) => ({ labels, value: seconds(list.thisUpdate) })),
    paraphe_crl_next_update_timestamp_seconds: lists.map(({ labels, list }) => ({ labels, value: seconds(list.nextUpdate) })),
    paraphe_certificate_not_after_timestamp_seconds: lives.map(({ purpose, notAfter }) => ({
      labels: { purpose },
      value: seconds(notAfter),
    })),
    paraphe_certificate_usable_until_timestamp_seconds: lives.map(({ purpose, usableUntil }) => ({
      labels: { purpose },
      value: seconds(usableUntil),
    })),
    paraphe_audit_entries: one(size),
    paraphe_audit_checkpoint_timestamp_seconds: newest ? one(seconds(newest.at)) : [],
    paraphe_audit_unsigned_entries: one(size - (newest?.size ?? 0)),
  }
}

/** What is counted over everything that there ever was is looked at again after so long. */
const KEPT = 5 * MINUTE
const kept = new WeakMap<Db, { readonly until: number; readonly rows: Record<string, Rows> }>()

/** Ended envelopes and the vault's size: millions of rows, read through an index alone and not at every scrape. */
export async function wholeFigures(db: Db): Promise<Record<string, Rows>> {
  const known = kept.get(db)
  if (known && known.until > performance.now()) return known.rows
  const envelopes = await db
    .selectFrom('envelope')
    .select((select) => ['status', select.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const objects = await sql<{ count: number; size: number | null }>`select count(*) as count, sum(size) as size from object`.execute(db)
  const rows: Record<string, Rows> = {
    paraphe_envelopes: envelopes.map(({ status, count }) => ({ labels: { status }, value: Number(count) })),
    paraphe_vault_objects: one(Number(objects.rows[0]?.count ?? 0)),
    paraphe_vault_bytes: one(Number(objects.rows[0]?.size ?? 0)),
  }
  if (isPostgres(db)) {
    const size = await sql<{ size: string }>`select pg_database_size(current_database()) as size`.execute(db)
    rows['paraphe_database_bytes'] = [{ labels: { file: 'postgresql' }, value: Number(size.rows[0]?.size ?? 0) }]
  }
  kept.set(db, { until: performance.now() + KEPT, rows })
  return rows
}

/** How often each kind of thing has happened, of the whole log: read once, and then only what is new. */
const followed = new WeakMap<Db, { seq: number; readonly counts: Map<string, number> }>()

export async function eventCounts(db: Db): Promise<ReadonlyMap<string, number>> {
  const state = followed.get(db) ?? { seq: 0, counts: new Map<string, number>() }
  followed.set(db, state)
  const head = Number(
    (
      await db
        .selectFrom('auditLeaf')
        .select((select) => select.fn.max('seq').as('seq'))
        .executeTakeFirst()
    )?.seq ?? 0,
  )
  if (head <= state.seq) return state.counts
  const from = state.seq
  state.seq = head
  const rows = await db
    .selectFrom('auditLeaf')
    .select((select) => ['type', select.fn.countAll<number>().as('count')])
    .where('seq', '>', from)
    .where('seq', '<=', head)
    .groupBy('type')
    .execute()
  for (const { type, count } of rows) state.counts.set(type, (state.counts.get(type) ?? 0) + Number(count))
  return state.counts
}
