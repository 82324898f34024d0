import { sql } from 'kysely'
import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Digest } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Database, UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

/**
 * A picture of a company stamp, as PNG with its background removed. Without a legal entity it may be used for each. Whoever uses one has the right to
 * stamp for the company; of these everybody, or those whom its grants name.
 */
export type Stamp = Database['stamp']

export interface NewStamp {
  readonly name: string
  readonly legalEntityId: string | null
  readonly objectDigest: Digest
}

/** Those that may be used today, by name. */
export const listStamps = (db: Db): Promise<Stamp[]> =>
  db.selectFrom('stamp').selectAll().where('removedAt', 'is', null).orderBy('name').execute()

export interface StampGrant {
  readonly kind: 'user' | 'department' | 'group'
  readonly subjectId: string
}

/** Whom the right to stamp is asked of elsewhere. */
type Stamper = Pick<UserRow, 'id' | 'departmentId'>

/** Those of one legal entity, and those of all, that this person may use where they may stamp at all. */
export const listStampsFor = (db: Db, legalEntityId: string, stamper: Stamper): Promise<Stamp[]> =>
  db
    .selectFrom('stamp')
    .selectAll()
    .where('removedAt', 'is', null)
    .where((where) => where.or([where('legalEntityId', '=', legalEntityId), where('legalEntityId', 'is', null)]))
    .where(grantedTo(stamper))
    .orderBy('name')
    .execute()

export const mayUseStamp = async (db: Db, id: string, stamper: Stamper): Promise<boolean> =>
  (await db
    .selectFrom('stamp')
    .select('id')
    .where('id', '=', id)
    .where('removedAt', 'is', null)
    .where(grantedTo(stamper))
    .executeTakeFirst()) !== undefined

/** A department's grant is for its people and for those of the departments below it. */
const grantedTo = ({ id, departmentId }: Stamper) => sql<boolean>`(stamp.for_everyone = 1 or exists (
  select 1 from stamp_grant where stamp_grant.stamp_id = stamp.id and (
    (stamp_grant.kind = 'user' and stamp_grant.subject_id = ${id})
    or (stamp_grant.kind = 'group' and stamp_grant.subject_id in (select group_id from user_group_member where user_id = ${id}))
    or (stamp_grant.kind = 'department' and stamp_grant.subject_id in (
      with recursive up(id, parent_id) as (
        select id, parent_id from department where id = ${departmentId}
        union select department.id, department.parent_id from department join up on department.id = up.parent_id
      ) select id from up)))))`

export const grantsOf = (db: Db, stampId: string): Promise<StampGrant[]> =>
  db.selectFrom('stampGrant').select(['kind', 'subjectId']).where('stampId', '=', stampId).orderBy('kind').orderBy('subjectId').execute()

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

export interface StampChange {
  readonly name: string
  readonly legalEntityId: string | null
  /** Null: the picture stays. Marks that were made with it keep what they bear. */
  readonly objectDigest: Digest | null
  /** Null: everybody with the right to stamp. */
  readonly grants: readonly StampGrant[] | null
}

export async function changeStamp(tx: Tx, act: Act, id: string, { name, legalEntityId, objectDigest, grants }: StampChange): Promise<void> {
  const before = await findStamp(tx, id)
  await refuseUnknown(tx, grants ?? [])
  await tx
    .updateTable('stamp')
    .set({ name, legalEntityId, objectDigest: objectDigest ?? before.objectDigest, forEveryone: grants ? 0 : 1 })
    .where('id', '=', id)
    .execute()
  await tx.deleteFrom('stampGrant').where('stampId', '=', id).execute()
  if (grants?.length)
    await tx
      .insertInto('stampGrant')
      .values(grants.map((grant) => ({ ...grant, stampId: id })))
      .execute()
  await append(tx, act, {
    type: 'stamp.changed',
    detail: { id, name, digest: objectDigest ?? before.objectDigest, everyone: grants === null, grants: grants?.length ?? 0 },
  })
}

/** Everybody whom a grant can name. */
async function refuseUnknown(db: Db, grants: readonly StampGrant[]): Promise<void> {
  for (const { kind, subjectId } of grants) {
    const table = ({ user: 'user', department: 'department', group: 'userGroup' } as const)[kind]
    if (!(await db.selectFrom(table).select('id').where('id', '=', subjectId).executeTakeFirst()))
      throw new Refusal('invalid', 'stamp.holder-unknown')
  }
}

/** It can no longer be chosen. Where it was used it stays, and so does the picture. */
export async function removeStamp(tx: Tx, act: Act, id: string): Promise<void> {
  const { name } = await findStamp(tx, id)
  await tx.updateTable('stamp').set({ removedAt: act.at }).where('id', '=', id).where('removedAt', 'is', null).execute()
  await append(tx, act, { type: 'stamp.removed', detail: { id, name } })
}
