import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { RoleAssignmentTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { covers } from './permissions.ts'
import type { Reader } from './reach.ts'
import { BUILT_IN, EMPLOYEE, isBuiltIn, permissionsOfRole } from './rights.ts'
import { fullName } from './roles.ts'
import { endSessions } from './session.ts'
import { changingRights } from './standing.ts'

/** Whom a role is given to: a person, or everybody of a department and those below it, or of a group. */
export interface Holder {
  readonly kind: RoleAssignmentTable['holderKind']
  readonly id: string
}

export interface NamedRole {
  readonly id: string
  readonly name: string
}

/** The built-in ones first, then by name. */
export async function listRoles(db: Db): Promise<NamedRole[]> {
  const roles = await db.selectFrom('role').select(['id', 'name']).orderBy('name').orderBy('id').execute()
  const own = roles.filter(({ id }) => !isBuiltIn(id))
  return [...BUILT_IN.flatMap((id) => roles.filter((role) => role.id === id)), ...own]
}

/** Who holds which roles in their own name. */
export async function ownRolesOf(db: Db): Promise<ReadonlyMap<string, readonly NamedRole[]>> {
  const roles = await listRoles(db)
  const rows = await db.selectFrom('roleAssignment').select(['roleId', 'holderId']).where('holderKind', '=', 'user').execute()
  return new Map(
    [...new Set(rows.map(({ holderId }) => holderId))].map((holder) => [
      holder,
      roles.filter(({ id }) => rows.some(({ roleId, holderId }) => roleId === id && holderId === holder)),
    ]),
  )
}

/** Roles given to exactly this holder, not those that come to it from elsewhere. */
export const rolesHeldBy = async (db: Db, { kind, id }: Holder): Promise<ReadonlySet<string>> =>
  new Set(
    (await db.selectFrom('roleAssignment').select('roleId').where('holderKind', '=', kind).where('holderId', '=', id).execute()).map(
      ({ roleId }) => roleId,
    ),
  )

/** From now on the holder has exactly these roles. Only for whoever edits permissions; null: whoever owns the machine. */
export function assignRoles(db: Db, act: Act, reader: Reader | null, holder: Holder, roles: Iterable<string>): Promise<void> {
  return db.transaction().execute((tx) => assignRolesIn(tx, act, reader, holder, roles))
}

export async function assignRolesIn(tx: Tx, act: Act, reader: Reader | null, holder: Holder, roles: Iterable<string>): Promise<void> {
  const wanted = new Set(roles)
  const held = await rolesHeldBy(tx, holder)
  const given = [...wanted].filter((id) => !held.has(id))
  const taken = [...held].filter((id) => !wanted.has(id))
  if (!given.length && !taken.length) return
  if (reader && !reader.permissions.permissions.edit) throw new Refusal('forbidden', 'access.forbidden')
  await changingRights(tx, reader, async () => {
    const name = await nameOfHolder(tx, holder)
    for (const id of given) {
      await giveRole(tx, act, holder, id)
      await append(tx, act, { type: 'role.assigned', ...told(await findRoleName(tx, id), id, holder, name) })
    }
    for (const id of taken) {
      await tx
        .deleteFrom('roleAssignment')
        .where('roleId', '=', id)
        .where('holderKind', '=', holder.kind)
        .where('holderId', '=', holder.id)
        .execute()
      await append(tx, act, { type: 'role.withdrawn', ...told(await findRoleName(tx, id), id, holder, name) })
    }
  })
  // A session keeps no right that its user has lost, but a change of role is a new beginning all the same.
  if (holder.kind === 'user') await endSessions(tx, act, holder.id, null)
}

/** What somebody new is given where nobody assigns roles: the employee's, but never more than whoever adds them has themselves; then nothing. */
export async function rolesOfNewcomer(db: Db, { permissions }: Reader): Promise<readonly string[]> {
  const role = await db.selectFrom('role').select(['id', 'permissions']).where('id', '=', EMPLOYEE).executeTakeFirstOrThrow()
  return permissions.permissions.edit || covers(permissions, permissionsOfRole(role)) ? [EMPLOYEE] : []
}

/** The row alone, for a person who is being added. */
export async function giveRole(tx: Tx, act: Act, holder: Holder, roleId: string): Promise<void> {
  await findRoleName(tx, roleId)
  await tx.insertInto('roleAssignment').values({ roleId, holderKind: holder.kind, holderId: holder.id, createdAt: act.at }).execute()
}

/** A department or a group that goes gives its roles back. */
export async function withdrawAll(tx: Tx, act: Act, holder: Holder, name: string): Promise<void> {
  for (const id of await rolesHeldBy(tx, holder))
    await append(tx, act, { type: 'role.withdrawn', ...told(await findRoleName(tx, id), id, holder, name) })
  await tx.deleteFrom('roleAssignment').where('holderKind', '=', holder.kind).where('holderId', '=', holder.id).execute()
}

async function findRoleName(tx: Tx, id: string): Promise<string> {
  const role = await tx.selectFrom('role').select('name').where('id', '=', id).executeTakeFirst()
  if (!role) throw new Refusal('invalid', 'role.unknown')
  return role.name
}

const told = (role: string, roleId: string, holder: Holder, name: string) => ({
  detail: { role: roleId, [holder.kind]: holder.id },
  clear: { role, name },
})

async function nameOfHolder(tx: Tx, { kind, id }: Holder): Promise<string> {
  if (kind === 'user') {
    const user = await tx.selectFrom('user').select(['firstName', 'lastName']).where('id', '=', id).executeTakeFirst()
    if (!user) throw new Refusal('not_found', 'user.not-found')
    return fullName(user)
  }
  const named = await tx
    .selectFrom(kind === 'department' ? 'department' : 'userGroup')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirst()
  if (!named) throw new Refusal('not_found', kind === 'department' ? 'department.unknown' : 'group.unknown')
  return named.name
}
