import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { withdrawAll } from './assigning.ts'
import type { Reader } from './reach.ts'
import { fullName } from './roles.ts'
import { changingRights } from './standing.ts'
import { findUser } from './users.ts'

/** People of any department who are given roles together. */
export interface Group {
  readonly id: string
  readonly name: string
}

export async function listGroups(db: Db): Promise<(Group & { readonly people: number })[]> {
  const groups = await db.selectFrom('userGroup').select(['id', 'name']).orderBy('name').orderBy('id').execute()
  const counts = await db
    .selectFrom('userGroupMember')
    .innerJoin('user', 'user.id', 'userGroupMember.userId')
    .select(['groupId', (select) => select.fn.countAll<number>().as('count')])
    .where('user.disabledAt', 'is', null)
    .groupBy('groupId')
    .execute()
  return groups.map((group) => ({ ...group, people: Number(counts.find(({ groupId }) => groupId === group.id)?.count ?? 0) }))
}

export async function findGroup(db: Db, id: string): Promise<Group> {
  const group = await db.selectFrom('userGroup').select(['id', 'name']).where('id', '=', id).executeTakeFirst()
  if (!group) throw new Refusal('not_found', 'group.unknown')
  return group
}

export const membersOf = async (db: Db, groupId: string): Promise<ReadonlySet<string>> =>
  new Set((await db.selectFrom('userGroupMember').select('userId').where('groupId', '=', groupId).execute()).map(({ userId }) => userId))

export const groupsOf = async (db: Db, userId: string): Promise<ReadonlySet<string>> =>
  new Set((await db.selectFrom('userGroupMember').select('groupId').where('userId', '=', userId).execute()).map(({ groupId }) => groupId))

export function addGroup(db: Db, act: Act, name: string): Promise<Group> {
  return db.transaction().execute(async (tx) => {
    const group = { id: newId('grp'), name }
    await refuseUnfit(tx, group)
    await tx
      .insertInto('userGroup')
      .values({ ...group, createdAt: act.at })
      .execute()
    await append(tx, act, { type: 'group.added', ...told(group) })
    return group
  })
}

export function renameGroup(db: Db, act: Act, id: string, name: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const before = await findGroup(tx, id)
    if (before.name === name) return
    await refuseUnfit(tx, { id, name })
    await tx.updateTable('userGroup').set({ name }).where('id', '=', id).execute()
    await append(tx, act, { type: 'group.changed', ...told({ id, name }) })
  })
}

/** Its members lose the roles that they had by it. */
export function removeGroup(db: Db, act: Act, reader: Reader, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const group = await findGroup(tx, id)
    await changingRights(tx, reader, async () => {
      await withdrawAll(tx, act, { kind: 'group', id }, group.name)
      await tx.deleteFrom('userGroupMember').where('groupId', '=', id).execute()
      await tx.deleteFrom('userGroup').where('id', '=', id).execute()
      await append(tx, act, { type: 'group.removed', ...told(group) })
    })
  })
}

export function joinGroup(db: Db, act: Act, reader: Reader, groupId: string, userId: string): Promise<void> {
  return db.transaction().execute((tx) => changingRights(tx, reader, () => join(tx, act, groupId, userId)))
}

export function leaveGroup(db: Db, act: Act, reader: Reader, groupId: string, userId: string): Promise<void> {
  return db.transaction().execute((tx) => changingRights(tx, reader, () => leave(tx, act, groupId, userId)))
}

/** From now on the person is in exactly these. For a change of rights around it: see `changingRights`. */
export async function putIntoGroups(tx: Tx, act: Act, userId: string, groupIds: readonly string[]): Promise<void> {
  const before = await groupsOf(tx, userId)
  for (const id of groupIds) if (!before.has(id)) await join(tx, act, id, userId)
  for (const id of before) if (!groupIds.includes(id)) await leave(tx, act, id, userId)
}

async function join(tx: Tx, act: Act, groupId: string, userId: string): Promise<void> {
  const group = await findGroup(tx, groupId)
  const user = await findUser(tx, userId)
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('userGroupMember')
    .values({ groupId, userId })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 1n) await append(tx, act, { type: 'group.joined', ...told(group, user) })
}

async function leave(tx: Tx, act: Act, groupId: string, userId: string): Promise<void> {
  const group = await findGroup(tx, groupId)
  const user = await findUser(tx, userId)
  const { numDeletedRows } = await tx
    .deleteFrom('userGroupMember')
    .where('groupId', '=', groupId)
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 1n) await append(tx, act, { type: 'group.left', ...told(group, user) })
}

async function refuseUnfit(tx: Tx, { id, name }: Group): Promise<void> {
  if (!name) throw new Refusal('invalid', 'group.name-missing')
  const others = await tx.selectFrom('userGroup').select('name').where('id', '!=', id).execute()
  if (others.some((other) => other.name.toLowerCase() === name.toLowerCase())) throw new Refusal('conflict', 'group.name-taken')
}

const told = ({ id, name }: Group, user?: { readonly id: string; readonly firstName: string; readonly lastName: string }) => ({
  detail: { group: id, ...(user ? { user: user.id } : {}) },
  clear: { group: name, ...(user ? { name: fullName(user) } : {}) },
})
