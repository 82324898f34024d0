import type { Reader } from '../access/reach.ts'
import type { Act, UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { DAY, later } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import type { MessageKind, MessageParams } from '../mail/message.ts'
import { withdrawMessages } from '../mail/outbox.ts'
import { invitedRecipient } from './acting.ts'
import type { Envelope, Recipient } from './envelope.ts'
import { createInvitation } from './invitation.ts'
import { scheduleReminder } from './reminding.ts'
import { nameOf, tellRecipient, WAYS_IN } from './telling.ts'

/** The sender sends the link anew; the one before stops working. */
export function renewLink(db: Db, act: UserAct, user: Reader, envelopeId: string, recipientId: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const { envelope, recipient } = await invitedRecipient(tx, user, envelopeId, recipientId)
    await refuseManyLinks(tx, act, recipient)
    await sendFreshLink(tx, act, envelope, recipient, 'invitation')
  })
}

/** An address is no target: so many links a day. */
const LINKS_A_DAY = 10

async function refuseManyLinks(tx: Tx, act: Act, recipient: Recipient): Promise<void> {
  const sent = await tx
    .selectFrom('invitation')
    .select('id')
    .where('recipientId', '=', recipient.id)
    .where('inPerson', '=', 0)
    .where('createdAt', '>', later(act.at, -DAY))
    .execute()
  if (sent.length >= LINKS_A_DAY) throw new Refusal('rate_limited', 'recipient.too-many-links', { name: nameOf(recipient) })
}

/** A new generation of the link and its message; what was not sent of the old one is not sent any more. */
export async function sendFreshLink(
  tx: Tx,
  act: Act,
  envelope: Envelope,
  recipient: Recipient,
  kind: MessageKind,
  params: MessageParams = {},
): Promise<void> {
  await withdrawMessages(tx, { recipientId: recipient.id, kinds: WAYS_IN })
  const invitation = await createInvitation(tx, act, recipient, envelope)
  await scheduleReminder(tx, act.at, envelope, recipient)
  await append(tx, act, {
    type: 'invitation.renewed',
    envelopeId: envelope.id,
    detail: { recipient: recipient.id },
    clear: { name: nameOf(recipient) },
  })
  await tellRecipient(tx, act, kind, envelope, recipient, { ...params, invitation: invitation.id })
}
