import { type Act, systemAct } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import { newId } from '../../base/id.ts'
import { HOUR, type Instant, later, MINUTE } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { BackupRunRow } from '../../db/database.ts'
import type { Db, Tx } from '../../db/open.ts'
import { readSetting } from '../../setting/setting.ts'
import { writeSetting } from '../../setting/setting.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import { newRecoveryKey } from './recovery-key.ts'
import type { BackupFacts } from './making.ts'

export type RunOrigin = BackupRunRow['origin']
export type RunKind = BackupRunRow['kind']

/** One that was not heard of for so long is over. */
const SILENT = 10 * MINUTE

/** Writes the row of a backup or a drill that begins. Whoever was cut off before is written down as failed. */
export async function beginRun(db: Db, at: Instant, order: { kind: RunKind; origin: RunOrigin; folder: string }): Promise<string> {
  return db.transaction().execute((tx) => beginRunIn(tx, at, order))
}

export async function beginRunIn(tx: Tx, at: Instant, order: { kind: RunKind; origin: RunOrigin; folder: string }): Promise<string> {
  const id = newId('bkr')
  await tx
    .insertInto('backupRun')
    .values({
      id,
      ...order,
      startedAt: at,
      seenAt: at,
      endedAt: null,
      outcome: null,
      backupId: null,
      phase: 'waiting',
      done: 0,
      total: 0,
      chunks: 0,
      newChunks: 0,
      written: 0,
      reason: null,
      params: '{}',
    })
    .execute()
  return id
}

export const tellRun = (db: Db, at: Instant, id: string, progress: { phase: string; done: number; total: number }): Promise<unknown> =>
  db
    .updateTable('backupRun')
    .set({ ...progress, seenAt: at })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .execute()

/** The backup is made, and the log says so. */
export async function endBackup(db: Db, at: Instant, run: string, facts: BackupFacts): Promise<void> {
  const { id, chunks, newChunks, written } = facts
  await db.transaction().execute(async (tx) => {
    await tx
      .updateTable('backupRun')
      .set({ endedAt: at, seenAt: at, outcome: 'good', backupId: id, phase: 'done', chunks, newChunks, written })
      .where('id', '=', run)
      .execute()
    await append(tx, systemAct(at), { type: 'backup.made', detail: { backup: id, chunks, newChunks, written, let: facts.let } })
  })
}

export async function endDrill(
  db: Db,
  at: Instant,
  run: string,
  facts: { readonly backup: string; readonly objects: number; readonly documents: number; readonly faults: number },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const outcome = facts.faults ? 'failed' : 'good'
    await tx
      .updateTable('backupRun')
      .set({ endedAt: at, seenAt: at, outcome, backupId: facts.backup, phase: 'done', done: facts.documents, total: facts.objects })
      .where('id', '=', run)
      .execute()
    await append(tx, systemAct(at), { type: 'backup.drilled', detail: { ...facts } })
  })
}

export async function failRun(db: Db, at: Instant, run: string, error: unknown): Promise<void> {
  const reason = error instanceof Refusal ? error.reason : 'accident'
  const params =
    error instanceof Refusal ? error.params : { detail: (error instanceof Error ? error.message : String(error)).slice(0, 300) }
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('backupRun')
      .set({ endedAt: at, seenAt: at, outcome: 'failed', reason, params: JSON.stringify(params) })
      .where('id', '=', run)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 1n) await append(tx, systemAct(at), { type: 'backup.failed', detail: { reason } })
  })
}

/** What died without a word is written down, so that nobody waits for it. */
export async function endSilentRuns(db: Db, at: Instant): Promise<void> {
  const silent = await db
    .selectFrom('backupRun')
    .select('id')
    .where('endedAt', 'is', null)
    .where('seenAt', '<', later(at, -SILENT))
    .execute()
  for (const { id } of silent) await failRun(db, at, id, new Refusal('unavailable', 'backup.cut-off'))
}

export const listRuns = (db: Db, most = 20): Promise<BackupRunRow[]> =>
  db.selectFrom('backupRun').selectAll().orderBy('startedAt', 'desc').orderBy('id').limit(most).execute()

export const findRun = async (db: Db, id: string): Promise<BackupRunRow | null> =>
  (await db.selectFrom('backupRun').selectAll().where('id', '=', id).executeTakeFirst()) ?? null

export async function lastRun(db: Db, kind: RunKind, outcome?: 'good' | 'failed'): Promise<BackupRunRow | null> {
  let query = db.selectFrom('backupRun').selectAll().where('kind', '=', kind).orderBy('startedAt', 'desc').orderBy('id').limit(1)
  query = outcome ? query.where('outcome', '=', outcome) : query.where('endedAt', 'is not', null)
  return (await query.executeTakeFirst()) ?? null
}

export const runUnderWay = async (db: Db): Promise<BackupRunRow | null> =>
  (await db.selectFrom('backupRun').selectAll().where('endedAt', 'is', null).orderBy('startedAt', 'desc').limit(1).executeTakeFirst()) ??
  null

/** How the backups stand; for the console, doctor and the figures. */
export interface BackupState {
  /** Whether they are made by themselves. */
  readonly isScheduled: boolean
  readonly hasPassphrase: boolean
  /** When the newest good one was begun; null: there was never one. */
  readonly newest: Instant | null
  /** Seconds since then. */
  readonly age: number | null
  /** How the last one ended. */
  readonly outcome: 'good' | 'failed' | null
  readonly written: number
  readonly isTooOld: boolean
  readonly drilledAt: Instant | null
}

export async function backupState(db: Db, at: Instant): Promise<BackupState> {
  const { folder, recovery, alarmHours } = await readSetting(db, 'backup')
  const good = await lastRun(db, 'backup', 'good')
  const last = await lastRun(db, 'backup')
  const drill = await lastRun(db, 'drill', 'good')
  const since = good?.startedAt ?? (await firstWanted(db))
  return {
    isScheduled: folder !== null && recovery !== null,
    hasPassphrase: recovery !== null,
    newest: good?.startedAt ?? null,
    age: good ? (Date.parse(at) - Date.parse(good.startedAt)) / 1_000 : null,
    outcome: last?.outcome ?? null,
    written: good?.written ?? 0,
    isTooOld: folder !== null && since !== null && since < later(at, -alarmHours * HOUR),
    drilledAt: drill?.startedAt ?? null,
  }
}

/** Since when there should be backups. */
async function firstWanted(db: Db): Promise<Instant | null> {
  const row = await db.selectFrom('setting').select('updatedAt').where('key', '=', 'backup').executeTakeFirst()
  return row?.updatedAt ?? null
}

/** A new key pair under a new passphrase. Backups made before are opened by the passphrase of then; the next one writes every piece anew. */
export async function choosePassphrase(
  { db, secretKey }: { readonly db: Db; readonly secretKey: SecretKey },
  act: Act,
  passphrase: string,
): Promise<string> {
  const recovery = await newRecoveryKey(passphrase, secretKey)
  await db.transaction().execute(async (tx) => {
    await writeSetting(tx, act, 'backup', { ...(await readSetting(tx, 'backup')), recovery })
    await append(tx, act, { type: 'backup.key-made', detail: { key: recovery.id } })
  })
  return recovery.id
}
