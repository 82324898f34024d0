import type { Act } from '../../audit/act.ts'
import { append } from '../../audit/trail.ts'
import type { Db } from '../../db/open.ts'
import { assignRolesIn, rolesHeldBy } from '../assigning.ts'
import { ADMINISTRATOR } from '../rights.ts'
import { fullName, type User } from '../roles.ts'
import { appointBreakGlass, switchToPasswords } from './only.ts'

/**
 * For whoever owns the machine, whatever directory, provider and settings say: the account may sign in, administers the house, belongs to no source any
 * more, and is the break-glass administrator. Its password is set by a link.
 */
export function openWithBreakGlass(db: Db, act: Act, user: User, passwordsOn: boolean): Promise<true> {
  return db.transaction().execute(async (tx) => {
    const { numDeletedRows } = await tx.deleteFrom('identity').where('userId', '=', user.id).executeTakeFirst()
    await tx.deleteFrom('identityGiven').where('userId', '=', user.id).execute()
    if (numDeletedRows) await append(tx, act, { type: 'user.left-source', detail: { user: user.id }, clear: { name: fullName(user) } })
    if (user.disabledAt) {
      await tx.updateTable('user').set({ disabledAt: null }).where('id', '=', user.id).execute()
      await append(tx, act, { type: 'user.enabled', detail: { user: user.id }, clear: { name: fullName(user) } })
    }
    const holder = { kind: 'user', id: user.id } as const
    await assignRolesIn(tx, act, null, holder, new Set([...(await rolesHeldBy(tx, holder)), ADMINISTRATOR]))
    await appointBreakGlass(tx, act, user)
    if (passwordsOn) await switchToPasswords(tx, act)
    return true as const
  })
}
