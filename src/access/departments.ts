import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { DepartmentRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { withdrawAll } from './assigning.ts'
import type { Reader } from './reach.ts'
import { changingRights } from './standing.ts'
import { findUser } from './users.ts'

export type Department = DepartmentRow

export interface DepartmentDetails {
  readonly name: string
  /** Null: at the top. */
  readonly parentId: string | null
  readonly supervisorId: string | null
}

/** One line of the tree, each below its parent, those of one parent by name. */
export interface DepartmentLine extends Department {
  readonly depth: number
  readonly people: number
}

export async function departmentTree(db: Db): Promise<DepartmentLine[]> {
  const departments = await db.selectFrom('department').selectAll().orderBy('name').orderBy('id').execute()
  const counts = await db
    .selectFrom('user')
    .select(['departmentId', (select) => select.fn.countAll<number>().as('count')])
    .where('disabledAt', 'is', null)
    .groupBy('departmentId')
    .execute()
  const below = (parentId: string | null, depth: number): DepartmentLine[] =>
    departments
      .filter((one) => one.parentId === parentId)
      .flatMap((one) => [
        { ...one, depth, people: Number(counts.find(({ departmentId }) => departmentId === one.id)?.count ?? 0) },
        ...below(one.id, depth + 1),
      ])
  return below(null, 0)
}

export async function findDepartment(db: Db, id: string): Promise<Department> {
  const department = await db.selectFrom('department').selectAll().where('id', '=', id).executeTakeFirst()
  if (!department) throw new Refusal('not_found', 'department.unknown')
  return department
}

/** Only whoever edits permissions names a supervisor: rules tell them of what others send. */
export function addDepartment(db: Db, act: Act, reader: Reader, details: DepartmentDetails): Promise<Department> {
  return db.transaction().execute(async (tx) => {
    const row: Department = { id: newId('dep'), ...details, createdAt: act.at }
    refuseNaming(reader, null, row.supervisorId)
    await refuseUnfit(tx, row)
    await tx.insertInto('department').values(row).execute()
    await append(tx, act, { type: 'department.added', ...told(row) })
    return row
  })
}

export function changeDepartment(db: Db, act: Act, reader: Reader, id: string, details: DepartmentDetails): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const before = await findDepartment(tx, id)
    const after = { ...before, ...details }
    refuseNaming(reader, before.supervisorId, after.supervisorId)
    await refuseUnfit(tx, after)
    const { name, parentId, supervisorId } = after
    await changingRights(tx, reader, () =>
      tx.updateTable('department').set({ name, parentId, supervisorId }).where('id', '=', id).execute(),
    )
    if (before.name !== name || before.supervisorId !== supervisorId) await append(tx, act, { type: 'department.changed', ...told(after) })
    if (before.parentId !== parentId) await append(tx, act, { type: 'department.moved', ...told(after) })
  })
}

/** Only an empty one goes by itself. `moveTo` says where its people and departments go; null: to the top, and into no department. */
export function removeDepartment(db: Db, act: Act, reader: Reader, id: string, moveTo?: string | null): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const department = await findDepartment(tx, id)
    const people = await tx.selectFrom('user').select('id').where('departmentId', '=', id).execute()
    const children = await tx.selectFrom('department').selectAll().where('parentId', '=', id).execute()
    if (moveTo === undefined && (people.length || children.length)) throw new Refusal('conflict', 'department.not-empty')
    await changingRights(tx, reader, async () => {
      await withdrawAll(tx, act, { kind: 'department', id }, department.name)
      for (const child of children) {
        const moved = { ...child, parentId: moveTo ?? null }
        await refuseUnfit(tx, moved)
        await tx.updateTable('department').set({ parentId: moved.parentId }).where('id', '=', child.id).execute()
        await append(tx, act, { type: 'department.moved', ...told(moved) })
      }
      if (moveTo && (await pathOf(tx, moveTo)).includes(id)) throw new Refusal('invalid', 'department.inside-itself')
      for (const person of people) await moveUser(tx, act, person.id, moveTo ?? null)
      await tx.deleteFrom('department').where('id', '=', id).execute()
      await append(tx, act, { type: 'department.removed', ...told(department) })
    })
  })
}

/** Into a department, or out of every one. */
export function placeUser(db: Db, act: Act, reader: Reader, userId: string, departmentId: string | null): Promise<void> {
  return db.transaction().execute((tx) => changingRights(tx, reader, () => moveUser(tx, act, userId, departmentId)))
}

/** For a change of rights around it: see `changingRights`. */
export async function moveUser(tx: Tx, act: Act, userId: string, departmentId: string | null): Promise<void> {
  const user = await findUser(tx, userId)
  if (user.departmentId === departmentId) return
  const to = departmentId === null ? null : await findDepartment(tx, departmentId)
  const from = user.departmentId === null ? null : await findDepartment(tx, user.departmentId)
  await tx.updateTable('user').set({ departmentId }).where('id', '=', userId).execute()
  const name = `${user.firstName} ${user.lastName}`.trim()
  const event = (department: Department) => ({
    detail: { user: userId, department: department.id },
    clear: { name, department: department.name },
  })
  if (to) await append(tx, act, { type: 'department.joined', ...event(to) })
  else if (from) await append(tx, act, { type: 'department.left', ...event(from) })
}

function refuseNaming(reader: Reader, before: string | null, after: string | null): void {
  if (before !== after && !reader.permissions.permissions.edit) throw new Refusal('forbidden', 'department.names-supervisor')
}

async function refuseUnfit(tx: Tx, { id, name, parentId, supervisorId }: Department): Promise<void> {
  if (!name) throw new Refusal('invalid', 'department.name-missing')
  if (parentId !== null && (await pathOf(tx, parentId)).includes(id)) throw new Refusal('invalid', 'department.inside-itself')
  if (supervisorId !== null) await findUser(tx, supervisorId)
  const beside = await tx
    .selectFrom('department')
    .select('name')
    .where('id', '!=', id)
    .where('parentId', parentId === null ? 'is' : '=', parentId)
    .execute()
  if (beside.some((other) => other.name.toLowerCase() === name.toLowerCase())) throw new Refusal('conflict', 'department.name-taken')
}

/** The department and those above it, nearest first. */
async function pathOf(db: Db, id: string): Promise<string[]> {
  const path: string[] = []
  for (let at: string | null = id; at !== null && !path.includes(at);) {
    const department: Department = await findDepartment(db, at)
    path.push(department.id)
    at = department.parentId
  }
  return path
}

const told = ({ id, name }: Department) => ({ detail: { department: id }, clear: { department: name } })
