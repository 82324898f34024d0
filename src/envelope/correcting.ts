import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Db } from '../db/open.ts'
import { masked } from '../mail/masked.ts'
import { openRecipient } from './acting.ts'
import { entitled } from './entitlement.ts'
import type { Recipient } from './envelope.ts'
import { sendFreshLink } from './link-renewal.ts'
import { startAnew } from './starting-anew.ts'
import { addressOf, nameOf } from './telling.ts'

export type Correction = Pick<Recipient, 'firstName' | 'lastName' | 'email' | 'phone' | 'channel' | 'language'>

/**
 * Puts right how somebody is reached or written, as long as they have not acted. Whoever was invited receives a new link, and the old one,
 * which may have gone to a stranger, stops. What they filled in or confirmed under the old address is forgotten. A corrected name stands in their own
 * row of the certificate of completion.
 */
export function correctRecipient(
  db: Db,
  act: UserAct,
  user: Reader,
  envelopeId: string,
  recipientId: string,
  correction: Correction,
): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { envelope, recipient: before } = await openRecipient(tx, user, envelopeId, recipientId)
    const recipient: Recipient = await entitled(tx, user, { ...before, ...correction })
    await startAnew(tx, act, recipientId, recipient)
    await append(tx, act, {
      type: 'recipient.corrected',
      envelopeId,
      detail: {
        recipient: recipientId,
        renamed: nameOf(before) !== nameOf(recipient),
        channel: recipient.channel,
        address: masked(addressOf(recipient)),
        before: masked(addressOf(before)),
      },
      clear: { name: nameOf(recipient) },
    })
    if (before.status === 'invited') await sendFreshLink(tx, act, envelope, recipient, 'corrected')
  })
}
