import { failpoint } from '../../base/failpoint.ts'
import { newId } from '../../base/id.ts'
import type { Clock } from '../../base/instant.ts'
import { call, type Outcome } from '../../calling/calling.ts'
import type { Config } from '../../config/config.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { Db } from '../../db/open.ts'
import { listDocuments, listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { type Delivery, findDelivery, recordTry } from './deliveries.ts'
import { TRIAL } from './events.ts'
import { findCallable, findTarget } from './targets.ts'

export interface TellingTools {
  readonly db: Db
  readonly clock: Clock
  readonly config: Config
  readonly secretKey: SecretKey
}

/**
 * The job `webhook.delivery`: one try. At least once: a crash between the target's yes and our note of it tells it again under the same id, by
 * which the target knows it.
 */
export async function tellTarget(tools: TellingTools, deliveryId: string): Promise<void> {
  const { db, clock, config } = tools
  const delivery = await findDelivery(db, deliveryId).catch(() => null)
  if (delivery?.status !== 'waiting') return
  const at = clock()
  const target = await findCallable(tools, delivery.targetId, at)
  // It waits without a job until the target goes on.
  if (!target || target.pausedAt) return
  const body = JSON.stringify(await payloadOf(db, delivery, target.namesPeople))
  const outcome = await call({ url: target.url, id: delivery.id, body, secrets: target.secrets, at, allowed: config.webhookHosts })
  failpoint('webhook.after-call')
  await recordTry(tools, delivery, outcome)
}

/** Tells the target that this is a trial, now; nothing is kept of it but what the caller shows. */
export async function tryTarget(tools: TellingTools, targetId: string): Promise<Outcome> {
  const { db, clock, config } = tools
  await findTarget(db, targetId, 'not_found')
  const at = clock()
  const target = await findCallable(tools, targetId, at)
  if (!target) return { kind: 'refused', detail: 'the target is gone' }
  const id = newId('dlv')
  const body = JSON.stringify({ id, event: TRIAL, at, envelope: null, recipient: null })
  return call({ url: target.url, id, body, secrets: target.secrets, at, allowed: config.webhookHosts })
}

/**
 * What a target is told: as it stands when it is told, so that nothing of a person rests here meanwhile. `sequence` grows with the trail, for a
 * target that hears of two things in another order than they happened.
 */
export async function payloadOf(db: Db, delivery: Delivery, namesPeople: boolean): Promise<object> {
  const { id, event, happenedAt, seq, envelopeId, recipientId } = delivery
  const envelope = envelopeId ? await db.selectFrom('envelope').selectAll().where('id', '=', envelopeId).executeTakeFirst() : undefined
  const recipients = envelope ? await listRecipients(db, envelope.id) : []
  const documents = envelope ? await listDocuments(db, envelope.id) : []
  const told = (recipient: Recipient) => ({
    id: recipient.id,
    role: recipient.role,
    side: recipient.side,
    routingOrder: recipient.routingOrder,
    status: recipient.status,
    ...(namesPeople
      ? { firstName: recipient.firstName, lastName: recipient.lastName, email: recipient.email, company: recipient.company }
      : {}),
  })
  const recipient = recipients.find((one) => one.id === recipientId)
  return {
    id,
    event,
    at: happenedAt,
    sequence: seq,
    envelope: envelope
      ? {
          id: envelope.id,
          title: envelope.title,
          status: envelope.status,
          senderId: envelope.senderId,
          deadline: envelope.deadline,
          documents: documents.map((document) => ({ id: document.id, documentId: document.documentId })),
          recipients: recipients.map(told),
        }
      : { id: envelopeId },
    recipient: recipient ? told(recipient) : recipientId ? { id: recipientId } : null,
  }
}
