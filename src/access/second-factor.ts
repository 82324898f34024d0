import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { readSetting } from '../setting/setting.ts'
import { bucketOf, clearAttempts } from './attempts.ts'
import { hasSecondFactor } from './opening.ts'
import type { Reader } from './reach.ts'
import { makeRecoveryCodes, recoveryCodesLeft } from './recovery-codes.ts'
import { fullName } from './roles.ts'
import { endSessions } from './session.ts'
import type { SignInTools } from './sign-in.ts'
import { tellOwner } from './telling.ts'
import { confirmTotp } from './totp.ts'
import { findUser, refuseHigher } from './users.ts'

/** The bucket of a person's tries; a proof that is asked for later counts in the same. */
export const factorBucket = ({ secretKey }: Pick<SignInTools, 'secretKey'>, userId: string): string =>
  bucketOf(secretKey, 'second factor', userId)

/** The app counts from its first code on. The first factor of a person brings recovery codes, which are answered here and never again. */
export async function addApp(
  tx: Tx,
  { secretKey }: SignInTools,
  act: Act,
  user: UserRow,
  secret: string,
  code: string,
): Promise<readonly string[] | null> {
  await refuseWhereOff(tx)
  const isFirst = !(await hasSecondFactor(tx, user.id))
  if (!(await confirmTotp(tx, secretKey, act.at, user.id, secret, code.replaceAll(/\s/g, ''))))
    throw new Refusal('invalid', 'second-factor.code-wrong')
  await append(tx, act, { type: 'user.second-factor-added', detail: { user: user.id, kind: 'totp' }, clear: { name: fullName(user) } })
  await tellOwner(tx, act, user, 'app-added')
  return isFirst ? firstCodes(tx, { secretKey }, act, user) : null
}

export async function firstCodes(
  tx: Tx,
  { secretKey }: Pick<SignInTools, 'secretKey'>,
  act: Act,
  user: UserRow,
): Promise<readonly string[]> {
  await append(tx, act, { type: 'user.recovery-codes-made', detail: { user: user.id } })
  return makeRecoveryCodes(tx, secretKey, act.at, user.id)
}

/** Ten new ones; the earlier ones no longer count. */
export function renewCodes(tools: SignInTools, act: Act, user: UserRow): Promise<readonly string[]> {
  return tools.db.transaction().execute(async (tx) => {
    if (!(await hasSecondFactor(tx, user.id))) throw new Refusal('conflict', 'second-factor.none')
    await tellOwner(tx, act, user, 'codes-made')
    return firstCodes(tx, tools, act, user)
  })
}

/** What is removed is told; with the last factor its recovery codes go. Every other session ends. */
export function removeApp(db: Db, act: Act, user: UserRow, keepSession: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { numDeletedRows } = await tx.deleteFrom('totp').where('userId', '=', user.id).executeTakeFirst()
    if (numDeletedRows) await removed(tx, act, user, 'totp', 'app-removed', keepSession)
  })
}

export async function removed(
  tx: Tx,
  act: Act,
  user: UserRow,
  kind: 'totp' | 'passkey',
  news: 'app-removed' | 'passkey-removed',
  keepSession: string,
): Promise<void> {
  const detail = { user: user.id, kind, by: 'owner' }
  await append(tx, act, { type: 'user.second-factor-removed', detail, clear: { name: fullName(user) } })
  if (!(await hasSecondFactor(tx, user.id))) await tx.deleteFrom('recoveryCode').where('userId', '=', user.id).execute()
  await tellOwner(tx, act, user, news)
  await endSessions(tx, act, user.id, keepSession)
}

/** Somebody has lost theirs: an administrator, or whoever owns the machine (null), takes it all away. The person is told; every session of theirs ends. */
export function takeSecondFactors(tools: SignInTools, act: Act, reader: Reader | null, id: string): Promise<UserRow> {
  return tools.db.transaction().execute(async (tx) => {
    const user = await findUser(tx, id)
    if (reader) refuseHigher(reader, user)
    if (reader?.id === id) throw new Refusal('forbidden', 'second-factor.own')
    if (!(await hasSecondFactor(tx, id))) throw new Refusal('conflict', 'second-factor.none')
    for (const table of ['totp', 'passkey', 'recoveryCode'] as const) await tx.deleteFrom(table).where('userId', '=', id).execute()
    await clearAttempts(tx, factorBucket(tools, id))
    const detail = { user: id, kind: 'all', by: reader ? 'administrator' : 'command-line' }
    await append(tx, act, { type: 'user.second-factor-removed', detail, clear: { name: fullName(user) } })
    await tellOwner(tx, act, user, 'taken-away')
    await endSessions(tx, act, id, null)
    return user
  })
}

export async function refuseWhereOff(db: Db): Promise<void> {
  if ((await readSetting(db, 'secondFactor')).policy === 'off') throw new Refusal('forbidden', 'second-factor.off')
}

export interface Factors {
  readonly app: boolean
  readonly passkeys: number
  readonly codesLeft: number
}

export async function factorsOf(db: Db, userId: string): Promise<Factors> {
  const [totp, passkeys, codesLeft] = await Promise.all([
    db.selectFrom('totp').select('id').where('userId', '=', userId).execute(),
    db.selectFrom('passkey').select('id').where('userId', '=', userId).execute(),
    recoveryCodesLeft(db, userId),
  ])
  return { app: totp.length > 0, passkeys: passkeys.length, codesLeft }
}
