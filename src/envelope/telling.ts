import type { Act } from '../audit/act.ts'
import type { Tx } from '../db/open.ts'
import type { MessageKind, MessageParams } from '../mail/message.ts'
import { queueMessage } from '../mail/outbox.ts'
import type { NotificationKind } from '../notification/kinds.ts'
import { type NewNotification, notify } from '../notification/notifying.ts'
import type { Envelope, Recipient } from './envelope.ts'

/** What brings a recipient their link, as long as they have not acted. */
export const WAYS_IN: readonly MessageKind[] = ['invitation', 'reminder', 'corrected', 'delegated', 'ending-soon', 'fresh-link']

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

/** Whoever did this themselves, as a recipient, is not told of it. */
const OWN_ACTS: ReadonlySet<NotificationKind> = new Set(['opened', 'signed', 'declined', 'delegated'])

/** To the sender: in the page, and by mail as they have chosen. */
export async function tellSender(
  tx: Tx,
  act: Act,
  kind: NotificationKind,
  envelope: Pick<Envelope, 'id' | 'senderId' | 'responsibleId'>,
  { about, ...told }: Pick<NewNotification, 'key' | 'params' | 'mailing'> & { readonly about?: Pick<Recipient, 'id' | 'userId'> } = {},
): Promise<void> {
  // Whoever looks after it now is told with the one who sent it.
  const whom = new Set([envelope.senderId, envelope.responsibleId ?? envelope.senderId])
  if (OWN_ACTS.has(kind) && about?.userId) whom.delete(about.userId)
  for (const userId of whom)
    await notify(tx, act, userId, {
      kind,
      envelopeId: envelope.id,
      ...(about ? { recipientId: about.id } : {}),
      ...told,
    })
}

export const addressOf = ({ channel, email, phone }: Pick<Recipient, 'channel' | 'email' | 'phone'>): string =>
  (channel === 'sms' ? phone : email) ?? ''

export const nameOf = ({ firstName, lastName }: Pick<Recipient, 'firstName' | 'lastName'>): string => `${firstName} ${lastName}`.trim()

/** A role of a template that names nobody. */
export const isOpenRole = (recipient: Pick<Recipient, 'firstName' | 'lastName'> & { readonly roleName?: string | null }): boolean =>
  Boolean(recipient.roleName) && !nameOf(recipient)

/** On the sender's own pages: the person, or the role while it is open. */
export const nameOrRole = (recipient: Pick<Recipient, 'firstName' | 'lastName' | 'roleName'>): string =>
  nameOf(recipient) || (recipient.roleName ?? '')
