import { sha256 } from '../../audit/trail.ts'
import { hex, utf8 } from '../../base/bytes.ts'
import type { Instant } from '../../base/instant.ts'
import type { Db, Tx } from '../../db/open.ts'

/** Takes an answer of a provider, once: false, where it was taken before. Of two that come at once, one is taken. */
export async function takeAnswer(tx: Tx, at: Instant, ...parts: readonly string[]): Promise<boolean> {
  const digest = hex(sha256(utf8(JSON.stringify(parts))))
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('identityAnswer')
    .values({ digest, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** What is older than that is refused for its age. */
export const sweepAnswers = (db: Db, before: Instant): Promise<unknown> =>
  db.deleteFrom('identityAnswer').where('at', '<', before).execute()
