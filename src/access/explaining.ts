import { sql } from 'kysely'
import type { UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { Holder, NamedRole } from './assigning.ts'
import { type Level, type Permissions, permissionsWith, ROWS, valueOf, widest } from './permissions.ts'
import { permissionsOfRole } from './rights.ts'

/** By which way a role has come to somebody. */
export interface Source {
  readonly role: NamedRole
  readonly by: Holder['kind']
  /** The department or the group; empty: in their own name. */
  readonly name: string
}

export interface ExplainedRight {
  readonly section: keyof Permissions
  readonly row: string
  readonly value: Level | true
  /** The roles that reach as far as that. */
  readonly sources: readonly Source[]
}

/** What somebody may do, row by row, and where each right comes from. Rows that give nothing are left out. */
export async function explainRights(db: Db, user: Pick<UserRow, 'id' | 'departmentId'>): Promise<ExplainedRight[]> {
  const { rows } = await sql<{ id: string; name: string; permissions: string; kind: Holder['kind']; holder: string | null }>`
    with recursive up(id, name, parent_id) as (
      select id, name, parent_id from department where id = ${user.departmentId}
      union select department.id, department.name, department.parent_id from department join up on department.id = up.parent_id
    )
    select role.id, role.name, role.permissions, a.holder_kind as kind, coalesce(up.name, user_group.name) as holder
    from role_assignment a join role on role.id = a.role_id
    left join up on a.holder_kind = 'department' and up.id = a.holder_id
    left join user_group on a.holder_kind = 'group' and user_group.id = a.holder_id
    where (a.holder_kind = 'user' and a.holder_id = ${user.id}) or (a.holder_kind = 'department' and up.id is not null)
      or (a.holder_kind = 'group' and a.holder_id in (select group_id from user_group_member where user_id = ${user.id}))
    order by a.holder_kind desc, role.name`.execute(db)
  const held = rows.map((row) => ({
    permissions: permissionsOfRole(row),
    source: { role: { id: row.id, name: row.name }, by: row.kind, name: row.holder ?? '' },
  }))
  const all = widest(held.map(({ permissions }) => permissions))
  return ROWS.flatMap(({ section, row }) => {
    const value = valueOf(all, section, row)
    if (value === false || value === 'none') return []
    const sources = held.filter(({ permissions }) => valueOf(permissions, section, row) === value).map(({ source }) => source)
    return [{ section, row, value, sources }]
  })
}

/** A form's answers as permissions: `section.row` holds a level, or anything where one may. */
export const permissionsFrom = (answers: Readonly<Record<string, unknown>>): Permissions =>
  permissionsWith((section, row, kind) => {
    const answer = answers[`${section}.${row}`]
    return kind === 'yes' ? answer !== undefined && answer !== '' : (answer as Level)
  })
