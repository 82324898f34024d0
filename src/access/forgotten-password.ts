import { type Act, systemAct } from '../audit/act.ts'
import { append, sha256 } from '../audit/trail.ts'
import { base64, base64url, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import { HOUR, type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { PasswordLinkTable, UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { queueMessage } from '../mail/outbox.ts'
import { attemptsIn, bucketOf, networkOf, recordAttempt } from './attempts.ts'
import { type Opened, openSession } from './opening.ts'
import { checkPassword, hashPassword } from './password.ts'
import { fullName } from './roles.ts'
import { endSessions } from './session.ts'
import type { SignInTools } from './sign-in.ts'
import { originOf } from './sign-on/owned.ts'
import { tellOwner } from './telling.ts'
import { addressOf } from './users.ts'
import { ownWordsOf } from './welcome.ts'

export const PASSWORD_LINK_LASTS = 30 * MINUTE
/** The job that looks whether somebody may choose a new password by the address that was typed. */
export const PASSWORD_LINK_ASKED = 'password-link.asked'

const ASKED_AN_HOUR = { address: 3, ip: 20 }

/**
 * Somebody has forgotten their password. Nothing is looked up here: whether there is such an account or not, the answer takes as long and says the
 * same. Past the limits nothing is queued, and the answer is still the same. The address stands in the job under the key outside the database.
 */
export async function askForPasswordLink({ db, secretKey }: SignInTools, act: Act, typed: string): Promise<void> {
  const address = addressOf(typed)
  const own = bucketOf(secretKey, 'password-link', address ?? '')
  const buckets = [
    { bucket: own, most: ASKED_AN_HOUR.address },
    { bucket: bucketOf(secretKey, 'password-link ip', networkOf(act.ip)), most: ASKED_AN_HOUR.ip },
  ]
  await db.transaction().execute(async (tx) => {
    let isTooOften = false
    for (const { bucket, most } of buckets) {
      isTooOften ||= (await attemptsIn(tx, bucket, act.at, HOUR)).count >= most
      await recordAttempt(tx, bucket, act.at)
    }
    if (!address || isTooOften) return
    const sealed = base64(secretKey.seal('password-link', PASSWORD_LINK_ASKED, utf8(address)))
    await append(tx, act, { type: 'user.password-link-asked', clear: { email: address } })
    await enqueue(tx, act.at, { kind: PASSWORD_LINK_ASKED, payload: { sealed }, key: `${PASSWORD_LINK_ASKED} ${own}` })
  })
}

/** The job: a link for an account that has a password here, and for nobody else anything. A new link ends the earlier ones. */
export function sendPasswordLink({ db, secretKey }: SignInTools, at: Instant, sealed: string): Promise<void> {
  const address = fromUtf8(secretKey.open('password-link', PASSWORD_LINK_ASKED, fromBase64(sealed)))
  return db.transaction().execute(async (tx) => {
    const user = await tx.selectFrom('user').selectAll().where('email', '=', address).where('disabledAt', 'is', null).executeTakeFirst()
    if (!user || !(await hasOwnPassword(tx, user))) return
    const link = {
      id: newId('pwl'),
      userId: user.id,
      address: user.email,
      createdAt: at,
      expiresAt: later(at, PASSWORD_LINK_LASTS),
      usedAt: null,
    }
    await tx.updateTable('passwordLink').set({ usedAt: at }).where('userId', '=', user.id).where('usedAt', 'is', null).execute()
    await tx
      .insertInto('passwordLink')
      .values({ ...link, tokenHash: hashOf(tokenOf(secretKey, link)) })
      .execute()
    const message = { kind: 'password-link', channel: 'email', address: user.email, language: user.language, userId: user.id } as const
    await queueMessage(tx, systemAct(at), { ...message, params: { link: link.id } })
  })
}

/** Accounts of a directory have theirs there; whoever was never here comes by the link of the first visit. */
const hasOwnPassword = async (db: Db, user: UserRow): Promise<boolean> =>
  user.passwordHash !== null && (await originOf(db, user.id)) === null

/** The secret of a link is made when its message is sent, from the key outside the database; what is kept is a hash. */
const tokenOf = (secretKey: SecretKey, { id, userId, expiresAt }: Pick<PasswordLinkTable, 'id' | 'userId' | 'expiresAt'>): string =>
  base64url(secretKey.authenticate('password-link', id, userId, expiresAt))
const hashOf = (token: string): Digest => digestOf(sha256(utf8(token)))

export async function passwordLinkToTell(
  db: Db,
  secretKey: SecretKey,
  id: string,
  at: Instant,
): Promise<{ user: UserRow; token: string; until: Instant } | null> {
  const link = await db.selectFrom('passwordLink').selectAll().where('id', '=', id).executeTakeFirst()
  const user = link && (await liveOwner(db, link, at))
  return user ? { user, token: tokenOf(secretKey, link), until: link.expiresAt } : null
}

async function liveOwner(db: Db, link: PasswordLinkTable, at: Instant): Promise<UserRow | null> {
  if (link.usedAt !== null || at >= link.expiresAt) return null
  const user = await db.selectFrom('user').selectAll().where('id', '=', link.userId).where('disabledAt', 'is', null).executeTakeFirst()
  return user && user.email === link.address && (await hasOwnPassword(db, user)) ? user : null
}

/** Whose link it is; forged, late, used ones, and one that was sent to an earlier address, are all the same. */
export async function redeemPasswordLink(db: Db, at: Instant, token: string): Promise<{ link: PasswordLinkTable; user: UserRow }> {
  const link = await db.selectFrom('passwordLink').selectAll().where('tokenHash', '=', hashOf(token)).executeTakeFirst()
  const user = link && (await liveOwner(db, link, at))
  if (!user) throw new Refusal('gone', 'password-link.over')
  return { link, user }
}

/** Sets the password, ends every session, tells the person, and signs them in as far as their second factor lets it. */
export async function acceptPasswordLink(
  { db }: SignInTools,
  act: Act,
  token: string,
  password: string,
  companyWords: readonly string[],
): Promise<Opened> {
  const { link, user } = await redeemPasswordLink(db, act.at, token)
  checkPassword(password, [...companyWords, ...ownWordsOf(user)])
  const passwordHash = await hashPassword(password)
  const own = { ...act, actor: { kind: 'user', id: user.id } } as const
  return db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('passwordLink')
      .set({ usedAt: act.at })
      .where('id', '=', link.id)
      .where('usedAt', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n || !(await liveOwner(tx, link, act.at))) throw new Refusal('gone', 'password-link.over')
    await tx.updateTable('user').set({ passwordHash }).where('id', '=', user.id).execute()
    await append(tx, own, { type: 'user.password-changed', detail: { user: user.id, by: 'link' }, clear: { name: fullName(user) } })
    await tellOwner(tx, own, user, 'password-changed')
    await endSessions(tx, own, user.id, null)
    return openSession(tx, act, { ...user, passwordHash }, { method: 'link', knownDevice: false })
  })
}
