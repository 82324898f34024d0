import { type Expression, sql, type SqlBool } from 'kysely'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'

export interface Rate {
  readonly isWithin: boolean
  /** Requests a minute. */
  readonly limit: number
  readonly remaining: number
  /** Seconds until the whole rate is there again; of a refused request, until one more is let through. */
  readonly reset: number
}

const WINDOW = 60_000

/**
 * A bucket that empties evenly (GCRA): one row, one statement, shared by every node. `fullAt` is when the token has its whole rate again; a request
 * moves it on by a minute's share, and is refused where it would be more than a minute away. The most is a minute's worth at once.
 */
export async function takeRequest(db: Db, tokenId: string, at: Instant, limit: number): Promise<Rate> {
  const now = Date.parse(at)
  const share = Math.max(1, Math.floor(WINDOW / limit))
  const since = sql<number>`(case when api_rate.full_at > ${now} then api_rate.full_at else ${now} end)`
  const taken = await db
    .insertInto('apiRate')
    .values({ tokenId, fullAt: now + share })
    .onConflict((conflict) =>
      conflict
        .column('tokenId')
        .doUpdateSet({ fullAt: sql<number>`${since} + ${share}` })
        .where((): Expression<SqlBool> => sql<SqlBool>`${since} + ${share} <= ${now + share * limit}`),
    )
    .returning('fullAt')
    .executeTakeFirst()
  if (taken) {
    const ahead = Number(taken.fullAt) - now
    return { isWithin: true, limit, remaining: Math.max(0, limit - Math.ceil(ahead / share)), reset: Math.ceil(ahead / 1_000) }
  }
  const row = await db.selectFrom('apiRate').select('fullAt').where('tokenId', '=', tokenId).executeTakeFirst()
  const wait = Number(row?.fullAt ?? now) + share - (now + share * limit)
  return { isWithin: false, limit, remaining: 0, reset: Math.max(1, Math.ceil(wait / 1_000)) }
}
