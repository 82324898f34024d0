import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { base64url, equalBytes, fromBase64url } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { LdapFailure } from '../ldap/server.ts'
import { readSetting } from '../setting/setting.ts'
import { bucketOf, clearAttempts, networkOf, reserve, takeBackAttempt } from './attempts.ts'
import { verifyPassword } from './password.ts'
import { type Opened, openSession } from './opening.ts'
import { arrive } from './sign-on/arriving.ts'
import { askDirectories, type DirectoryAnswer, isDirectoryPassword } from './sign-on/directory-password.ts'
import { noteSession } from './sign-on/sessions.ts'
import { addressOf, findUserByAddress } from './users.ts'

export interface SignInTools {
  readonly db: Db
  readonly secretKey: SecretKey
}

export interface Credentials {
  readonly email: string
  readonly password: string
  /** What the browser remembers from an earlier sign-in: a stranger who guesses cannot lock this device out. */
  readonly device?: string | undefined
  /** At the page of the break-glass administrator, whose password is never asked of a directory. */
  readonly isBreakGlass?: boolean
}

/**
 * One message, one amount of work and one limit, whether the account exists or not. Every try is counted before the password is
 * looked at, so that tries sent at once are counted too.
 */
export async function signIn({ db, secretKey }: SignInTools, act: Act, credentials: Credentials): Promise<Opened> {
  const address = addressOf(credentials.email) ?? credentials.email.trim().toLowerCase()
  const known = isKnownDevice(secretKey, address, credentials.device)
  const account = known ? bucketOf(secretKey, 'sign-in device', credentials.device ?? '') : bucketOf(secretKey, 'sign-in account', address)
  const ip = known ? null : bucketOf(secretKey, 'sign-in ip', networkOf(act.ip))
  await reserve(db, act.at, account, ip)

  const user = await findUserByAddress(db, credentials.email)
  const { only, breakGlassUserId } = await readSetting(db, 'signOn')
  // While everybody signs on by a source, one password of the house opens, and at its own page alone.
  const isLocal = !only || (credentials.isBreakGlass === true && user?.id === breakGlassUserId)
  const matches = await verifyPassword(
    credentials.password,
    isLocal && user && !user.disabledAt && !user.isService ? user.passwordHash : null,
  )
  const answer: DirectoryAnswer =
    matches || credentials.isBreakGlass
      ? { kind: 'not-theirs' }
      : await askDirectories({ db, secretKey }, user, credentials.email.trim(), credentials.password)
  if (answer.kind === 'silent') throw new Refusal('unavailable', 'sign-in.directory-silent')
  if (answer.kind === 'expired') throw new Refusal('invalid', 'sign-in.directory-expired', { name: answer.source.name })
  const arrived = answer.kind === 'theirs' ? await arrive(db, act, answer.source, answer.told, true) : null
  const found = arrived ?? (matches ? user : null)

  return db
    .transaction()
    .execute(async (tx) => {
      // Read again: an account disabled while the password was looked at is disabled.
      const still = found
        ? await tx.selectFrom('user').selectAll().where('id', '=', found.id).where('disabledAt', 'is', null).executeTakeFirst()
        : undefined
      if (!still || still.passwordHash !== found?.passwordHash) {
        await append(tx, act, { type: 'user.sign-in-refused', detail: { user: user?.id ?? null }, clear: { email: address.slice(0, 254) } })
        return null
      }
      await clearAttempts(tx, account)
      if (ip) await takeBackAttempt(tx, ip, act.at)
      const knownDevice = known || isKnownDevice(secretKey, still.email, credentials.device)
      const opened = await openSession(tx, act, still, { method: arrived ? 'ldap' : 'password', knownDevice })
      if (answer.kind === 'theirs') await noteSession(tx, act, opened, answer.source.id, answer.told.subject)
      return opened
    })
    .then((opened) => {
      // Thrown outside: the refusal is part of what is committed.
      if (!opened) throw new Refusal('invalid', 'sign-in.wrong')
      return opened
    })
}

/** For a password that is asked for again by somebody who is signed in already. */
export async function confirmPassword({ db, secretKey }: SignInTools, act: Act, user: UserRow, password: string): Promise<void> {
  const bucket = bucketOf(secretKey, 'confirm', user.id)
  await reserve(db, act.at, bucket, null)
  const isDirectorys = await isDirectoryPassword({ db, secretKey }, user.id, password).catch((error: unknown) => {
    throw error instanceof LdapFailure ? new Refusal('unavailable', 'sign-in.directory-silent') : error
  })
  if (!(isDirectorys ?? (await verifyPassword(password, user.passwordHash)))) throw new Refusal('invalid', 'password.current-wrong')
  await clearAttempts(db, bucket)
}

/** Says "this browser has signed in as this address before", and nothing else; it opens nothing. To be remembered by the browser. */
export function deviceToken(secretKey: SecretKey, address: string): string {
  const id = base64url(crypto.getRandomValues(new Uint8Array(16)))
  return `${id}.${base64url(secretKey.authenticate('device', id, address))}`
}

/** For other ways to sign in, too. */
export function isKnownDevice(secretKey: SecretKey, address: string, device: string | undefined): boolean {
  const [id = '', mac = ''] = device?.split('.') ?? []
  try {
    return id !== '' && equalBytes(fromBase64url(mac), secretKey.authenticate('device', id, address))
  } catch {
    return false
  }
}
