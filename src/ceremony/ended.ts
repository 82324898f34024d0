import { equalBytes, utf8 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import type { Db } from '../db/open.ts'
import type { SecretKey } from '../config/secret-key.ts'
import { type Envelope, findEnvelope, type Recipient } from '../envelope/envelope.ts'
import { type Invitation, invitationSecret } from '../envelope/invitation.ts'
import { endingFacts } from '../envelope/message-facts.ts'
import type { MessageFacts } from '../mail/message.ts'
import { delegationsOf } from './delegating.ts'

const ENDINGS = ['declined', 'voided', 'expired'] as const

export interface EndedCeremony {
  readonly invitation: Invitation
  readonly recipient: Recipient
  readonly envelope: Envelope
  readonly kind: (typeof ENDINGS)[number]
  readonly facts: MessageFacts
}

export interface HandedOver {
  readonly invitation: Invitation
  readonly envelope: Envelope
  readonly to: string
  readonly at: Instant
  readonly reason: string
}

/** For whoever holds the link of a place that was handed over in it: to whom, and nothing that came after. Null for everything else. Changes nothing. */
export async function findHandedOver(
  { db, secretKey }: { readonly db: Db; readonly secretKey: SecretKey },
  held: Held,
): Promise<HandedOver | null> {
  const invitation = await heldInvitation(db, secretKey, held)
  if (!invitation?.revokedAt) return null
  const recipient = await db.selectFrom('recipient').selectAll().where('id', '=', invitation.recipientId).executeTakeFirstOrThrow()
  const entry = (await delegationsOf(db, recipient)).find(({ detail }) => detail['invitation'] === invitation.id)
  if (!entry) return null
  const { name, reason } = entry.clear
  return { invitation, envelope: await findEnvelope(db, recipient.envelopeId), to: name ?? '…', at: entry.at, reason: reason ?? '…' }
}

/**
 * What has come to an end, for whoever holds the link that worked until then: what its message told them, and no more. Null for everything else;
 * a link that was replaced before stays as good as unknown. Changes nothing.
 */
export async function findEnded(
  tools: { readonly db: Db; readonly secretKey: SecretKey },
  at: Instant,
  held: Held,
): Promise<EndedCeremony | null> {
  const { db, secretKey } = tools
  const invitation = await heldInvitation(db, secretKey, held)
  if (!invitation) return null
  const recipient = await db.selectFrom('recipient').selectAll().where('id', '=', invitation.recipientId).executeTakeFirstOrThrow()
  const envelope = await findEnvelope(db, recipient.envelopeId)
  const kind = ENDINGS.find((ending) => ending === envelope.status)
  const hasEnded = kind && envelope.endedAt && invitation.revokedAt === envelope.endedAt
  // Past its deadline it has ended, though nobody has come round to writing that down.
  const isLate = envelope.status === 'sent' && envelope.deadline && envelope.deadline <= at && !invitation.revokedAt
  if ((!hasEnded && !isLate) || (isLate && recipient.status !== 'invited')) return null
  return { invitation, recipient, envelope, kind: kind ?? 'expired', facts: await endingFacts(tools, envelope, recipient) }
}

interface Held {
  readonly invitationId: string
  readonly secret: string | undefined
}

async function heldInvitation(db: Db, secretKey: SecretKey, held: Held): Promise<Invitation | null> {
  if (!/^inv_[0-9a-z]{20}$/.test(held.invitationId)) return null
  const invitation = await db.selectFrom('invitation').selectAll().where('id', '=', held.invitationId).executeTakeFirst()
  const expected = invitationSecret(secretKey, invitation ?? { id: held.invitationId, generation: 0 })
  return invitation && equalBytes(utf8(held.secret ?? ''), utf8(expected)) ? invitation : null
}
