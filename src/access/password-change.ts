import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { checkPassword, hashPassword } from './password.ts'
import { fullName } from './roles.ts'
import { endSessions } from './session.ts'
import { confirmPassword, type SignInTools } from './sign-in.ts'
import { tellOwner } from './telling.ts'
import { findUser } from './users.ts'
import { ownWordsOf } from './welcome.ts'

export interface PasswordChange {
  readonly current: string
  readonly next: string
  /** The session that stays; every other one ends. */
  readonly keepSession: string
  readonly companyWords: readonly string[]
}

export async function changeOwnPassword(tools: SignInTools, act: Act, user: UserRow, change: PasswordChange): Promise<void> {
  await confirmPassword(tools, act, user, change.current)
  checkPassword(change.next, [...change.companyWords, ...ownWordsOf(user)])
  await store(tools.db, act, user, await hashPassword(change.next), change.keepSession)
}

/** From the command line, by whoever owns the machine: for an administrator who is locked out. */
export async function resetPassword(db: Db, act: Act, userId: string, password: string, companyWords: readonly string[]): Promise<void> {
  const user = await findUser(db, userId)
  checkPassword(password, [...companyWords, ...ownWordsOf(user)])
  await store(db, act, user, await hashPassword(password), null)
}

function store(db: Db, act: Act, user: UserRow, passwordHash: string, keepSession: string | null): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await tx.updateTable('user').set({ passwordHash }).where('id', '=', user.id).execute()
    await append(tx, act, {
      type: 'user.password-changed',
      detail: { user: user.id, by: keepSession ? 'owner' : 'command-line' },
      clear: { name: fullName(user) },
    })
    await tellOwner(tx, act, user, 'password-changed')
    await endSessions(tx, act, user.id, keepSession)
  })
}
