import { type Act, systemAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Digest } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { type Clock, DAY, HOUR, type Instant, later } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { VaultSweepRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { DamagedObject, digestObject } from '../store/object.ts'
import { checkDocument, checkRegister } from './sweep-documents.ts'
import { noteFault, noteInOrder } from './faults.ts'

/** The job: one slice of a sweep, by its row. */
export const SWEEP = 'vault.sweep'

export interface SweepTools {
  readonly db: Db
  readonly config: Config
  readonly clock: Clock
}

/** In so many nights everything is looked at once. */
export const NIGHTS = 14
/** A small vault is looked at whole each night. */
const LEAST_BYTES = 2_000_000_000
const LEAST_DOCUMENTS = 2_000
/** A slice ends long before the lease of its job does. */
const SLICE = 45_000
const OBJECTS_AT_ONCE = 50
const DOCUMENTS_AT_ONCE = 20

/** Between one and five o'clock at night, or at once where the last one is long ago; one at a time. */
export async function orderSweep(db: Db, at: Instant, hour: number): Promise<void> {
  const last = await db.selectFrom('vaultSweep').selectAll().orderBy('startedAt', 'desc').limit(1).executeTakeFirst()
  const since = last ? Date.parse(at) - Date.parse(last.startedAt) : Infinity
  const isNight = hour >= 1 && hour < 5
  if (last && !last.endedAt) return goOn(db, at, last)
  if (since > 36 * HOUR || (isNight && since > 20 * HOUR)) await startSweep(db, systemAct(at), false)
}

/** `isWhole`: everything, because somebody asks. */
export async function startSweep(db: Db, act: Act, isWhole: boolean): Promise<string> {
  return db.transaction().execute(async (tx) => {
    const running = await tx.selectFrom('vaultSweep').selectAll().where('endedAt', 'is', null).executeTakeFirst()
    if (running && running.isWhole >= (isWhole ? 1 : 0)) return running.id
    if (running) await tx.updateTable('vaultSweep').set({ endedAt: act.at }).where('id', '=', running.id).execute()
    const last = await tx.selectFrom('vaultSweep').selectAll().orderBy('startedAt', 'desc').limit(1).executeTakeFirst()
    const id = newId('swp')
    await tx
      .insertInto('vaultSweep')
      .values({
        id,
        startedAt: act.at,
        endedAt: null,
        objects: 0,
        bytes: 0,
        documents: 0,
        faults: 0,
        // A night goes on where the last one ended.
        afterObject: isWhole ? '' : (last?.afterObject ?? ''),
        afterDocument: isWhole ? '' : (last?.afterDocument ?? ''),
        isWhole: isWhole ? 1 : 0,
      })
      .execute()
    await enqueue(tx, act.at, { kind: SWEEP, payload: { sweep: id }, key: `${SWEEP} ${id} 0` })
    return id
  })
}

/** A job that was lost with its row is ordered again. */
async function goOn(db: Db, at: Instant, sweep: VaultSweepRow): Promise<void> {
  const waiting = await db
    .selectFrom('job')
    .select('id')
    .where('kind', '=', SWEEP)
    .where('doneAt', 'is', null)
    .where('failedAt', 'is', null)
    .executeTakeFirst()
  if (!waiting)
    await db
      .transaction()
      .execute((tx) => enqueue(tx, at, { kind: SWEEP, payload: { sweep: sweep.id }, key: `${SWEEP} ${sweep.id} again ${at}` }))
}

/** The job: looks for a while, writes down how far it came, and orders the next slice; a crash repeats one slice. */
export async function sweepSlice(tools: SweepTools, id: string): Promise<void> {
  const { db, clock } = tools
  const sweep = await db.selectFrom('vaultSweep').selectAll().where('id', '=', id).executeTakeFirst()
  if (!sweep || sweep.endedAt) return
  const state = await look(tools, sweep, performance.now() + SLICE)
  await db.transaction().execute(async (tx) => {
    const act = systemAct(clock())
    const { objects, bytes, documents, faults, afterObject, afterDocument, isDone } = state
    await tx
      .updateTable('vaultSweep')
      .set({ objects, bytes, documents, faults, afterObject, afterDocument, endedAt: isDone ? act.at : null })
      .where('id', '=', id)
      .execute()
    if (isDone) await append(tx, act, { type: 'vault.swept', detail: { objects, bytes, documents, faults } })
    else await enqueue(tx, act.at, { kind: SWEEP, payload: { sweep: id }, key: `${SWEEP} ${id} ${objects} ${documents}` })
  })
}

/** All of it in one go, for the command line. */
export async function sweepEverything(tools: SweepTools): Promise<VaultSweepRow> {
  const { db, clock } = tools
  const id = await startSweep(db, systemAct(clock()), true)
  for (;;) {
    await sweepSlice(tools, id)
    const sweep = await db.selectFrom('vaultSweep').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    if (sweep.endedAt) return sweep
  }
}

interface State extends Pick<VaultSweepRow, 'objects' | 'bytes' | 'documents' | 'faults' | 'afterObject' | 'afterDocument'> {
  readonly isDone: boolean
}

async function look(tools: SweepTools, sweep: VaultSweepRow, until: number): Promise<State> {
  const { db, clock } = tools
  const share = await shareOf(db, sweep)
  let { objects, bytes, documents, faults, afterObject, afterDocument } = sweep
  const now = (isDone: boolean): State => ({ objects, bytes, documents, faults, afterObject, afterDocument, isDone })
  while (objects < share.objects && bytes < share.bytes) {
    if (performance.now() > until) return now(false)
    const some = await db
      .selectFrom('object')
      .select(['digest', 'size'])
      .where('digest', '>', afterObject as Digest)
      .orderBy('digest')
      .limit(OBJECTS_AT_ONCE)
      .execute()
    for (const { digest, size } of some) {
      faults += await checkObject(db, systemAct(clock()), digest)
      afterObject = digest
      objects++
      bytes += size
      if (performance.now() > until) return now(false)
    }
    if (some.length < OBJECTS_AT_ONCE) {
      // The next night begins at the beginning.
      afterObject = ''
      objects = Math.max(objects, share.objects)
      if (sweep.isWhole || objects >= share.objects) break
    }
  }
  while (documents < share.documents) {
    if (performance.now() > until) return now(false)
    const some = await db
      .selectFrom('document')
      .innerJoin('envelope', 'envelope.id', 'document.envelopeId')
      .selectAll('document')
      .where('envelope.status', '=', 'completed')
      .where('document.id', '>', afterDocument)
      .orderBy('document.id')
      .limit(DOCUMENTS_AT_ONCE)
      .execute()
    for (const document of some) {
      const act = systemAct(clock())
      faults += await checkDocument(tools, act, document)
      faults += await checkRegister(db, act, document.envelopeId)
      afterDocument = document.id
      documents++
      if (performance.now() > until) return now(false)
    }
    if (some.length < DOCUMENTS_AT_ONCE) {
      afterDocument = ''
      break
    }
  }
  return now(true)
}

/** What one night looks at: all of a small vault, a part of a large one. */
async function shareOf(db: Db, { isWhole }: Pick<VaultSweepRow, 'isWhole'>) {
  const whole = await db
    .selectFrom('object')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.sum<number>('size').as('bytes')])
    .executeTakeFirstOrThrow()
  const { count } = await db
    .selectFrom('document')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (isWhole) return { objects: Number(whole.count), bytes: Infinity, documents: Infinity }
  return {
    objects: Number(whole.count),
    bytes: Math.max(LEAST_BYTES, Number(whole.bytes ?? 0) / NIGHTS),
    documents: Math.max(LEAST_DOCUMENTS, Number(count) / NIGHTS),
  }
}

