import { base64url } from '../base/bytes.ts'
import { type Instant, later } from '../base/instant.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'

/** What is counted, without saying whom: an address or an IP stands there only as a code under the key outside the database. */
export const bucketOf = (secretKey: SecretKey, ...parts: readonly string[]): string =>
  base64url(secretKey.authenticate('rate-limit', ...parts))

export interface Attempts {
  readonly count: number
  readonly last: Instant | null
}

export async function attemptsIn(db: Db, bucket: string, at: Instant, window: number): Promise<Attempts> {
  const row = await db
    .selectFrom('attempt')
    .select((select) => [select.fn.countAll<number>().as('count'), select.fn.max('at').as('last')])
    .where('bucket', '=', bucket)
    .where('at', '>', later(at, -window))
    .executeTakeFirstOrThrow()
  return { count: Number(row.count), last: row.last }
}

export const recordAttempt = (db: Db, bucket: string, at: Instant): Promise<unknown> =>
  db.insertInto('attempt').values({ bucket, at }).execute()

/** Takes back one attempt that turned out well. */
export const takeBackAttempt = (db: Db, bucket: string, at: Instant): Promise<unknown> =>
  db.deleteFrom('attempt').where('bucket', '=', bucket).where('at', '=', at).execute()

export const clearAttempts = (db: Db, bucket: string): Promise<unknown> => db.deleteFrom('attempt').where('bucket', '=', bucket).execute()

/** Nothing counts attempts over more than a day. */
export const sweepAttempts = (db: Db, before: Instant): Promise<unknown> => db.deleteFrom('attempt').where('at', '<', before).execute()
