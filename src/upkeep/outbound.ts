import { outboundOfTimeStamping } from '../authority/outbound.ts'
import { outboundOfSignOn } from '../access/sign-on/outbound.ts'
import type { Instant } from '../base/instant.ts'
import { type OutboundTarget, takeOutbound } from '../base/outbound.ts'
import { outboundOfWebhooks } from '../integration/webhooks/outbound.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { outboundOfVault } from './vault-place.ts'
import { outboundOfMail } from '../mail/outbound.ts'
import { outboundOfDatabase } from './outbound-database.ts'

export interface OutboundTools {
  readonly db: Db
  readonly config: Config
  readonly secretKey: SecretKey
}

/** Every room that speaks to somebody else. A new one is a line here, and calls `noteOutbound` when it does so. */
const ROOMS: readonly ((tools: OutboundTools) => Promise<OutboundTarget[]>)[] = [
  outboundOfDatabase,
  outboundOfMail,
  outboundOfTimeStamping,
  outboundOfWebhooks,
  outboundOfVault,
  outboundOfSignOn,
]

export interface ListedTarget extends OutboundTarget {
  /** Null: never, as far as is known. */
  readonly usedAt: Instant | null
}

/** Everything that leaves this house; empty where nothing does. */
export async function listOutbound(tools: OutboundTools): Promise<ListedTarget[]> {
  const targets = (await Promise.all(ROOMS.map((room) => room(tools)))).flat()
  const uses = await tools.db.selectFrom('outboundUse').selectAll().execute()
  return targets.map((target) => ({
    ...target,
    usedAt: uses.find(({ kind, host, port }) => kind === target.kind && host === target.host && port === target.port)?.usedAt ?? null,
  }))
}

/** Writes down what was used since the last time. What a crash takes is at most a minute of "last used". */
export async function keepOutboundUse(db: Db, at: Instant): Promise<void> {
  const uses = takeOutbound()
  if (!uses.length) return
  await db.transaction().execute(async (tx) => {
    for (const { kind, host, port, times } of uses)
      await tx
        .insertInto('outboundUse')
        .values({ kind, host, port, usedAt: at, times })
        .onConflict((conflict) =>
          conflict
            .columns(['kind', 'host', 'port'])
            .doUpdateSet((update) => ({ usedAt: at, times: update('outboundUse.times', '+', times) })),
        )
        .execute()
  })
}
