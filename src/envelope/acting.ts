import type { Reader } from '../access/reach.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { type Envelope, findEnvelopeFor, type Recipient } from './envelope.ts'
import { acts } from './naming.ts'
import { findRecipient } from './recipients.ts'
import { nameOf } from './telling.ts'

/** A recipient of an envelope under way who has not acted yet; refused otherwise. */
export async function openRecipient(
  db: Db | Tx,
  user: Reader,
  envelopeId: string,
  recipientId: string,
): Promise<{ envelope: Envelope; recipient: Recipient }> {
  const envelope = await findEnvelopeFor(db, user, envelopeId, 'edit')
  const recipient = await findRecipient(db, envelopeId, recipientId)
  if (envelope.status !== 'sent') throw new Refusal('conflict', 'envelope.over')
  if (!acts(recipient) || recipient.status === 'signed' || recipient.status === 'declined')
    throw new Refusal('conflict', 'recipient.has-acted', { name: nameOf(recipient) })
  return { envelope, recipient }
}

/** The same, where it is their turn now. */
export async function invitedRecipient(
  db: Db | Tx,
  user: Reader,
  envelopeId: string,
  recipientId: string,
): Promise<{ envelope: Envelope; recipient: Recipient }> {
  const found = await openRecipient(db, user, envelopeId, recipientId)
  if (found.recipient.status !== 'invited') throw new Refusal('conflict', 'recipient.not-their-turn')
  return found
}
