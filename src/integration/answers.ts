import type { Digest } from '../base/digest.ts'
import { HOUR, type Instant, later, MINUTE } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db } from '../db/open.ts'

/** So long a repeated request gets the answer of the first one. */
export const KEPT = 24 * HOUR
/** Longer than any request takes: what is under way for longer was cut off. */
export const CUT_OFF = 10 * MINUTE

export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Request {
  /** Whose key it is. */
  readonly scope: string
  readonly key: string
  readonly digest: Digest
  /** It may be carried out again after it was cut off: what it does is done once, whoever asks. */
  readonly isRepeatable: boolean
}

/** Null: it is the first, and is to be carried out. Otherwise what the first was answered; refused while that is under way, and for another request. */
export async function beginAnswer(db: Db, at: Instant, { scope, key, digest, isRepeatable }: Request): Promise<KeptAnswer | null> {
  await db.deleteFrom('apiAnswer').where('startedAt', '<', later(at, -KEPT)).execute()
  const row = { scope, key, request: digest, status: null, headers: '{}', body: '', startedAt: at }
  const first = await db
    .insertInto('apiAnswer')
    .values(row)
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst()
  if (first) return null
  const known = await db.selectFrom('apiAnswer').selectAll().where('scope', '=', scope).where('key', '=', key).executeTakeFirst()
  // The first was refused meanwhile, and its key is free again.
  if (!known) throw new Refusal('conflict', 'idempotency.under-way')
  if (known.request !== digest) throw new Refusal('invalid', 'idempotency.other-request')
  if (known.status !== null) return { status: known.status, headers: JSON.parse(known.headers) as KeptAnswer['headers'], body: known.body }
  if (later(known.startedAt, CUT_OFF) > at) throw new Refusal('conflict', 'idempotency.under-way')
  if (!isRepeatable) throw new Refusal('conflict', 'idempotency.cut-off')
  const { numUpdatedRows } = await db
    .updateTable('apiAnswer')
    .set({ startedAt: at })
    .where('scope', '=', scope)
    .where('key', '=', key)
    .where('startedAt', '=', known.startedAt)
    .where('status', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'idempotency.under-way')
  return null
}

export const keepAnswer = (
  db: Db,
  { scope, key }: Pick<Request, 'scope' | 'key'>,
  { status, headers, body }: KeptAnswer,
): Promise<unknown> =>
  db
    .updateTable('apiAnswer')
    .set({ status, headers: JSON.stringify(headers), body })
    .where('scope', '=', scope)
    .where('key', '=', key)
    .execute()

/** It was refused and nothing has changed: the key may be used again, for a request that has been put right too. */
export const forgetAnswer = (db: Db, { scope, key }: Pick<Request, 'scope' | 'key'>): Promise<unknown> =>
  db.deleteFrom('apiAnswer').where('scope', '=', scope).where('key', '=', key).where('status', 'is', null).execute()
