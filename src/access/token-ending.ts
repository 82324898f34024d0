import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Tx } from '../db/open.ts'

/** The tokens of a person, or one of them: the next request by it is a stranger's. Answers how many ended. */
export async function endTokens(tx: Tx, act: Act, userId: string, only?: string): Promise<number> {
  const by = 'id' in act.actor ? act.actor.id : act.actor.kind
  let ending = tx.updateTable('apiToken').set({ endedAt: act.at, endedBy: by }).where('userId', '=', userId).where('endedAt', 'is', null)
  if (only) ending = ending.where('id', '=', only)
  const ended = await ending.returning(['id', 'name']).execute()
  for (const { id, name } of ended) await append(tx, act, { type: 'token.ended', detail: { user: userId, token: id }, clear: { name } })
  return ended.length
}
