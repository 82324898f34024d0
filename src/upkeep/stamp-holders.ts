import { holdersOf } from '../access/rights.ts'
import { fullName } from '../access/roles.ts'
import type { Db } from '../db/open.ts'
import type { StampGrant } from '../setting/stamp.ts'

/** Somebody whom a stamp may be given to. */
export interface StampHolder extends StampGrant {
  readonly name: string
}

/** Departments, groups, and the people who may stamp at all; each by name. */
export async function possibleHolders(db: Db): Promise<StampHolder[]> {
  const stampers = await holdersOf(db, ({ signing }) => signing.stamp)
  const departments = await db.selectFrom('department').select(['id', 'name']).orderBy('name').execute()
  const groups = await db.selectFrom('userGroup').select(['id', 'name']).orderBy('name').execute()
  const people = await db.selectFrom('user').selectAll().where('disabledAt', 'is', null).orderBy('lastName').orderBy('firstName').execute()
  return [
    ...departments.map(({ id, name }) => ({ kind: 'department' as const, subjectId: id, name })),
    ...groups.map(({ id, name }) => ({ kind: 'group' as const, subjectId: id, name })),
    ...people.filter(({ id }) => stampers.has(id)).map((user) => ({ kind: 'user' as const, subjectId: user.id, name: fullName(user) })),
  ]
}

/** Those of the grants that are still there. */
export async function namedHolders(db: Db, grants: readonly StampGrant[]): Promise<StampHolder[]> {
  if (!grants.length) return []
  const all = await possibleHolders(db)
  return all.filter((holder) => grants.some(({ kind, subjectId }) => kind === holder.kind && subjectId === holder.subjectId))
}
