import type { Act } from '../audit/act.ts'
import { append, sha256 } from '../audit/trail.ts'
import { base64url, randomBytes, utf8 } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { HOUR, type Instant, later, MINUTE } from '../base/instant.ts'
import type { ProofMethod, SecondFactor, SignInMethod, UserRow, UserSessionTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { permissionsOf } from './rights.ts'
import type { User } from './roles.ts'

export type Session = UserSessionTable

/**
 * Two hours without a click, twelve in all. OWASP's 30 minutes and 8 hours would throw a person out over lunch, in the middle of a
 * contract that waits on the desk; whoever leaves for longer signs in again, and every session can be seen and ended from another device.
 */
export const IDLE = 2 * HOUR
export const ABSOLUTE = 12 * HOUR

/** A browser binds the `__Host-` name to the origin; it takes one over https alone. */
export const sessionCookie = (https: boolean): string => (https ? '__Host-paraphe' : 'paraphe')

export const newToken = (): string => base64url(randomBytes(32))
export const tokenHash = (token: string): Digest => digestOf(sha256(utf8(token)))

/** What an opening proves, in the words of a proof that is asked for later. */
const PROOF: Readonly<Record<SignInMethod | SecondFactor, ProofMethod>> = {
  password: 'password',
  link: 'password',
  ldap: 'password',
  passkey: 'passkey',
  oidc: 'oidc',
  provider: 'oidc',
  totp: 'totp',
  'recovery-code': 'totp',
}

/** How a session came to be: what said who it is, and what came after it. */
export interface Opening {
  readonly method: SignInMethod
  readonly factor: SecondFactor | null
}

/**
 * A new session under a new token of 256 bits; only its hash is kept, so nobody who reads the database can use it. Whether there is to be one
 * is decided in `opening`; whoever has just typed or chosen a password is known to sit there.
 */
export async function startSession(
  tx: Tx,
  act: Act,
  user: Pick<UserRow, 'id'>,
  { method, factor }: Opening = { method: 'password', factor: null },
): Promise<{ session: Session; token: string }> {
  const token = newToken()
  const session: Session = {
    id: newId('ses'),
    tokenHash: tokenHash(token),
    userId: user.id,
    createdAt: act.at,
    lastSeenAt: act.at,
    endedAt: null,
    ip: act.ip,
    userAgent: act.userAgent?.slice(0, 300) ?? null,
    method,
    factor,
    provedAt: act.at,
    provedBy: PROOF[factor ?? method],
  }
  await tx.insertInto('userSession').values(session).execute()
  return { session, token }
}

/** Whose session it is, or null where it ended, was left alone too long, or belongs to nobody who may still sign in. */
export async function findSession(db: Db, token: string, at: Instant): Promise<{ session: Session; user: User } | null> {
  const session = await db.selectFrom('userSession').selectAll().where('tokenHash', '=', tokenHash(token)).executeTakeFirst()
  if (!session || !isLive(session, at)) return null
  const user = await db.selectFrom('user').selectAll().where('id', '=', session.userId).where('disabledAt', 'is', null).executeTakeFirst()
  if (!user) return null
  // Written at most once a minute, so that reading a page does not write.
  if (later(session.lastSeenAt, MINUTE) <= at)
    await db.updateTable('userSession').set({ lastSeenAt: at }).where('id', '=', session.id).where('lastSeenAt', '<', at).execute()
  return { session, user: { ...user, permissions: await permissionsOf(db, user) } }
}

/** The session by its id, as it stands: looking does not put its end off. */
export async function findLiveSession(db: Db, id: string, at: Instant): Promise<{ session: Session; user: User } | null> {
  const session = await db.selectFrom('userSession').selectAll().where('id', '=', id).executeTakeFirst()
  if (!session || !isLive(session, at)) return null
  const user = await db.selectFrom('user').selectAll().where('id', '=', session.userId).where('disabledAt', 'is', null).executeTakeFirst()
  return user ? { session, user: { ...user, permissions: await permissionsOf(db, user) } } : null
}

export const isLive = (session: Session, at: Instant): boolean =>
  session.endedAt === null && at < later(session.createdAt, ABSOLUTE) && at < later(session.lastSeenAt, IDLE)

/** Newest first; ended and forgotten ones are left out. */
export async function liveSessionsOf(db: Db, at: Instant, userId: string): Promise<Session[]> {
  const rows = await db
    .selectFrom('userSession')
    .selectAll()
    .where('userId', '=', userId)
    .where('endedAt', 'is', null)
    .orderBy('lastSeenAt', 'desc')
    .execute()
  return rows.filter((session) => isLive(session, at))
}

export function signOut(db: Db, act: Act, sessionId: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('userSession')
      .set({ endedAt: act.at })
      .where('id', '=', sessionId)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows) await append(tx, act, { type: 'user.signed-out', detail: { session: sessionId } })
  })
}

/** Ends one of a person's own sessions, from wherever they are. Somebody else's is not found, and nothing happens. */
export function endSession(db: Db, act: Act, userId: string, sessionId: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const owned = await tx
      .selectFrom('userSession')
      .select('id')
      .where('id', '=', sessionId)
      .where('userId', '=', userId)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
    if (!owned) return
    await tx.updateTable('userSession').set({ endedAt: act.at }).where('id', '=', owned.id).execute()
    await append(tx, act, { type: 'user.sessions-ended', detail: { user: userId, count: 1 } })
  })
}

/** Ends every session of a person but the one to keep, half ones too; the next request of each is a stranger's. */
export async function endSessions(tx: Tx, act: Act, userId: string, keep: string | null): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('userSession')
    .set({ endedAt: act.at })
    .where('userId', '=', userId)
    .where('endedAt', 'is', null)
    .where('id', '!=', keep ?? '')
    .executeTakeFirst()
  await tx.updateTable('halfSession').set({ endedAt: act.at }).where('userId', '=', userId).where('endedAt', 'is', null).execute()
  if (numUpdatedRows) await append(tx, act, { type: 'user.sessions-ended', detail: { user: userId, count: Number(numUpdatedRows) } })
}
