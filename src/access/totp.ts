import { Secret, TOTP } from 'otpauth'
import { base64url, fromBase64url, fromUtf8, randomBytes, utf8 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { HOUR, type Instant, later } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { TotpTable, UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

const PERIOD = 30
/** One half minute before and after: clocks differ, and people type slowly. */
const WINDOW = 1

/** What an authenticator app is given: RFC 6238 with what every app understands, which is SHA-1, six digits and half minutes. */
export interface Enrolment {
  /** Base32, for whoever types it. */
  readonly secret: string
  /** `otpauth://…`, for the QR code. */
  readonly uri: string
  /** The secret for the form to bring back: nothing is stored before the first code of it is given. */
  readonly sealed: string
}

const ENROLMENT_LASTS = HOUR

/** RFC 4226 §4: a secret of 160 bits. */
export function newEnrolment(secretKey: SecretKey, at: Instant, user: UserRow, issuer: string): Enrolment {
  const secret = new Secret({ buffer: randomBytes(20).buffer }).base32
  const sealed = base64url(secretKey.seal('totp', `enrolment ${user.id}`, utf8(`${at} ${secret}`)))
  return { secret, uri: totpOf(secret, issuer, user.email).toString(), sealed }
}

/** The same once more, as it was shown; null: it is not this person's, or was shown more than an hour ago. */
export function shownEnrolment(secretKey: SecretKey, at: Instant, user: UserRow, issuer: string, sealed: string): Enrolment | null {
  try {
    const [shownAt = '', secret = ''] = fromUtf8(secretKey.open('totp', `enrolment ${user.id}`, fromBase64url(sealed))).split(' ')
    if (at >= later(shownAt as Instant, ENROLMENT_LASTS)) return null
    return { secret, uri: totpOf(secret, issuer, user.email).toString(), sealed }
  } catch {
    return null
  }
}

/** The first code of the shown secret: from now on it counts, and an earlier one does not. False: it is not this code. */
export async function confirmTotp(
  tx: Tx,
  secretKey: SecretKey,
  at: Instant,
  userId: string,
  secret: string,
  code: string,
): Promise<boolean> {
  const step = stepOf(secret, at, code)
  if (!step) return false
  await tx.deleteFrom('totp').where('userId', '=', userId).execute()
  const id = newId('otp')
  const sealedSecret = secretKey.seal('totp', `${userId} ${id}`, utf8(secret))
  await tx.insertInto('totp').values({ id, userId, sealedSecret, createdAt: at, confirmedAt: at, lastStep: step }).execute()
  return true
}

/** Each code counts once, and none before the last that was used. */
export async function useTotp(tx: Tx, secretKey: SecretKey, at: Instant, userId: string, code: string): Promise<boolean> {
  const row = await tx.selectFrom('totp').selectAll().where('userId', '=', userId).executeTakeFirst()
  const step = row && stepOf(secretOf(secretKey, row), at, code)
  if (!step) return false
  const { numUpdatedRows } = await tx
    .updateTable('totp')
    .set({ lastStep: step })
    .where('id', '=', row.id)
    .where('lastStep', '<', step)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export const hasTotp = async (db: Db, userId: string): Promise<boolean> =>
  (await db.selectFrom('totp').select('id').where('userId', '=', userId).executeTakeFirst()) !== undefined

/** The half minute that the code belongs to; null: to none near this moment. */
function stepOf(secret: string, at: Instant, code: string): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const timestamp = Date.parse(at)
  const delta = totpOf(secret, '', '').validate({ token: code, timestamp, window: WINDOW })
  return delta === null ? null : Math.floor(timestamp / 1_000 / PERIOD) + delta
}

const secretOf = (secretKey: SecretKey, { userId, id, sealedSecret }: TotpTable): string =>
  fromUtf8(secretKey.open('totp', `${userId} ${id}`, sealedSecret))

const totpOf = (secret: string, issuer: string, label: string): TOTP =>
  new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: PERIOD, secret: Secret.fromBase32(secret) })
