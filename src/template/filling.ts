import type { Reader } from '../access/reach.ts'
import type { Tx } from '../db/open.ts'
import { inRole } from '../envelope/choosing.ts'
import { entitled } from '../envelope/entitlement.ts'
import type { Recipient } from '../envelope/envelope.ts'
import { NOBODY } from '../envelope/recipients.ts'

/** Who fills a role, as a table or a visitor names them. */
export type RoleFiller = Pick<Recipient, 'firstName' | 'lastName' | 'email' | 'phone' | 'language' | 'company'>

/** The details of whoever fills a role: everything that the role decides stays as it says. */
export const filledRole = (role: Recipient, person: RoleFiller): ReturnType<typeof inRole> =>
  inRole(role, { ...role, ...NOBODY, ...person, company: person.company || role.company, companyDetails: role.companyDetails })

/** Puts somebody in an open role of a draft, by the same rule as a sender who names them by hand. */
export async function fillRole(tx: Tx, owner: Reader, role: Recipient, person: RoleFiller): Promise<void> {
  const filled = await entitled(tx, owner, filledRole(role, person))
  await tx
    .updateTable('recipient')
    .set({ ...filled, roleName: role.roleName })
    .where('id', '=', role.id)
    .execute()
}
