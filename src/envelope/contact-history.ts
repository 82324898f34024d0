import type { Reader } from '../access/reach.ts'
import type { Instant } from '../base/instant.ts'
import type { Contact } from '../contact/contacts.ts'
import { withMerged } from '../contact/merging.ts'
import type { Db } from '../db/open.ts'
import { annulledAmong } from './annulment.ts'
import { visibleTo } from './envelope.ts'
import { type Stage, stageOf } from './list.ts'
import { acts } from './naming.ts'
import { nameOf } from './telling.ts'

export const HISTORY = 30

export interface PastEnvelope {
  readonly id: string
  readonly title: string
  readonly stage: Stage
  readonly at: Instant
  /** The name under which the person stands in it. */
  readonly name: string
  readonly address: string
}

/** The envelopes of a contact, and of those that were merged into it, which the reader may see; the last changed first. One more than `HISTORY` at the most. */
export async function historyOfContact(db: Db, reader: Reader, contact: Pick<Contact, 'id' | 'email' | 'phone'>): Promise<PastEnvelope[]> {
  const theirs = db
    .selectFrom('recipient')
    .select('recipient.envelopeId')
    .where((where) =>
      where.or([
        where('recipient.contactId', 'in', withMerged(contact.id)),
        ...(contact.email ? [where('recipient.email', '=', contact.email)] : []),
        ...(contact.phone ? [where('recipient.phone', '=', contact.phone)] : []),
      ]),
    )
  const envelopes = await visibleTo(db, reader)
    .selectAll('envelope')
    .where('envelope.id', 'in', theirs)
    .orderBy('envelope.updatedAt', 'desc')
    .orderBy('envelope.id', 'desc')
    .limit(HISTORY + 1)
    .execute()
  if (!envelopes.length) return []
  const ids = envelopes.map(({ id }) => id)
  const recipients = await db.selectFrom('recipient').selectAll().where('envelopeId', 'in', ids).execute()
  const linked = await db
    .selectFrom('recipient')
    .select('recipient.id')
    .where('recipient.envelopeId', 'in', ids)
    .where('recipient.contactId', 'in', withMerged(contact.id))
    .execute()
  const known = new Set(linked.map(({ id }) => id))
  const annulled = await annulledAmong(db, ids)
  return envelopes.map((envelope) => {
    const people = recipients.filter(({ envelopeId }) => envelopeId === envelope.id)
    const theirs =
      people.find(({ id }) => known.has(id)) ??
      people.find(({ email, phone }) => (email !== null && email === contact.email) || (phone !== null && phone === contact.phone))
    return {
      id: envelope.id,
      title: envelope.title,
      stage: stageOf(envelope, people.filter(acts), annulled.has(envelope.id)),
      at: envelope.updatedAt,
      name: theirs ? nameOf(theirs) : '',
      address: theirs?.email ?? theirs?.phone ?? '',
    }
  })
}
