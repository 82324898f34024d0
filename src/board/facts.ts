import type { Db } from '../db/open.ts'
import type { RecipientSide, StageKind } from '../db/database.ts'
import { type Envelope, listRecipients, type Recipient } from '../envelope/envelope.ts'
import { acts } from '../envelope/naming.ts'

/** Whether what a built-in stage states is true of an envelope: a person may move a card only where it is. */
export function isFact(
  kind: StageKind,
  { status }: Pick<Envelope, 'status'>,
  recipients: readonly Pick<Recipient, 'role' | 'side' | 'status'>[],
): boolean {
  const isOut = status === 'sent' || status === 'sealing'
  switch (kind) {
    case 'draft':
      return status === 'draft' || status === 'sending'
    case 'sent':
      return isOut
    case 'company-signed':
      return isOut && hasSigned(recipients, 'company')
    case 'other-signed':
      return isOut && hasSigned(recipients, 'other')
    default:
      return status === kind
  }
}

const hasSigned = (recipients: readonly Pick<Recipient, 'role' | 'side' | 'status'>[], side: RecipientSide): boolean => {
  const ofSide = recipients.filter((recipient) => recipient.side === side && acts(recipient))
  return ofSide.length > 0 && ofSide.every(({ status }) => status === 'signed')
}

export const isFactOf = async (db: Db, kind: StageKind, envelope: Envelope): Promise<boolean> =>
  isFact(kind, envelope, await listRecipients(db, envelope.id))
