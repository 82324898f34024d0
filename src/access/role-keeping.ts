import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { RoleRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import type { Holder } from './assigning.ts'
import type { Permissions } from './permissions.ts'
import type { Reader } from './reach.ts'
import { ADMINISTRATOR, isBuiltIn, permissionsOfRole } from './rights.ts'
import { fullName } from './roles.ts'
import { changingRights } from './standing.ts'

export interface Role {
  readonly id: string
  readonly name: string
  readonly permissions: Permissions
}

const roleOf = (row: RoleRow): Role => ({ id: row.id, name: row.name, permissions: permissionsOfRole(row) })

export async function findRole(db: Db, id: string): Promise<Role> {
  const row = await db.selectFrom('role').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'role.unknown')
  return roleOf(row)
}

/** By the permissions of the form, or of the role that it is copied from. */
export function addRole(db: Db, act: Act, reader: Reader, details: Omit<Role, 'id'>): Promise<Role> {
  return db.transaction().execute(async (tx) => {
    refuseUnlessEditor(reader)
    const role = { id: newId('rol'), ...details }
    await refuseUnfitName(tx, role)
    await tx
      .insertInto('role')
      .values({ ...role, permissions: JSON.stringify(role.permissions), createdAt: act.at })
      .execute()
    await append(tx, act, { type: 'role.added', ...told(role) })
    return role
  })
}

/** Counts from the next request of everybody who holds it. */
export function changeRole(db: Db, act: Act, reader: Reader, id: string, { name, permissions }: Omit<Role, 'id'>): Promise<void> {
  return db.transaction().execute(async (tx) => {
    refuseUnlessEditor(reader)
    const before = await findRole(tx, id)
    if (id === ADMINISTRATOR) throw new Refusal('conflict', 'role.fixed')
    if (isBuiltIn(id) && name !== before.name) throw new Refusal('conflict', 'role.built-in')
    await refuseUnfitName(tx, { id, name })
    const wanted = JSON.stringify(permissions)
    if (before.name === name && JSON.stringify(before.permissions) === wanted) return
    await changingRights(tx, reader, () => tx.updateTable('role').set({ name, permissions: wanted }).where('id', '=', id).execute())
    await append(tx, act, { type: 'role.changed', ...told({ id, name }) })
  })
}

/** One that somebody holds goes only where it is said that it is taken from all of them. */
export function removeRole(
  db: Db,
  act: Act,
  reader: Reader,
  id: string,
  { isConfirmed }: { readonly isConfirmed: boolean },
): Promise<void> {
  return db.transaction().execute(async (tx) => {
    refuseUnlessEditor(reader)
    const role = await findRole(tx, id)
    if (isBuiltIn(id)) throw new Refusal('conflict', 'role.built-in')
    const held = await tx.selectFrom('roleAssignment').select('holderId').where('roleId', '=', id).executeTakeFirst()
    if (held && !isConfirmed) throw new Refusal('conflict', 'role.is-held')
    await changingRights(tx, reader, async () => {
      await tx.deleteFrom('roleAssignment').where('roleId', '=', id).execute()
      await tx.deleteFrom('role').where('id', '=', id).execute()
      await append(tx, act, { type: 'role.removed', ...told(role) })
    })
  })
}

/** Whom the role was given to, by name; people first. */
export async function holdersOfRole(db: Db, roleId: string): Promise<(Holder & { readonly name: string })[]> {
  const rows = await db.selectFrom('roleAssignment').selectAll().where('roleId', '=', roleId).execute()
  const ids = (kind: Holder['kind']) => rows.flatMap(({ holderKind, holderId }) => (holderKind === kind ? [holderId] : []))
  const users = await db
    .selectFrom('user')
    .select(['id', 'firstName', 'lastName'])
    .where('id', 'in', ids('user'))
    .orderBy('lastName')
    .execute()
  const departments = await db
    .selectFrom('department')
    .select(['id', 'name'])
    .where('id', 'in', ids('department'))
    .orderBy('name')
    .execute()
  const groups = await db.selectFrom('userGroup').select(['id', 'name']).where('id', 'in', ids('group')).orderBy('name').execute()
  return [
    ...users.map((user) => ({ kind: 'user' as const, id: user.id, name: fullName(user) })),
    ...departments.map((one) => ({ kind: 'department' as const, ...one })),
    ...groups.map((one) => ({ kind: 'group' as const, ...one })),
  ]
}

function refuseUnlessEditor({ permissions }: Reader): void {
  if (!permissions.permissions.edit) throw new Refusal('forbidden', 'access.forbidden')
}

async function refuseUnfitName(tx: Tx, { id, name }: Pick<Role, 'id' | 'name'>): Promise<void> {
  if (!name) throw new Refusal('invalid', 'role.name-missing')
  const others = await tx.selectFrom('role').select('name').where('id', '!=', id).execute()
  if (others.some((other) => other.name.toLowerCase() === name.toLowerCase())) throw new Refusal('conflict', 'role.name-taken')
}

const told = ({ id, name }: Pick<Role, 'id' | 'name'>) => ({ detail: { role: id }, clear: { role: name } })
