import type { Tx } from '../db/open.ts'
import type { Recipient } from '../envelope/envelope.ts'
import { NOBODY } from '../envelope/recipients.ts'

/** What a role is called: by what it does, and its number among those alike, from 1. */
export type RoleNaming = (role: Recipient['role'], number: number) => string

/** The company's own people stay who they are ("our director"); the other party's become roles. A role that has a name keeps it. */
export async function toRole(tx: Tx, recipient: Recipient, taken: Set<string>, nameRole: RoleNaming): Promise<void> {
  if (recipient.side === 'company' && !recipient.roleName) return
  let roleName = recipient.roleName
  for (let number = 1; !roleName || (recipient.roleName === null && taken.has(roleName)); number++)
    roleName = nameRole(recipient.role, number)
  taken.add(roleName)
  await tx
    .updateTable('recipient')
    .set({ ...NOBODY, roleName })
    .where('id', '=', recipient.id)
    .execute()
}
