import { Secret, TOTP } from 'otpauth'
import { fromUtf8, randomBytes, utf8 } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { TotpTable, UserRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

const PERIOD = 30
/** One half minute before and after: clocks differ, and people type slowly. */
const WINDOW = 1

/** What an authenticator app is given: RFC 6238 with what every app understands, which is SHA-1, six digits and half minutes. */
export interface Enrolment {
  readonly id: string
  /** Base32, for whoever types it. */
  readonly secret: string
  /** `otpauth://…`, for the QR code. */
  readonly uri: string
}

/** A new secret, which counts for nothing until a code of it is given. Only the newest waits; a confirmed one stays until it is replaced. */
export async function beginTotp(tx: Tx, secretKey: SecretKey, at: Instant, user: UserRow, issuer: string): Promise<Enrolment> {
  await tx.deleteFrom('totp').where('userId', '=', user.id).where('confirmedAt', 'is', null).execute()
  const id = newId('otp')
  // RFC 4226 §4: 160 bits.
  const secret = new Secret({ buffer: randomBytes(20).buffer }).base32
  const sealedSecret = secretKey.seal('totp', `${user.id} ${id}`, utf8(secret))
  await tx.insertInto('totp').values({ id, userId: user.id, sealedSecret, createdAt: at, confirmedAt: null, lastStep: 0 }).execute()
  return { id, secret, uri: totpOf(secret, issuer, user.email).toString() }
}

/** The secret that waits for its first code, shown again as it was. */
export async function waitingTotp(db: Db, secretKey: SecretKey, user: UserRow, issuer: string): Promise<Enrolment | null> {
  const row = await db.selectFrom('totp').selectAll().where('userId', '=', user.id).where('confirmedAt', 'is', null).executeTakeFirst()
  if (!row) return null
  const secret = secretOf(secretKey, row)
  return { id: row.id, secret, uri: totpOf(secret, issuer, user.email).toString() }
}

/** The first code of the waiting secret: from now on it counts, and an earlier one does not. False: it is not this code. */
export async function confirmTotp(tx: Tx, secretKey: SecretKey, at: Instant, userId: string, code: string): Promise<boolean> {
  const row = await tx.selectFrom('totp').selectAll().where('userId', '=', userId).where('confirmedAt', 'is', null).executeTakeFirst()
  const step = row && stepOf(secretKey, row, at, code)
  if (!step) return false
  await tx.deleteFrom('totp').where('userId', '=', userId).where('id', '!=', row.id).execute()
  const { numUpdatedRows } = await tx
    .updateTable('totp')
    .set({ confirmedAt: at, lastStep: step })
    .where('id', '=', row.id)
    .where('confirmedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Each code counts once, and none before the last that was used. */
export async function useTotp(tx: Tx, secretKey: SecretKey, at: Instant, userId: string, code: string): Promise<boolean> {
  const row = await tx.selectFrom('totp').selectAll().where('userId', '=', userId).where('confirmedAt', 'is not', null).executeTakeFirst()
  const step = row && stepOf(secretKey, row, at, code)
  if (!step) return false
  const { numUpdatedRows } = await tx
    .updateTable('totp')
    .set({ lastStep: step })
    .where('id', '=', row.id)
    .where('lastStep', '<', step)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export const confirmedTotp = (db: Db, userId: string): Promise<Pick<TotpTable, 'id' | 'confirmedAt'> | undefined> =>
  db.selectFrom('totp').select(['id', 'confirmedAt']).where('userId', '=', userId).where('confirmedAt', 'is not', null).executeTakeFirst()

/** The half minute that the code belongs to; null: to none near this moment. */
function stepOf(secretKey: SecretKey, row: TotpTable, at: Instant, code: string): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const timestamp = Date.parse(at)
  const delta = totpOf(secretOf(secretKey, row), '', '').validate({ token: code, timestamp, window: WINDOW })
  return delta === null ? null : Math.floor(timestamp / 1_000 / PERIOD) + delta
}

const secretOf = (secretKey: SecretKey, { userId, id, sealedSecret }: TotpTable): string =>
  fromUtf8(secretKey.open('totp', `${userId} ${id}`, sealedSecret))

const totpOf = (secret: string, issuer: string, label: string): TOTP =>
  new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: PERIOD, secret: Secret.fromBase32(secret) })
