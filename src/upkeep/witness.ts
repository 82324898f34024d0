import { type Act, systemAct } from '../audit/act.ts'
import { latestCheckpoint } from '../audit/checkpoint.ts'
import { append } from '../audit/trail.ts'
import { HOUR, type Instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { WitnessTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import type { Message, MessageFacts } from '../mail/message.ts'
import { queueMessage } from '../mail/outbox.ts'
import { readSetting, type Settings, writeSetting } from '../setting/setting.ts'
import { appendToWitness } from './witness-file.ts'

export type WitnessKind = WitnessTable['kind']

/** At most so many checkpoints are appended at once; the rest follows with the next. */
const AT_ONCE = 1_000

export async function witnessStates(db: Db): Promise<Partial<Record<WitnessKind, WitnessTable>>> {
  const rows = await db.selectFrom('witness').selectAll().execute()
  return Object.fromEntries(rows.map((row) => [row.kind, row]))
}

/** Another file, and another address, know nothing yet: they are told from the beginning. */
export async function keepWitness(tx: Tx, act: Act, next: Settings['witness']): Promise<void> {
  const before = await readSetting(tx, 'witness')
  for (const kind of ['file', 'email'] as const)
    if (before[kind] !== next[kind]) await tx.deleteFrom('witness').where('kind', '=', kind).execute()
  await writeSetting(tx, act, 'witness', next)
}

/** What keeps a witness from being told; null where nothing does. */
export const witnessFailure = async (db: Db): Promise<WitnessTable | null> =>
  (await db.selectFrom('witness').selectAll().where('failure', 'is not', null).limit(1).executeTakeFirst()) ?? null

/** Whether a file is behind, or a mail is due: told by the round, even where nothing new happened. */
export async function isWitnessDue(db: Db, at: Instant): Promise<boolean> {
  const { file, email, everyHours } = await readSetting(db, 'witness')
  if (!file && !email) return false
  const newest = await latestCheckpoint(db)
  const states = await witnessStates(db)
  return (
    (file !== null && (newest?.size ?? 0) > (states.file?.size ?? 0)) ||
    (email !== null && isMailDue(states.email, newest?.size ?? 0, everyHours, at))
  )
}

/** A mail's own events are news too: the interval keeps one mail from causing the next. */
const isMailDue = (state: WitnessTable | undefined, newest: number, everyHours: number, at: Instant): boolean =>
  newest > (state?.size ?? 0) && (!state?.toldAt || at >= later(state.toldAt, everyHours * HOUR))

/** Tells both witnesses what they do not know yet. What fails is recorded once, told in the console, and tried again with the next checkpoint. */
export async function tellWitnesses(db: Db, at: Instant): Promise<void> {
  const { file, email, everyHours } = await readSetting(db, 'witness')
  if (file) await tellFile(db, systemAct(at), file).catch((error: unknown) => noteFailure(db, at, 'file', error))
  const newest = await latestCheckpoint(db)
  if (!email || !newest || !isMailDue((await witnessStates(db)).email, newest.size, everyHours, at)) return
  await db.transaction().execute((tx) => mail(tx, systemAct(at), email, newest.size))
}

/** Now, whatever was told before; for somebody who sets it up. Throws the refusal that says what fails. */
export async function tryWitnesses(db: Db, act: Act): Promise<void> {
  const { file, email } = await readSetting(db, 'witness')
  const newest = await latestCheckpoint(db)
  if (!newest) throw new Refusal('conflict', 'audit.nothing-signed')
  if (!file && !email) throw new Refusal('conflict', 'witness.none')
  if (file) appendToWitness(file, [newest.note])
  await db.transaction().execute(async (tx) => {
    await append(tx, act, { type: 'audit.witness-tested', detail: { file: file !== null, email: email !== null } })
    if (file) await noteTold(tx, act.at, 'file', newest.size)
    if (email) await mail(tx, act, email, newest.size)
  })
}

async function tellFile(db: Db, act: Act, path: string): Promise<void> {
  const told = (await witnessStates(db)).file?.size ?? 0
  const rows = await db.selectFrom('checkpoint').select(['size', 'note']).where('size', '>', told).orderBy('size').limit(AT_ONCE).execute()
  const last = rows.at(-1)
  if (!last) return
  appendToWitness(
    path,
    rows.map(({ note }) => note),
  )
  await db.transaction().execute((tx) => noteTold(tx, act.at, 'file', last.size))
}

/** By the house's outbox. One that still waits says less than this one, and is not sent any more. */
async function mail(tx: Tx, act: Act, address: string, size: number): Promise<void> {
  const { language } = await readSetting(tx, 'installation')
  await tx.updateTable('message').set({ status: 'withdrawn' }).where('kind', '=', 'checkpoint').where('status', '=', 'waiting').execute()
  await queueMessage(tx, act, { kind: 'checkpoint', channel: 'email', address, language, params: { size } })
  const told = { size, toldAt: act.at }
  await tx
    .insertInto('witness')
    .values({ kind: 'email', failure: null, failedAt: null, ...told })
    .onConflict((conflict) => conflict.column('kind').doUpdateSet(told))
    .execute()
}

async function noteTold(tx: Tx, at: Instant, kind: WitnessKind, size: number): Promise<void> {
  const told = { size, toldAt: at, failure: null, failedAt: null }
  await tx
    .insertInto('witness')
    .values({ kind, ...told })
    .onConflict((conflict) => conflict.column('kind').doUpdateSet(told))
    .execute()
}

async function noteFailure(db: Db, at: Instant, kind: WitnessKind, error: unknown): Promise<void> {
  if (!(error instanceof Refusal)) throw error
  await db.transaction().execute((tx) => failWitness(tx, systemAct(at), kind, String(error.params['detail'] ?? error.reason)))
}

/** The event is written when it begins to fail, not each time that it is tried: otherwise each failure would be news to be told. */
async function failWitness(tx: Tx, act: Act, kind: WitnessKind, failure: string): Promise<void> {
  const before = await tx.selectFrom('witness').select('failure').where('kind', '=', kind).executeTakeFirst()
  await tx
    .insertInto('witness')
    .values({ kind, size: 0, toldAt: null, failure, failedAt: act.at })
    .onConflict((conflict) => conflict.column('kind').doUpdateSet({ failure, failedAt: act.at }))
    .execute()
  if (!before?.failure) await append(tx, act, { type: 'audit.witness-failed', detail: { witness: kind } })
}

/** The mail arrived, or came back for good. */
export async function witnessMailArrived(tx: Tx): Promise<void> {
  await tx.updateTable('witness').set({ failure: null, failedAt: null }).where('kind', '=', 'email').execute()
}
export async function witnessMailFailed(tx: Tx, act: Act, { id }: Message): Promise<void> {
  const last = await tx
    .selectFrom('messageAttempt')
    .select('detail')
    .where('messageId', '=', id)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  await failWitness(tx, act, 'email', last?.detail || '?')
}

/** What the mail says; null where the checkpoint is no longer there. */
export async function witnessFacts(db: Db, message: Message): Promise<Pick<MessageFacts, 'record'> | null> {
  const size = Number(message.params['size'])
  const row = await db.selectFrom('checkpoint').select('note').where('size', '=', size).executeTakeFirst()
  return row ? { record: row.note } : null
}
