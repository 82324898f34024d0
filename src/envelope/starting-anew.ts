import type { Act } from '../audit/act.ts'
import type { Tx } from '../db/open.ts'
import type { Recipient } from './envelope.ts'

export type Reached = Pick<Recipient, 'firstName' | 'lastName' | 'email' | 'phone' | 'channel' | 'language' | 'jobTitle' | 'userId'>

/**
 * Somebody stands in a recipient's place who has done nothing yet: what was opened, accepted, confirmed, filled in, drawn or frozen before is
 * not theirs and is forgotten, and every browser in which it was done is out.
 */
export async function startAnew(tx: Tx, act: Pick<Act, 'at'>, recipientId: string, person: Reached): Promise<void> {
  const { firstName, lastName, email, phone, channel, language, jobTitle, userId } = person
  await tx
    .updateTable('recipient')
    .set({
      firstName,
      lastName,
      email,
      phone,
      channel,
      language,
      jobTitle,
      userId,
      contactId: null,
      openedAt: null,
      consentedAt: null,
      consentDisclosureId: null,
      identifiedAt: null,
      identifiedHow: null,
    })
    .where('id', '=', recipientId)
    .where('status', 'in', ['waiting', 'invited'])
    .execute()
  await tx
    .updateTable('ceremonySession')
    .set({ endedAt: act.at })
    .where('recipientId', '=', recipientId)
    .where('endedAt', 'is', null)
    .execute()
  await tx
    .updateTable('oneTimeCode')
    .set({ replacedAt: act.at, sealed: null })
    .where('recipientId', '=', recipientId)
    .where('replacedAt', 'is', null)
    .execute()
  await tx.updateTable('phonePad').set({ endedAt: act.at }).where('recipientId', '=', recipientId).where('endedAt', 'is', null).execute()
  await tx.deleteFrom('fieldEntry').where('recipientId', '=', recipientId).execute()
  await tx.deleteFrom('mark').where('recipientId', '=', recipientId).execute()
  await tx.deleteFrom('frozenRevision').where('recipientId', '=', recipientId).execute()
}
