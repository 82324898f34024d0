import { since } from '../../audit/since.ts'
import { type OutboundTarget, placeOf } from '../../base/outbound.ts'
import type { Db } from '../../db/open.ts'
import { listTargets } from './targets.ts'

/** What is told of events, and what rules of the board may call. */
export async function outboundOfWebhooks({ db }: { readonly db: Db }): Promise<OutboundTarget[]> {
  return Promise.all(
    (await listTargets(db)).map(async ({ id, name, url, createdAt }) => ({
      kind: 'webhook' as const,
      name,
      ...placeOf(url),
      isFixed: false,
      since: createdAt,
      by: (await since(db, 'webhook-target.added', (detail) => (detail['target'] === id ? true : null))).by,
    })),
  )
}
