import type { Instant } from '../base/instant.ts'
import type { Tx } from '../db/open.ts'

/**
 * Runs `work` once for a key within a scope (a person, a ceremony): the second submit of one form gets the first one's answer.
 * Key, answer and work stand in one transaction, so a crash leaves all or nothing.
 */
export async function once<T>(tx: Tx, at: Instant, scope: string, key: string | undefined, work: () => Promise<T>): Promise<T> {
  if (!key) return work()
  const known = await tx.selectFrom('idempotency').select('answer').where('scope', '=', scope).where('key', '=', key).executeTakeFirst()
  if (known) return JSON.parse(known.answer) as T
  const answer = await work()
  await tx
    .insertInto('idempotency')
    .values({ scope, key, answer: JSON.stringify(answer ?? null), at })
    .execute()
  return answer
}
