import { isIP } from 'node:net'
import { base64url } from '../base/bytes.ts'
import { DAY, type Instant, later, MINUTE, SECOND } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'

/** What is counted, without saying whom: an address or an IP stands there only as a code under the key outside the database. */
export const bucketOf = (secretKey: SecretKey, ...parts: readonly string[]): string =>
  base64url(secretKey.authenticate('rate-limit', ...parts))

/**
 * Whoever is counted by where they are: an IPv4 address, or the /64 of an IPv6 address, of which one line has as many addresses as it likes. An IPv4
 * address that is written as IPv6 is itself.
 */
export function networkOf(ip: string | null): string {
  const [address = ''] = (ip ?? '').split('%')
  if (isIP(address) !== 6) return address
  const groups = groupsOf(URL.parse(`http://[${address}]/`)!.hostname.slice(1, -1))
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.')
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** Of the shortest form of an IPv6 address, in which one row of zeros may be left out. */
function groupsOf(address: string): number[] {
  const [before = [], behind = []] = address
    .split('::')
    .map((half) => (half ? half.split(':').map((group) => Number.parseInt(group, 16)) : []))
  return [...before, ...Array<number>(8 - before.length - behind.length).fill(0), ...behind]
}

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

/** Of a code's million, a stranger who has the rest is given so many a day. */
export const CODES_PER_DAY = 25
const WINDOW = 15 * MINUTE
const PER_ACCOUNT = 10
const PER_IP = 50
/** The first wrong passwords cost nothing, then each doubles the wait: 1 s, 2 s, 4 s … */
const FREE = 4

/**
 * Counts a try before it is looked at, so that tries sent at once are counted too, or refuses it: by account, by address of the network, and, where
 * a few digits are guessed, by the day.
 */
export function reserve(db: Db, at: Instant, account: string, ip: string | null, perDay?: number): Promise<void> {
  return db.transaction().execute(async (tx) => {
    refuseTooMany(at, await attemptsIn(tx, account, at, WINDOW), PER_ACCOUNT)
    if (perDay) {
      const { count, last } = await attemptsIn(tx, account, at, DAY)
      if (count >= perDay) refuseUntil(at, later(last ?? at, DAY))
    }
    if (ip) {
      const { count, last } = await attemptsIn(tx, ip, at, WINDOW)
      if (count >= PER_IP) refuseUntil(at, later(last ?? at, WINDOW))
      await recordAttempt(tx, ip, at)
    }
    await recordAttempt(tx, account, at)
  })
}

function refuseTooMany(at: Instant, { count, last }: Attempts, most: number): void {
  if (!last) return
  if (count >= most) refuseUntil(at, later(last, WINDOW))
  const free = later(last, count < FREE ? 0 : 2 ** (count - FREE) * SECOND)
  if (at < free) refuseUntil(at, free)
}

function refuseUntil(at: Instant, free: Instant): never {
  const seconds = Math.max(1, Math.ceil((Date.parse(free) - Date.parse(at)) / SECOND))
  throw new Refusal('rate_limited', 'sign-in.too-many', { seconds })
}
