import type { Act } from '../audit/act.ts'
import type { Tx } from '../db/open.ts'
import type { MessageKind, MessageParams } from '../mail/message.ts'
import { queueMessage } from '../mail/outbox.ts'
import type { Envelope, Recipient } from './envelope.ts'

/** To a recipient, by the channel that was chosen for them, in their language. */
export async function tellRecipient(
  tx: Tx,
  act: Act,
  kind: MessageKind,
  envelope: Pick<Envelope, 'id'>,
  recipient: Recipient,
  params: MessageParams = {},
): Promise<void> {
  await queueMessage(tx, act, {
    kind,
    channel: recipient.channel,
    address: addressOf(recipient),
    language: recipient.language,
    envelopeId: envelope.id,
    recipientId: recipient.id,
    params,
  })
}

/** To the sender, who always has an e-mail address. */
export async function tellSender(
  tx: Tx,
  act: Act,
  kind: MessageKind,
  envelope: Pick<Envelope, 'id' | 'senderId'>,
  params: MessageParams = {},
): Promise<void> {
  const sender = await tx.selectFrom('user').select(['id', 'email', 'language']).where('id', '=', envelope.senderId).executeTakeFirst()
  if (!sender) return
  await queueMessage(tx, act, {
    kind,
    channel: 'email',
    address: sender.email,
    language: sender.language,
    envelopeId: envelope.id,
    userId: sender.id,
    params,
  })
}

export const addressOf = ({ channel, email, phone }: Pick<Recipient, 'channel' | 'email' | 'phone'>): string =>
  (channel === 'sms' ? phone : email) ?? ''

export const nameOf = ({ firstName, lastName }: Pick<Recipient, 'firstName' | 'lastName'>): string => `${firstName} ${lastName}`.trim()
