import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Reader } from '../access/reach.ts'
import { mayWith } from '../envelope/envelope.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { LegalHoldRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { refreshInVault } from '../envelope/filing.ts'
import { findVaultEntry } from './register.ts'

export interface Hold extends LegalHoldRow {
  readonly setByName: string
  /** Empty where nobody has asked that it be lifted. */
  readonly liftAskedByName: string
}

/** The hold that stands, or null. */
export async function standingHold(db: Db, envelopeId: string): Promise<Hold | null> {
  const row = await db
    .selectFrom('legalHold')
    .leftJoin('user', 'user.id', 'legalHold.setBy')
    .selectAll('legalHold')
    .leftJoin('user as asker', 'asker.id', 'legalHold.liftAskedBy')
    .select(['user.firstName', 'user.lastName', 'asker.firstName as askerFirst', 'asker.lastName as askerLast'])
    .where('envelopeId', '=', envelopeId)
    .where('liftedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  const { firstName, lastName, askerFirst, askerLast, ...hold } = row
  return {
    ...hold,
    setByName: `${firstName ?? ''} ${lastName ?? ''}`.trim(),
    liftAskedByName: `${askerFirst ?? ''} ${askerLast ?? ''}`.trim(),
  }
}

/** Whoever may annul a finished document may keep it from being erased, and let it go again. */
export const mayHold = (db: Db, reader: Reader, envelopeId: string): Promise<boolean> => mayWith(db, reader, envelopeId, 'annul')

/** From now on nothing about this envelope is erased. */
export async function placeHold(db: Db, act: UserAct, user: Reader, envelopeId: string, reason: string): Promise<void> {
  await refuseUnlessRight(db, user, envelopeId)
  await db.transaction().execute(async (tx) => {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('legalHold')
      .values({
        id: newId('hold'),
        envelopeId,
        reason: reasonOf(reason),
        setAt: act.at,
        setBy: user.id,
        liftedAt: null,
        liftedBy: null,
        liftReason: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows !== 1n) throw new Refusal('conflict', 'hold.stands')
    await refreshInVault(tx, envelopeId)
    await append(tx, act, { type: 'envelope.held', envelopeId, clear: { reason: reasonOf(reason) } })
  })
}

/** The first step of lifting it: one asks, with a reason, and nothing changes until another decides. */
export async function askToLift(db: Db, act: UserAct, user: Reader, envelopeId: string, reason: string): Promise<void> {
  await refuseUnlessRight(db, user, envelopeId)
  await db.transaction().execute(async (tx) => {
    const hold = await openHold(tx, envelopeId)
    if (hold.liftAskedAt) throw new Refusal('conflict', 'hold.lift-asked')
    await tx
      .updateTable('legalHold')
      .set({ liftAskedAt: act.at, liftAskedBy: user.id, liftAskedReason: reasonOf(reason) })
      .where('id', '=', hold.id)
      .execute()
    await append(tx, act, { type: 'envelope.hold-lift-asked', envelopeId, clear: { reason: reasonOf(reason) } })
  })
}

/** The second step: another person lifts it, or says no, and then it stands as before. Who asked may only take it back. */
export async function decideLift(db: Db, act: UserAct, user: Reader, envelopeId: string, isLifted: boolean, reason: string): Promise<void> {
  await refuseUnlessRight(db, user, envelopeId)
  await db.transaction().execute(async (tx) => {
    const hold = await openHold(tx, envelopeId)
    if (!hold.liftAskedAt) throw new Refusal('conflict', 'hold.lift-not-asked')
    if (isLifted && hold.liftAskedBy === user.id) throw new Refusal('forbidden', 'hold.second-person')
    const text = reasonOf(reason)
    await tx
      .updateTable('legalHold')
      .set(
        isLifted
          ? { liftedAt: act.at, liftedBy: user.id, liftReason: text }
          : { liftAskedAt: null, liftAskedBy: null, liftAskedReason: null },
      )
      .where('id', '=', hold.id)
      .execute()
    await refreshInVault(tx, envelopeId)
    await append(tx, act, { type: isLifted ? 'envelope.hold-lifted' : 'envelope.hold-lift-refused', envelopeId, clear: { reason: text } })
  })
}

async function openHold(tx: Tx, envelopeId: string): Promise<LegalHoldRow> {
  const hold = await tx
    .selectFrom('legalHold')
    .selectAll()
    .where('envelopeId', '=', envelopeId)
    .where('liftedAt', 'is', null)
    .executeTakeFirst()
  if (!hold) throw new Refusal('conflict', 'hold.none')
  return hold
}

/** The first of these envelopes under hold, with its title. */
export async function heldAmong(db: Db, envelopes: readonly string[]): Promise<{ title: string; reason: string } | null> {
  for (let at = 0; at < envelopes.length; at += 500) {
    const row = await db
      .selectFrom('legalHold')
      .innerJoin('envelope', 'envelope.id', 'legalHold.envelopeId')
      .select(['envelope.title', 'legalHold.reason'])
      .where('legalHold.liftedAt', 'is', null)
      .where('legalHold.envelopeId', 'in', envelopes.slice(at, at + 500))
      .orderBy('legalHold.setAt')
      .limit(1)
      .executeTakeFirst()
    if (row) return row
  }
  return null
}

async function refuseUnlessRight(db: Db, user: Reader, envelopeId: string): Promise<void> {
  await findVaultEntry(db, user, envelopeId)
  if (!(await mayHold(db, user, envelopeId))) throw new Refusal('forbidden', 'access.forbidden')
}

function reasonOf(text: string): string {
  const reason = text.trim().slice(0, 1_000)
  if (!reason) throw new Refusal('invalid', 'envelope.reason-missing')
  return reason
}
