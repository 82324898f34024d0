import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { failpoint } from '../base/failpoint.ts'
import { DAY, type Instant, later, YEAR } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { enqueue } from '../jobs/queue.ts'
import { withdrawMessages } from '../mail/outbox.ts'
import type { Revision } from '../seal/revision.ts'
import { attachmentsOf } from './attachments.ts'
import { endEnvelope } from './ending.ts'
import { refuseUnentitled } from './entitlement.ts'
import { advance, type Envelope, findEnvelope, listDocuments, listRecipients, type Recipient } from './envelope.ts'
import { revokeInvitations } from './invitation.ts'
import { linkRevisions } from './revisions.ts'
import { inviteNext, isTurnOf } from './routing.ts'
import { nameOf, tellSender, WAYS_IN } from './telling.ts'

/** The job that seals what everybody has signed. */
export const SEALING = 'envelope.seal'

/** A signer's certificate outlives the archive time stamp: the deadline and 90 days, at least a year. */
export function certificateEnd({ deadline }: Pick<Envelope, 'deadline'>, at: Instant): Instant {
  const [shortest, wanted] = [later(at, YEAR), later(deadline ?? at, 90 * DAY)]
  return wanted > shortest ? wanted : shortest
}

export interface RecordedSignature {
  readonly recipientId: string
  /** One for each document of the envelope, by the document's row. */
  readonly revisions: ReadonlyMap<string, Revision>
}

/**
 * A recipient has signed every document. Links the stored revisions by compare-and-swap on each head, then lets the next one in, or has the
 * whole sealed. All in the caller's transaction: once it is committed, the signature stands and a crash loses nothing of it.
 */
export async function recordSignature(tx: Tx, act: Act, { recipientId, revisions }: RecordedSignature): Promise<void> {
  failpoint('signature.before-record')
  const { recipient, envelope } = await actingRecipient(tx, act, recipientId)
  const documents = await listDocuments(tx, envelope.id)
  if (documents.length !== revisions.size) throw new Refusal('conflict', 'signature.document-moved-on')
  for (const { id } of documents) {
    const revision = revisions.get(id)
    if (!revision) throw new Refusal('conflict', 'signature.document-moved-on')
    await linkRevisions(tx, act.at, id, [revision])
  }
  const serials = [...revisions.values()].map(({ facts }) => facts['serial']).filter(Boolean)
  const { numUpdatedRows } = await tx
    .updateTable('recipient')
    .set({ status: 'signed', remindAt: null, signedAt: act.at, certificateSerial: serials.join(' ') || null })
    .where('id', '=', recipientId)
    .where('status', '=', 'invited')
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'signature.already-given')
  failpoint('signature.between-records')
  // Whoever else was about to confirm looks at the document as it is now.
  await tx
    .deleteFrom('frozenRevision')
    .where(
      'documentId',
      'in',
      documents.map(({ id }) => id),
    )
    .execute()
  const attachments = await attachmentsOf(tx, recipientId)
  await append(tx, act, {
    type: 'ceremony.signed',
    envelopeId: envelope.id,
    detail: {
      recipient: recipientId,
      role: recipient.role,
      digests: [...revisions.values()].map(({ object }) => object.digest).join(' '),
      serials: serials.join(' '),
      ...(attachments.length ? { attachments: attachments.map(({ objectDigest }) => objectDigest).join(' ') } : {}),
    },
    clear: { name: nameOf(recipient) },
  })
  await withdrawMessages(tx, { recipientId, kinds: WAYS_IN })
  if (await inviteNext(tx, act, envelope)) return tellSender(tx, act, 'signed', envelope, { about: recipient })
  await advance(tx, act.at, envelope, 'sealing')
  await append(tx, act, { type: 'envelope.sealing', envelopeId: envelope.id })
  await enqueue(tx, act.at, { kind: SEALING, payload: { envelope: envelope.id }, key: `${SEALING} ${envelope.id}` })
}

/** One no ends it for everybody. */
export async function recordDecline(tx: Tx, act: Act, { recipientId, reason }: { recipientId: string; reason: string }): Promise<void> {
  const { recipient, envelope } = await actingRecipient(tx, act, recipientId)
  const { numUpdatedRows } = await tx
    .updateTable('recipient')
    .set({ status: 'declined', remindAt: null, declinedAt: act.at, declineReason: reason })
    .where('id', '=', recipientId)
    .where('status', '=', 'invited')
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'signature.already-given')
  await append(tx, act, {
    type: 'ceremony.declined',
    envelopeId: envelope.id,
    detail: { recipient: recipientId },
    clear: { name: nameOf(recipient), reason },
  })
  await revokeInvitations(tx, act, [recipientId])
  await endEnvelope(tx, act, envelope, 'declined', { reason, by: recipientId, except: recipientId })
  await tellSender(tx, act, 'declined', envelope, { about: recipient, params: { reason } })
}

/** Refused unless it is this recipient's turn in an envelope that still waits for signatures. */
export async function actingRecipient(
  db: Db,
  act: Pick<Act, 'at'>,
  recipientId: string,
): Promise<{ recipient: Recipient; envelope: Envelope }> {
  const recipient = await db.selectFrom('recipient').selectAll().where('id', '=', recipientId).executeTakeFirst()
  if (!recipient) throw new Refusal('not_found', 'recipient.unknown')
  const envelope = await findEnvelope(db, recipient.envelopeId)
  if (recipient.status === 'signed') throw new Refusal('conflict', 'signature.already-given')
  if (envelope.status !== 'sent') throw new Refusal('gone', 'envelope.over')
  if (envelope.deadline && envelope.deadline <= act.at) throw new Refusal('gone', 'envelope.deadline-passed')
  if (recipient.status !== 'invited' || !isTurnOf(await listRecipients(db, envelope.id), recipientId))
    throw new Refusal('conflict', 'recipient.not-their-turn')
  await refuseUnentitled(db, recipient)
  return { recipient, envelope }
}
