import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Reader } from '../access/reach.ts'
import { mayWith } from '../envelope/envelope.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { LegalHoldRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { refreshInVault } from '../envelope/filing.ts'
import { findVaultEntry } from './register.ts'

export interface Hold extends LegalHoldRow {
  readonly setByName: string
}

/** The hold that stands, or null. */
export async function standingHold(db: Db, envelopeId: string): Promise<Hold | null> {
  const row = await db
    .selectFrom('legalHold')
    .leftJoin('user', 'user.id', 'legalHold.setBy')
    .selectAll('legalHold')
    .select(['user.firstName', 'user.lastName'])
    .where('envelopeId', '=', envelopeId)
    .where('liftedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  const { firstName, lastName, ...hold } = row
  return { ...hold, setByName: `${firstName ?? ''} ${lastName ?? ''}`.trim() }
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

export async function liftHold(db: Db, act: UserAct, user: Reader, envelopeId: string, reason: string): Promise<void> {
  await refuseUnlessRight(db, user, envelopeId)
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('legalHold')
      .set({ liftedAt: act.at, liftedBy: user.id, liftReason: reasonOf(reason) })
      .where('envelopeId', '=', envelopeId)
      .where('liftedAt', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'hold.none')
    await refreshInVault(tx, envelopeId)
    await append(tx, act, { type: 'envelope.hold-lifted', envelopeId, clear: { reason: reasonOf(reason) } })
  })
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
