import { base64url } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'

/** The row that tells whether a node has the secret key of the others; it says nothing of the key. */
const KEY = 'secret-key-mark'

const stored = (db: Db) => db.selectFrom('setting').select('value').where('key', '=', KEY).executeTakeFirst()

export const wasBegun = async (db: Db): Promise<boolean> => (await stored(db)) !== undefined

/** Whoever comes first decides; afterwards true of the same key alone. */
export async function isOfThisKey(db: Db, at: Instant, secretKey: SecretKey): Promise<boolean> {
  const value = JSON.stringify(base64url(secretKey.authenticate('node', 'mark')))
  await db
    .insertInto('setting')
    .values({ key: KEY, value, updatedAt: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await stored(db))?.value === value
}
