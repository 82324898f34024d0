import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Digest } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Database } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

/** A picture of a company stamp, as PNG with its background removed. Without a legal entity it may be used for each. */
export type Stamp = Database['stamp']

export interface NewStamp {
  readonly name: string
  readonly legalEntityId: string | null
  readonly objectDigest: Digest
}

/** Those that may be used today, by name. */
export const listStamps = (db: Db): Promise<Stamp[]> =>
  db.selectFrom('stamp').selectAll().where('removedAt', 'is', null).orderBy('name').execute()

/** Those of one legal entity, and those of all. */
export const listStampsOf = (db: Db, legalEntityId: string): Promise<Stamp[]> =>
  db
    .selectFrom('stamp')
    .selectAll()
    .where('removedAt', 'is', null)
    .where((where) => where.or([where('legalEntityId', '=', legalEntityId), where('legalEntityId', 'is', null)]))
    .orderBy('name')
    .execute()

export async function findStamp(db: Db, id: string): Promise<Stamp> {
  const stamp = await db.selectFrom('stamp').selectAll().where('id', '=', id).where('removedAt', 'is', null).executeTakeFirst()
  if (!stamp) throw new Refusal('not_found', 'stamp.unknown')
  return stamp
}

export async function addStamp(tx: Tx, act: Act, { name, legalEntityId, objectDigest }: NewStamp): Promise<Stamp> {
  const stamp: Stamp = { id: newId('stp'), name, legalEntityId, objectDigest, forEveryone: 1, createdAt: act.at, removedAt: null }
  await tx.insertInto('stamp').values(stamp).execute()
  await append(tx, act, { type: 'stamp.added', detail: { id: stamp.id, name, digest: objectDigest } })
  return stamp
}

/** It can no longer be chosen. Where it was used it stays, and so does the picture. */
export async function removeStamp(tx: Tx, act: Act, id: string): Promise<void> {
  const { name } = await findStamp(tx, id)
  await tx.updateTable('stamp').set({ removedAt: act.at }).where('id', '=', id).where('removedAt', 'is', null).execute()
  await append(tx, act, { type: 'stamp.removed', detail: { id, name } })
}
