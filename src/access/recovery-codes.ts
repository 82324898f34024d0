import { randomBytes } from '../base/bytes.ts'
import { type Digest, digestOf } from '../base/digest.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db, Tx } from '../db/open.ts'

export const RECOVERY_CODES = 10
/** Letters and digits that are not taken for each other; ten of these 30 hold 49 bits. */
const LETTERS = '23456789abcdefghjkmnpqrstvwxyz'
const LENGTH = 10

/** Ten new codes in place of all earlier ones. They are told once, here; what is kept is their hash under a key outside the database. */
export async function makeRecoveryCodes(tx: Tx, secretKey: SecretKey, at: Instant, userId: string): Promise<string[]> {
  await tx.deleteFrom('recoveryCode').where('userId', '=', userId).execute()
  const codes = Array.from({ length: RECOVERY_CODES }, newCode)
  await tx
    .insertInto('recoveryCode')
    .values(codes.map((code) => ({ id: newId('rec'), userId, hash: hashOf(secretKey, userId, code), createdAt: at, usedAt: null })))
    .execute()
  return codes
}

/** However it is written: capitals, spaces and dashes do not matter. Each counts once. */
export async function useRecoveryCode(tx: Tx, secretKey: SecretKey, at: Instant, userId: string, typed: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('recoveryCode')
    .set({ usedAt: at })
    .where('userId', '=', userId)
    .where('hash', '=', hashOf(secretKey, userId, typed))
    .where('usedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function recoveryCodesLeft(db: Db, userId: string): Promise<number> {
  const rows = await db.selectFrom('recoveryCode').select('id').where('userId', '=', userId).where('usedAt', 'is', null).execute()
  return rows.length
}

const hashOf = (secretKey: SecretKey, userId: string, code: string): Digest =>
  digestOf(secretKey.authenticate('recovery-code', userId, code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')))

function newCode(): string {
  let text = ''
  // Bytes beyond the last whole round are left out, so that every letter is as likely.
  while (text.length < LENGTH) for (const byte of randomBytes(16)) if (byte < 8 * LETTERS.length) text += LETTERS[byte % LETTERS.length]
  text = text.slice(0, LENGTH)
  return `${text.slice(0, 5)}-${text.slice(5)}`
}
