import { equalBytes, utf8 } from '../base/bytes.ts'
import type { Db } from '../db/open.ts'
import type { SecretKey } from '../config/secret-key.ts'
import { type Envelope, findEnvelope, type Recipient } from '../envelope/envelope.ts'
import { type Invitation, invitationSecret } from '../envelope/invitation.ts'
import { endingFacts } from '../envelope/message-facts.ts'
import type { MessageFacts } from '../mail/message.ts'

const ENDINGS = ['declined', 'voided', 'expired'] as const

export interface EndedCeremony {
  readonly invitation: Invitation
  readonly recipient: Recipient
  readonly envelope: Envelope
  readonly kind: (typeof ENDINGS)[number]
  readonly facts: MessageFacts
}

/**
 * What has come to an end, for whoever holds the link that worked until then: what its message told them, and no more. Null for everything else;
 * a link that was replaced before stays as good as unknown. Changes nothing.
 */
export async function findEnded(
  tools: { readonly db: Db; readonly secretKey: SecretKey },
  held: { readonly invitationId: string; readonly secret: string | undefined },
): Promise<EndedCeremony | null> {
  const { db, secretKey } = tools
  if (!/^inv_[0-9a-z]{20}$/.test(held.invitationId)) return null
  const invitation = await db.selectFrom('invitation').selectAll().where('id', '=', held.invitationId).executeTakeFirst()
  const expected = invitationSecret(secretKey, invitation ?? { id: held.invitationId, generation: 0 })
  if (!invitation || !equalBytes(utf8(held.secret ?? ''), utf8(expected))) return null
  const recipient = await db.selectFrom('recipient').selectAll().where('id', '=', invitation.recipientId).executeTakeFirstOrThrow()
  const envelope = await findEnvelope(db, recipient.envelopeId)
  const kind = ENDINGS.find((ending) => ending === envelope.status)
  if (!kind || !envelope.endedAt || invitation.revokedAt !== envelope.endedAt) return null
  return { invitation, recipient, envelope, kind, facts: await endingFacts(tools, envelope, recipient) }
}
