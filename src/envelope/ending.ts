import type { Act } from '../audit/act.ts'
import type { Tx } from '../db/open.ts'
import type { MessageKind } from '../mail/message.ts'
import { withdrawMessages } from '../mail/outbox.ts'
import { advance, type Envelope, listRecipients } from './envelope.ts'
import { revokeInvitations } from './invitation.ts'
import { acts } from './naming.ts'
import { tellRecipient } from './telling.ts'

/**
 * Ends an envelope before its completion: links stop working, what waits to be sent is withdrawn, and everybody who had been asked is told,
 * in the transaction of the caller, who records why.
 */
export async function endEnvelope(
  tx: Tx,
  act: Act,
  envelope: Envelope,
  to: 'declined' | 'voided' | 'expired',
  ending: { readonly reason: string | null; readonly by: string | null; readonly except?: string },
): Promise<void> {
  await advance(tx, act.at, envelope, to, { endedAt: act.at, endReason: ending.reason, endedBy: ending.by })
  const recipients = await listRecipients(tx, envelope.id)
  const ids = recipients.map(({ id }) => id)
  await revokeInvitations(tx, act, ids)
  await withdrawMessages(tx, { envelopeId: envelope.id })
  await tx.updateTable('recipient').set({ remindAt: null }).where('envelopeId', '=', envelope.id).execute()
  if (ids.length) await tx.deleteFrom('frozenRevision').where('recipientId', 'in', ids).execute()
  const kind: MessageKind = to
  for (const recipient of recipients)
    if (acts(recipient) && recipient.status !== 'waiting' && recipient.id !== ending.except)
      await tellRecipient(tx, act, kind, envelope, recipient, ending.reason ? { reason: ending.reason } : {})
}
