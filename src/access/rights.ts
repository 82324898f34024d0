import { sql } from 'kysely'
import type { UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { ADMINISTRATION, type Permissions, readPermissions, widest } from './permissions.ts'

/** The roles that every house has; each may be copied and assigned, none deleted. Their names are told in the reader's language. */
export const ADMINISTRATOR = 'rol_administrator'
export const SUPERVISOR = 'rol_supervisor'
export const EMPLOYEE = 'rol_employee'
export const SIGNATORY = 'rol_signatory'
export const STAMP_USER = 'rol_stamp_user'
export const BUILT_IN = [EMPLOYEE, SUPERVISOR, ADMINISTRATOR, SIGNATORY, STAMP_USER] as const
export type BuiltIn = (typeof BUILT_IN)[number]
export const isBuiltIn = (id: string): id is BuiltIn => (BUILT_IN as readonly string[]).includes(id)

/** Those of the administrator cannot be changed, so that nobody locks the house up. */
export const permissionsOfRole = (role: { readonly id: string; readonly permissions: string }): Permissions =>
  role.id === ADMINISTRATOR ? ADMINISTRATION : readPermissions(role.permissions)

/** The widest, row by row, of a person's roles: their own, their department's and those above it, their groups'. */
export async function permissionsOf(db: Db, user: Pick<UserRow, 'id' | 'departmentId'>): Promise<Permissions> {
  const { rows } = await sql<{ id: string; permissions: string }>`
    with recursive up(id, parent_id) as (
      select id, parent_id from department where id = ${user.departmentId}
      union select department.id, department.parent_id from department join up on department.id = up.parent_id
    )
    select role.id, role.permissions from role where role.id in (
      select role_id from role_assignment where (holder_kind = 'user' and holder_id = ${user.id})
        or (holder_kind = 'department' and holder_id in (select id from up))
        or (holder_kind = 'group' and holder_id in (select group_id from user_group_member where user_id = ${user.id}))
    )`.execute(db)
  return widest(rows.map(permissionsOfRole))
}

/** Ids of the people, disabled ones too, who hold a role that says yes. Exact where the answer is one row of the table. */
export async function holdersOf(db: Db, saysYes: (permissions: Permissions) => boolean): Promise<ReadonlySet<string>> {
  const roles = await db.selectFrom('role').select(['id', 'permissions']).execute()
  const ids = roles.filter((role) => saysYes(permissionsOfRole(role))).map(({ id }) => id)
  if (!ids.length) return new Set()
  const { rows } = await sql<{ id: string }>`
    with recursive held(kind, id) as (select holder_kind, holder_id from role_assignment where role_id in (${sql.join(ids)})),
    down(id) as (
      select id from held where kind = 'department' union select department.id from department join down on department.parent_id = down.id
    )
    select "user".id from "user" where "user".department_id in (select id from down)
      or "user".id in (select id from held where kind = 'user')
      or "user".id in (select user_id from user_group_member where group_id in (select id from held where kind = 'group'))`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
