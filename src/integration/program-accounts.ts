import { EMPLOYEE, permissionsOf } from '../access/rights.ts'
import type { User } from '../access/roles.ts'
import { changingRights } from '../access/standing.ts'
import { addUser } from '../access/users.ts'
import type { UserAct } from '../audit/act.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { Language, UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'

/** An account for a program: it has rights and documents like a person, no password, no address that is written to, and never signs in. */
export async function addServiceAccount(
  db: Db,
  act: UserAct,
  maker: User,
  { name, language }: { name: string; language: Language },
): Promise<UserRow> {
  if (!maker.permissions.console.users) throw new Refusal('forbidden', 'access.forbidden')
  if (!name.trim()) throw new Refusal('invalid', 'token.account-name-missing')
  return db.transaction().execute(async (tx) => {
    const id = newId('usr')
    const user = await changingRights(tx, maker, () =>
      addUser(tx, act, {
        id,
        email: `${id.replace('_', '-')}@service.invalid`,
        firstName: '',
        lastName: name.trim().slice(0, 80),
        jobTitle: '',
        phone: null,
        language,
        roles: [EMPLOYEE],
      }),
    )
    await tx.updateTable('user').set({ isService: 1 }).where('id', '=', id).execute()
    return { ...user, isService: 1, permissions: await permissionsOf(tx, user) } as UserRow
  })
}

export const listServiceAccounts = (db: Db): Promise<UserRow[]> =>
  db.selectFrom('user').selectAll().where('isService', '=', 1).orderBy('lastName').orderBy('id').execute()
