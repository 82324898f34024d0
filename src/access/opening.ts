import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { type Instant, later, MINUTE } from '../base/instant.ts'
import type { HalfSessionTable, SecondFactor, SignInMethod, UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { readSetting, type SecondFactorPolicy } from '../setting/setting.ts'
import type { Permissions } from './permissions.ts'
import { permissionsOf } from './rights.ts'
import { admit } from './sign-on/only.ts'
import { passOn } from './sign-on/sessions.ts'
import { tellOwner } from './telling.ts'
import { newToken, type Session, startSession, tokenHash } from './session.ts'

/** What has said who it is: a password of the house or of a directory, a link, a passkey, an OpenID provider. */
export interface Identified {
  readonly method: SignInMethod
  /** This browser has signed in as this person before. */
  readonly knownDevice: boolean
  /** The second factor, where it was asked for in the same step: by a passkey itself, or by the provider. */
  readonly factor?: 'passkey' | 'provider'
}

export type HalfSession = HalfSessionTable

export type Opened =
  | { readonly kind: 'open'; readonly user: UserRow; readonly session: Session; readonly token: string }
  /** A second factor comes first; the token opens the page that asks for it, and nothing else. */
  | { readonly kind: 'half'; readonly user: UserRow; readonly needs: HalfSession['needs']; readonly token: string }

/** Between a password and the second factor. */
export const HALF_LASTS = 10 * MINUTE

/**
 * The one door to a session, whatever said who it is. The house's policy and the person's own second factor decide whether it opens or waits for
 * that factor. `act` is the visitor's; the person becomes its actor.
 */
export async function openSession(tx: Tx, act: Act, user: UserRow, identified: Identified): Promise<Opened> {
  const own = { ...act, actor: { kind: 'user', id: user.id } } as const
  const { method, knownDevice, factor = null } = identified
  await admit(tx, act, user, method)
  const needs = factor ? null : await missingFactor(tx, user)
  if (!needs) {
    if (!knownDevice && method !== 'link') await tellOfNewBrowser(tx, own, user)
    const { session, token } = await startSession(tx, own, user, { method, factor })
    await append(tx, own, { type: 'user.signed-in', detail: { session: session.id, knownDevice, method, factor } })
    return { kind: 'open', user, session, token }
  }
  const token = newToken()
  const half: HalfSession = {
    id: newId('hlf'),
    tokenHash: tokenHash(token),
    userId: user.id,
    method,
    needs,
    knownDevice: knownDevice ? 1 : 0,
    createdAt: act.at,
    endedAt: null,
    ip: act.ip,
    userAgent: act.userAgent?.slice(0, 300) ?? null,
  }
  await tx.insertInto('halfSession').values(half).execute()
  await append(tx, act, { type: 'user.second-factor-asked', detail: { user: user.id, half: half.id, method, needs } })
  return { kind: 'half', user, needs, token }
}

/** The half session becomes a whole one, under a new token, where it may still. Of two requests one wins; null: it was over. */
export async function completeSession(
  tx: Tx,
  act: Act,
  user: UserRow,
  half: HalfSession,
  factor: SecondFactor,
): Promise<(Opened & { readonly kind: 'open' }) | null> {
  const { numUpdatedRows } = await tx
    .updateTable('halfSession')
    .set({ endedAt: act.at })
    .where('id', '=', half.id)
    .where('endedAt', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return null
  // The house, or where the person comes from, may have changed since the first step.
  await admit(tx, act, user, half.method, half.createdAt)
  const own = { ...act, actor: { kind: 'user', id: user.id } } as const
  if (half.knownDevice === 0 && half.method !== 'link') await tellOfNewBrowser(tx, own, user)
  const { session, token } = await startSession(tx, own, user, { method: half.method, factor })
  await passOn(tx, half.id, session.id)
  const detail = { session: session.id, knownDevice: half.knownDevice === 1, method: half.method, factor }
  await append(tx, own, { type: 'user.signed-in', detail })
  return { kind: 'open', user, session, token }
}

export async function findHalfSession(db: Db, token: string, at: Instant): Promise<{ half: HalfSession; user: UserRow } | null> {
  const half = await db.selectFrom('halfSession').selectAll().where('tokenHash', '=', tokenHash(token)).executeTakeFirst()
  if (!half || half.endedAt !== null || at >= later(half.createdAt, HALF_LASTS)) return null
  const user = await db.selectFrom('user').selectAll().where('id', '=', half.userId).where('disabledAt', 'is', null).executeTakeFirst()
  return user ? { half, user } : null
}

/** Before the session begins. The browser remembers the sign-in, so that it is told once; of the very first sign-in nothing is. A link is told by itself. */
async function tellOfNewBrowser(tx: Tx, own: Act, user: UserRow): Promise<void> {
  const earlier = await tx.selectFrom('userSession').select('id').where('userId', '=', user.id).limit(1).executeTakeFirst()
  if (earlier) await tellOwner(tx, own, user, 'new-device')
}

/** What is asked of this person before a session opens; null: nothing. */
async function missingFactor(tx: Tx, user: UserRow): Promise<HalfSession['needs'] | null> {
  const { policy } = await readSetting(tx, 'secondFactor')
  if (policy === 'off') return null
  if (await hasSecondFactor(tx, user.id)) return 'second-factor'
  return isFactorNeeded(policy, await permissionsOf(tx, user)) ? 'enrolment' : null
}

export async function hasSecondFactor(db: Db, userId: string): Promise<boolean> {
  const totp = await db.selectFrom('totp').select('id').where('userId', '=', userId).executeTakeFirst()
  return totp !== undefined || (await db.selectFrom('passkey').select('id').where('userId', '=', userId).executeTakeFirst()) !== undefined
}

export const isFactorNeeded = (policy: SecondFactorPolicy, permissions: Permissions): boolean =>
  policy === 'everybody' || (policy === 'administrators' && administers(permissions))

/** Whoever opens any part of the console, or says who may do what. */
export const administers = ({ console, permissions }: Permissions): boolean =>
  console.settings || console.authority || console.users || console.audit || permissions.edit
