import { assignRoles, type Holder, listRoles, type NamedRole, rolesHeldBy } from '../../access/assigning.ts'
import { requireUser, userAct } from '../access.ts'
import { blankForm, type Form } from '../answers.ts'
import type { Ctx } from '../env.ts'

/** A box for each role, named after it. */
const ROLE = 'role:'

/** The roles of a person, a department or a group as boxes; null where whoever looks may not give any. */
export interface RoleTicks {
  readonly roles: readonly NamedRole[]
  readonly form: Form
}

export const ticked = (roles: Iterable<string>): Record<string, string> => Object.fromEntries([...roles].map((id) => [ROLE + id, '1']))

export const rolesIn = (answers: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(answers).flatMap((name) => (name.startsWith(ROLE) ? [name.slice(ROLE.length)] : []))

export async function roleTicks(c: Ctx, holder: Holder, refused?: Form): Promise<RoleTicks | null> {
  const { db } = c.var.house
  if (!requireUser(c).permissions.permissions.edit) return null
  return { roles: await listRoles(db), form: refused ?? blankForm(ticked(await rolesHeldBy(db, holder))) }
}

/** Keeps the boxes of a form as the roles of this holder. */
export async function keepRoles(c: Ctx, holder: Holder): Promise<void> {
  await assignRoles(c.var.house.db, userAct(c), requireUser(c), holder, rolesIn(await c.req.parseBody()))
}
