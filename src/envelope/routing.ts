import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Tx } from '../db/open.ts'
import { masked } from '../mail/masked.ts'
import { type Envelope, listRecipients, type Recipient } from './envelope.ts'
import { createInvitation } from './invitation.ts'
import { acts } from './naming.ts'
import { scheduleReminder } from './reminding.ts'
import { addressOf, nameOf, tellRecipient } from './telling.ts'

/** Of the given recipients, those whose turn it is: the lowest order in which somebody has not acted yet; equal numbers act in parallel. */
export function whoseTurn(recipients: readonly Recipient[]): Recipient[] {
  const open = recipients.filter((recipient) => acts(recipient) && recipient.status !== 'signed')
  const turn = Math.min(...open.map(({ routingOrder }) => routingOrder))
  return open.filter(({ routingOrder }) => routingOrder === turn)
}

export const isTurnOf = (recipients: readonly Recipient[], id: string): boolean => whoseTurn(recipients).some((one) => one.id === id)

export const everybodyHasSigned = (recipients: readonly Recipient[]): boolean => whoseTurn(recipients).length === 0

/** Invites whoever's turn has come and who is not invited yet. Nobody is left: `false`. */
export async function inviteNext(tx: Tx, act: Act, envelope: Envelope): Promise<boolean> {
  const turn = whoseTurn(await listRecipients(tx, envelope.id))
  for (const recipient of turn) if (recipient.status === 'waiting') await invite(tx, act, envelope, recipient)
  return turn.length > 0
}

async function invite(tx: Tx, act: Act, envelope: Envelope, recipient: Recipient): Promise<void> {
  await tx.updateTable('recipient').set({ status: 'invited' }).where('id', '=', recipient.id).where('status', '=', 'waiting').execute()
  const invitation = await createInvitation(tx, act, recipient, envelope)
  await scheduleReminder(tx, act.at, envelope, recipient)
  await append(tx, act, {
    type: 'recipient.invited',
    envelopeId: envelope.id,
    detail: { recipient: recipient.id, channel: recipient.channel, address: masked(addressOf(recipient)) },
    clear: { name: nameOf(recipient) },
  })
  await tellRecipient(tx, act, 'invitation', envelope, recipient, { invitation: invitation.id })
}
