import { existsSync, lstatSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { systemAct } from '../../audit/act.ts'
import { type Comparison, compareWithKept, keptCheckpointIn } from '../../audit/kept.ts'
import { append } from '../../audit/trail.ts'
import { verifyLog } from '../../audit/verifying.ts'
import { failpoint } from '../../base/failpoint.ts'
import { newId } from '../../base/id.ts'
import type { Instant } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { KEPT_CHECKPOINT } from '../../config/config.ts'
import { migrate } from '../../db/migrate.ts'
import { type Db, openDb, type Tx } from '../../db/open.ts'
import { emptyWriteAheadLog } from '../../db/write-ahead-log.ts'
import { digestObject } from '../../store/object.ts'
import { flushFolder, PARTIAL } from './folder.ts'
import type { MachinePart } from './making.ts'
import type { OpenedBackup } from './opening.ts'
import { DamagedBackup } from './sealed.ts'
import { type Tell, unpackInto } from './unpacking.ts'

export interface Restored {
  readonly id: string
  readonly madeAt: Instant
  readonly chunks: number
  readonly objects: number
  /** Entries of the audit log as it was restored. */
  readonly entries: number
  /** Messages that had not gone when the backup was made: they wait in the Outbox for somebody to send them. */
  readonly held: number
  readonly migrations: readonly string[]
  readonly settings: MachinePart['settings']
  /** How the log stands to what was kept outside the data folder, where something is. */
  readonly standing: Comparison['standing']
}

export interface RestoreOrder {
  /** Missing or empty. */
  readonly target: string
  /** Where the newest checkpoint is kept; what stands there already stays and is compared. */
  readonly auditCheckpoint: string
  readonly at: Instant
}

/**
 * Restores into a missing or empty folder. Everything is unpacked beside it and compared (each chunk and object by its digest, each table by
 * its count, the whole audit log by its tree), and moved into place by one rename: a crash before that leaves the target as it was. Throws
 * DamagedBackup or a Refusal; then nothing is there either.
 */
export async function restoreBackup(
  opened: OpenedBackup,
  { target, auditCheckpoint, at }: RestoreOrder,
  tell: Tell = () => {},
): Promise<Restored> {
  const place = resolve(target)
  refuseUnlessEmpty(place)
  if (!existsSync(dirname(place))) throw new Refusal('conflict', 'backup.folder-missing', { folder: dirname(place) })
  const aside = join(dirname(place), `${PARTIAL}${basename(place)}-${process.pid}`)
  rmSync(aside, { recursive: true, force: true })
  try {
    const unpacked = unpackInto(opened, aside, tell)
    const isInside = isAbsolute(auditCheckpoint) && !relative(place, auditCheckpoint).startsWith('..')
    const kept = keptCheckpointIn(isInside ? join(aside, KEPT_CHECKPOINT) : auditCheckpoint)
    const db = openDb(unpacked.database)
    let facts: Pick<Restored, 'objects' | 'entries' | 'held' | 'migrations' | 'standing'>
    try {
      facts = await settle(db, opened, unpacked.machine, kept, at, tell)
      await emptyWriteAheadLog(db)
    } finally {
      await db.destroy()
    }
    flushFolder(aside)
    failpoint('restore.before-rename')
    refuseUnlessEmpty(place)
    if (existsSync(place)) rmdirSync(place)
    renameSync(aside, place)
    flushFolder(dirname(place))
    failpoint('restore.after-rename')
    const { id, madeAt } = opened.outer
    return { id, madeAt, chunks: unpacked.chunks, settings: unpacked.machine.settings, ...facts }
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

function refuseUnlessEmpty(place: string): void {
  const found = lstatSync(place, { throwIfNoEntry: false })
  if (found && (!found.isDirectory() || readdirSync(place).length)) throw new Refusal('conflict', 'backup.not-empty', { folder: place })
}

async function settle(
  db: Db,
  { outer }: OpenedBackup,
  machine: MachinePart,
  kept: ReturnType<typeof keptCheckpointIn>,
  at: Instant,
  tell: Tell,
): Promise<Pick<Restored, 'objects' | 'entries' | 'held' | 'migrations' | 'standing'>> {
  const migrations = await migrate(db)
  const objects = await db.selectFrom('object').select('digest').orderBy('digest').execute()
  for (const [position, { digest }] of objects.entries()) {
    await digestObject(db, digest)
    if (position % 100 === 0) tell('checking', position, objects.length)
  }
  const log = await verifyLog(db, null)
  if (log.count) throw new DamagedBackup(`the audit log is not whole: ${log.findings[0]?.kind} at ${log.findings[0]?.at}`)
  // What was kept when the backup was made is older than the tables, so the log goes on from it. What stands outside already is newer or equal,
  // and is never overwritten: where the log is behind it, the start says so.
  if (kept.read() === null && machine.kept) kept.swap(null, machine.kept)
  const { standing } = await compareWithKept(db, kept)
  const held = await db.transaction().execute(async (tx) => {
    const count = await holdMessages(tx, at)
    // The backup itself was under way in the tables that it copied; here nobody carries it on.
    await tx
      .updateTable('backupRun')
      .set({ endedAt: at, seenAt: at, outcome: 'failed', reason: 'backup.cut-off' })
      .where('endedAt', 'is', null)
      .execute()
    await append(tx, systemAct(at), {
      type: 'backup.restored',
      detail: { backup: outer.id, madeAt: outer.madeAt, size: log.size, held: count },
    })
    return count
  })
  return { objects: objects.length, entries: log.size, held, migrations, standing }
}

/** Nobody knows whether they went after the backup was made: none is sent a second time by itself. Codes are of no more use. */
async function holdMessages(tx: Tx, at: Instant): Promise<number> {
  const waiting = await tx
    .selectFrom('message')
    .select(['id', 'kind'])
    .where('status', 'in', ['waiting', 'sending'])
    .where('openedAt', 'is', null)
    .execute()
  for (const { id, kind } of waiting) {
    const status = kind === 'code' ? 'withdrawn' : 'failed'
    await tx.updateTable('message').set({ status }).where('id', '=', id).execute()
    await tx
      .insertInto('messageAttempt')
      .values({ id: newId('att'), messageId: id, at, outcome: 'failed', detail: HELD })
      .execute()
  }
  return waiting.length
}

export const HELD = 'restored from a backup: it may have been sent since the backup was made'
