import { type Expression, sql, type SqlBool } from 'kysely'
import type { Db } from '../db/open.ts'
import type { Level, Permissions } from './permissions.ts'

/** Who asks: every room judges by this and by nothing else. */
export interface Reader {
  readonly id: string
  readonly departmentId: string | null
  readonly permissions: Permissions
}

/** Ids of people of the reader's department, with those below it or without. */
const peopleOf = (departmentId: string, below: boolean) =>
  below
    ? sql`(with recursive below(id) as (
        select id from department where id = ${departmentId} union select department.id from department join below on department.parent_id = below.id
      ) select "user".id from "user" where "user".department_id in (select id from below))`
    : sql`(select "user".id from "user" where "user".department_id = ${departmentId})`

/**
 * True of a row that somebody within that level owns. `publicColumn` says 1 of what is available to everyone. Authorisation is the query: what
 * this leaves out is not found. Who stands in no department has themselves alone for one.
 */
export function withinReach(reader: Reader, level: Level, ownerColumn: string, publicColumn?: string): Expression<SqlBool> {
  if (level === 'all') return sql<SqlBool>`1 = 1`
  if (level === 'none') return sql<SqlBool>`1 = 0`
  const owner = sql.ref(ownerColumn)
  const own = sql<SqlBool>`${owner} = ${reader.id}`
  if (level === 'own') return own
  const tree =
    reader.departmentId === null ? own : sql<SqlBool>`(${own} or ${owner} in ${peopleOf(reader.departmentId, level !== 'department')})`
  return level === 'public' && publicColumn ? sql<SqlBool>`(${tree} or ${sql.ref(publicColumn)} = 1)` : tree
}

/** Ids of the people within that level; null: everybody. For what is available to everyone, see `withinReach`. */
export async function peopleWithin(db: Db, reader: Reader, level: Level): Promise<string[] | null> {
  if (level === 'all') return null
  const rows = await db
    .selectFrom('user')
    .select('id')
    .where(withinReach(reader, level, 'user.id'))
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether a row of `subject_kind` and `subject_id` names the reader: by name, by a group, by their department or one above it, or everyone. */
export const isNamed = (reader: Reader): Expression<SqlBool> => sql<SqlBool>`(subject_kind = 'everyone'
  or (subject_kind = 'user' and subject_id = ${reader.id})
  or (subject_kind = 'group' and subject_id in (select group_id from user_group_member where user_id = ${reader.id}))
  or (subject_kind = 'department' and subject_id in (with recursive above(id) as (
    select id from department where id = ${reader.departmentId} union select department.parent_id from department join above on department.id = above.id
  ) select id from above where id is not null)))`

/** May edit permissions and sees every document of the vault: no folder is closed to them, for they could open each. */
export const keepsFolders = ({ permissions: { permissions, vault } }: Reader): boolean => permissions.edit && vault.documents === 'all'