/** Answers how many faults are new. */
async function checkObject(db: Db, act: Act, digest: Digest): Promise<number> {
  try {
    await digestObject(db, digest)
  } catch (error) {
    if (!(error instanceof DamagedObject)) throw error
    const named = await db
      .selectFrom('revision')
      .innerJoin('document', 'document.id', 'revision.documentId')
      .select(['document.id', 'document.envelopeId'])
      .where('revision.objectDigest', '=', digest)
      .executeTakeFirst()
    const source =
      named ??
      (await db
        .selectFrom('document')
        .select(['id', 'envelopeId'])
        .where((where) => where.or([where('originalDigest', '=', digest), where('sourceDigest', '=', digest)]))
        .executeTakeFirst())
    const finding = { kind: 'bytes' as const, subject: digest, detail: error.message }
    return Number(await noteFault(db, act, { ...finding, envelopeId: source?.envelopeId ?? null, documentId: source?.id ?? null }))
  }
  await noteInOrder(db, act, 'bytes', digest)
  return 0
}

/** The newest first. */
export const listSweeps = (db: Db, most = 30): Promise<VaultSweepRow[]> =>
  db.selectFrom('vaultSweep').selectAll().orderBy('startedAt', 'desc').limit(most).execute()

/** For doctor: when a sweep last came to its end. */
export async function lastSweep(db: Db, at: Instant): Promise<{ endedAt: Instant | null; isLate: boolean }> {
  const last = await db
    .selectFrom('vaultSweep')
    .select('endedAt')
    .where('endedAt', 'is not', null)
    .orderBy('endedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  const some = await db
    .selectFrom('vaultEntry')
    .select('seq')
    .where('completedAt', '<', later(at, -3 * DAY))
    .limit(1)
    .executeTakeFirst()
  return { endedAt: last?.endedAt ?? null, isLate: some !== undefined && (!last?.endedAt || last.endedAt < later(at, -3 * DAY)) }
}
