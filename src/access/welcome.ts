import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { base64url, equalBytes, fromBase64url } from '../base/bytes.ts'
import { DAY, type Instant, instant, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { checkPassword, hashPassword } from './password.ts'
import { fullName } from './roles.ts'
import { type Opened, openSession } from './opening.ts'
import { endSessions } from './session.ts'

/** A link by which a person sets their password: at the first visit, or when it was forgotten. */
export const WELCOME_LASTS = 7 * DAY

/**
 * Nothing is stored: the code binds the person, the end of its life, the address it was sent to and the password it replaces, so it
 * is dead once a password was set by it.
 */
export function welcomeToken(secretKey: SecretKey, user: UserRow, expiresAt: Instant): string {
  return `${user.id}.${Date.parse(expiresAt).toString(36)}.${base64url(macOf(secretKey, user, expiresAt))}`
}

export const welcomeExpiry = (at: Instant): Instant => later(at, WELCOME_LASTS)

const macOf = (secretKey: SecretKey, user: UserRow, expiresAt: Instant) =>
  secretKey.authenticate('welcome', user.id, expiresAt, user.email, user.passwordHash ?? '')

/** Whom the link belongs to. Forged, late and used ones are all the same. */
export async function redeemWelcome(db: Db, secretKey: SecretKey, at: Instant, token: string): Promise<UserRow> {
  const user = await welcomed(db, secretKey, at, token).catch(() => null)
  if (!user) throw new Refusal('gone', 'welcome.link-over')
  return user
}

async function welcomed(db: Db, secretKey: SecretKey, at: Instant, token: string): Promise<UserRow | null> {
  const [id = '', until = '', mac = ''] = token.split('.')
  const expiresAt = instant(Number.parseInt(until, 36))
  const user = await db.selectFrom('user').selectAll().where('id', '=', id).where('disabledAt', 'is', null).executeTakeFirst()
  return user && at < expiresAt && equalBytes(fromBase64url(mac), macOf(secretKey, user, expiresAt)) ? user : null
}

/** Sets the password, ends every session there was, and opens one as far as the second factor lets it. */
export async function acceptWelcome(
  tools: { readonly db: Db; readonly secretKey: SecretKey },
  act: Act,
  token: string,
  password: string,
  companyWords: readonly string[],
): Promise<Opened> {
  const user = await redeemWelcome(tools.db, tools.secretKey, act.at, token)
  checkPassword(password, [...companyWords, ...ownWordsOf(user)])
  const passwordHash = await hashPassword(password)
  const own = { ...act, actor: { kind: 'user', id: user.id } } as const
  return tools.db.transaction().execute(async (tx) => {
    // Compared with the password that the link replaces: of two submits, one wins.
    const { numUpdatedRows } = await tx
      .updateTable('user')
      .set({ passwordHash })
      .where('id', '=', user.id)
      .where('disabledAt', 'is', null)
      .where('passwordHash', user.passwordHash === null ? 'is' : '=', user.passwordHash)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new Refusal('gone', 'welcome.link-over')
    await append(tx, own, { type: 'user.password-changed', detail: { user: user.id, by: 'link' }, clear: { name: fullName(user) } })
    await endSessions(tx, own, user.id, null)
    return openSession(tx, act, { ...user, passwordHash }, { method: 'link', knownDevice: false })
  })
}

/** What somebody who knows the person would try. */
export const ownWordsOf = (user: Pick<UserRow, 'email' | 'firstName' | 'lastName'>): string[] => [
  ...user.email.split(/[@.]/),
  user.firstName,
  user.lastName,
]
