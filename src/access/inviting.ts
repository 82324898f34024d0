import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { UserRow } from '../db/database.ts'
import type { Tx } from '../db/open.ts'
import { queueMessage } from '../mail/outbox.ts'
import { originOf } from './sign-on/owned.ts'
import { fullName } from './roles.ts'
import { welcomeExpiry } from './welcome.ts'

/** Queues the link by which a person sets their password. Without a mail server it waits in the Outbox. */
export async function inviteUser(
  tx: Tx,
  act: Act,
  user: Pick<UserRow, 'id' | 'email' | 'firstName' | 'lastName' | 'language' | 'disabledAt' | 'isService'>,
): Promise<void> {
  if (user.disabledAt) throw new Refusal('conflict', 'user.is-disabled')
  if (user.isService) throw new Refusal('conflict', 'user.is-service')
  const origin = await originOf(tx, user.id)
  if (origin) throw new Refusal('conflict', 'sign-in.by-source', { name: origin.name })
  await append(tx, act, { type: 'user.invited', detail: { user: user.id }, clear: { name: fullName(user) } })
  await queueMessage(tx, act, {
    kind: 'welcome',
    channel: 'email',
    address: user.email,
    language: user.language,
    userId: user.id,
    params: { until: welcomeExpiry(act.at) },
  })
}
