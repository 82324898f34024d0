import { findUser } from '../access/users.ts'
import { welcomeToken } from '../access/welcome.ts'
import type { Clock, Instant } from '../base/instant.ts'
import type { Config } from '../config/config.ts'
import type { SecretKey } from '../config/secret-key.ts'
import type { Db } from '../db/open.ts'
import { originsOf } from '../http/origins.ts'
import type { Message, MessageFacts, MessageSources } from '../mail/message.ts'
import { defaultLegalEntity } from '../setting/legal-entity.ts'
import { readSetting } from '../setting/setting.ts'
import { readObject } from '../store/object.ts'

export interface SourceTools {
  readonly db: Db
  readonly clock: Clock
  readonly config: Config
  readonly secretKey: SecretKey
}

/** What a message says is gathered when it is sent or opened: the newest name, the newest address, a link that works now. */
export const messageSources = (tools: SourceTools): MessageSources => ({
  async factsOf(message) {
    if (message.kind === 'welcome') return welcomeFacts(tools, message)
    if (message.kind === 'test') return companyFacts(tools)
    throw new Error(`nobody knows what a message of the kind ${message.kind} says`)
  },
  async handedOver() {
    // The opening itself is an event already; no evidence of a signature rests on a first-visit link.
  },
})

export async function companyFacts({ db }: Pick<SourceTools, 'db'>): Promise<Pick<MessageFacts, 'company' | 'logo' | 'timeZone'>> {
  const entity = await defaultLegalEntity(db)
  const { timeZone } = await readSetting(db, 'installation')
  return { company: entity?.legalName ?? 'Paraphe', logo: entity?.logoDigest ? await readObject(db, entity.logoDigest) : null, timeZone }
}

async function welcomeFacts(tools: SourceTools, message: Message): Promise<MessageFacts | null> {
  const until = message.params['until'] as Instant
  const user = message.userId ? await findUser(tools.db, message.userId).catch(() => null) : null
  if (!user || user.disabledAt || tools.clock() >= until) return null
  const { staff } = originsOf(tools.config, await readSetting(tools.db, 'installation'))
  return {
    ...(await companyFacts(tools)),
    name: user.firstName,
    linkUntil: until,
    link: `${staff}/welcome/${welcomeToken(tools.secretKey, user, until)}`,
  }
}
