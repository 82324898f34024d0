import { systemAct } from '../audit/act.ts'
import type { EventType } from '../audit/event.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Clock } from '../base/instant.ts'
import type { BoardCardRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { DESIGNS, type Envelope } from '../envelope/envelope.ts'
import { enterStage, nextChange } from './entering.ts'
import { type Entry, FOLLOWED, type Happened, happenedIn } from './happenings.ts'
import { orderRules } from './rule-runs.ts'
import { listTriggers, type Trigger } from './triggers.ts'

/** Entries that are looked at in one go. */
const BATCH = 200

interface Tools {
  readonly db: Db
  readonly clock: Clock
}

/**
 * Moves the cards by what was written in the trail since the last time. Each entry is one transaction with the cursor, compared and set: a
 * crash at any line, and a second follower, do each entry once. Answers whether anything was done.
 */
export async function followTrail({ db, clock }: Tools): Promise<boolean> {
  const { seq: from } = await db.selectFrom('boardState').select('seq').executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('auditLeaf')
    .select(['seq', 'type', 'envelopeId', 'entry'])
    .where('seq', '>', from)
    .orderBy('seq')
    .limit(BATCH)
    .execute()
  const last = rows.at(-1)
  if (!last) return false
  let at = from
  for (const row of rows) {
    if (row.envelopeId === null || !FOLLOWED.includes(row.type as EventType)) continue
    const { detail } = JSON.parse(row.entry) as { detail?: { recipient?: string } }
    const entry: Entry = {
      seq: row.seq,
      type: row.type as EventType,
      envelopeId: row.envelopeId,
      recipientId: detail?.recipient ?? null,
    }
    if (!(await followOne({ db, clock }, at, entry))) return true
    at = row.seq
  }
  if (at !== last.seq) await db.transaction().execute((tx) => moveCursor(tx, at, last.seq))
  return true
}

/** False: somebody else has followed this entry meanwhile. */
async function followOne({ db, clock }: Tools, from: number, entry: Entry): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    if (!(await moveCursor(tx, from, entry.seq))) return false
    failpoint('board.between')
    const envelope = await tx.selectFrom('envelope').selectAll().where('id', '=', entry.envelopeId).executeTakeFirst()
    // A draft that was discarded since has no card, nor has what a template is made of.
    if (envelope && !DESIGNS.includes(envelope.status)) await carryOut(tx, clock, envelope, entry)
    failpoint('board.before-commit')
    return true
  })
}

async function moveCursor(tx: Tx, from: number, to: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('boardState').set({ seq: to }).where('seq', '=', from).executeTakeFirst()
  return numUpdatedRows === 1n
}

async function carryOut(tx: Tx, clock: Clock, envelope: Envelope, entry: Entry): Promise<void> {
  const act = systemAct(clock())
  const triggers = await listTriggers(tx)
  const happened = await happenedIn(tx, envelope, entry)
  const found = await tx.selectFrom('boardCard').selectAll().where('envelopeId', '=', envelope.id).executeTakeFirst()
  let card: BoardCardRow = found ?? (await newCard(tx, act.at, envelope, triggers))
  for (const one of happened) {
    const trigger = triggers.find((each) => isSetOff(each, one))
    if (!trigger || trigger.stageId === card.stageId) continue
    const { toStage, toEntry, at } = await enterStage(tx, act, card, trigger.stageId, { kind: 'trigger', id: trigger.id, chain: [] })
    card = { ...card, stageId: toStage, entry: toEntry, entries: toEntry, enteredAt: at }
  }
}

/** A card begins where a draft begins; its rules are those of that stage. */
async function newCard(tx: Tx, at: BoardCardRow['enteredAt'], { id }: Envelope, triggers: readonly Trigger[]): Promise<BoardCardRow> {
  const stageId = triggers.find(({ event }) => event === 'drafted')?.stageId ?? 'stg_draft'
  const card: BoardCardRow = { envelopeId: id, stageId, entry: 1, entries: 1, enteredAt: at, change: await nextChange(tx) }
  await tx.insertInto('boardCard').values(card).execute()
  await orderRules(tx, at, card, [stageId])
  return card
}

const same = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase()

const isSetOff = ({ event, label, value }: Trigger, happened: Happened): boolean =>
  event === happened.event &&
  (event !== 'field' || (happened.fields ?? []).some((field) => same(field.label, label) && (value === '' || same(field.value, value))))
