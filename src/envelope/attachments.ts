import type { Act } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import type { Digest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import type { AttachmentRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { listRecipients } from './envelope.ts'
import { nameOf } from './telling.ts'

export type Attachment = AttachmentRow

/** The fields of an envelope that ask for a file, of all its documents. */
export const attachmentFields = (db: Db, envelopeId: string): Promise<{ id: string; recipientId: string | null }[]> =>
  db
    .selectFrom('field')
    .innerJoin('document', 'document.id', 'field.documentId')
    .select(['field.id', 'field.recipientId'])
    .where('document.envelopeId', '=', envelopeId)
    .where('field.kind', '=', 'attachment')
    .execute()

/** The files that count now, in the order in which they were attached: what a recipient took back or replaced is not among them. */
export const attachmentsOf = (db: Db, recipientId: string): Promise<Attachment[]> =>
  attached(db).where('attachment.recipientId', '=', recipientId).orderBy('attachment.createdAt').orderBy('attachment.id').execute()

/** What those who have signed attached. What somebody has not signed yet is nobody else's to see. */
export const signedAttachments = (db: Db, envelopeId: string): Promise<Attachment[]> =>
  attached(db)
    .innerJoin('recipient', 'recipient.id', 'attachment.recipientId')
    .where('recipient.envelopeId', '=', envelopeId)
    .where('recipient.status', '=', 'signed')
    .orderBy('attachment.createdAt')
    .orderBy('attachment.id')
    .execute()

const attached = (db: Db) =>
  db
    .selectFrom('attachment')
    .innerJoin('fieldEntry', (join) =>
      join.onRef('fieldEntry.fieldId', '=', 'attachment.fieldId').onRef('fieldEntry.value', '=', 'attachment.id'),
    )
    .selectAll('attachment')

/** A file that somebody attached and signed with, for who may see the envelope: the caller has asked. Taking it is recorded. */
export async function takeAttachment(db: Db, act: Act, envelopeId: string, id: string): Promise<Attachment> {
  const attachment = (await signedAttachments(db, envelopeId)).find((one) => one.id === id)
  if (!attachment) throw new Refusal('not_found', 'attachment.unknown')
  await db.transaction().execute((tx) =>
    append(tx, act, {
      type: 'document.attachment-downloaded',
      envelopeId,
      detail: { recipient: attachment.recipientId, digest: attachment.objectDigest },
      clear: { file: attachment.fileName },
    }),
  )
  return attachment
}

export interface AttachedFile {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly digest: Digest
  readonly by: string
}

/** As the vault lists them. */
export async function attachedBy(db: Db, envelopeId: string): Promise<AttachedFile[]> {
  const people = new Map((await listRecipients(db, envelopeId)).map((recipient) => [recipient.id, nameOf(recipient)]))
  return (await signedAttachments(db, envelopeId)).map(({ id, fileName, size, objectDigest, recipientId }) => ({
    id,
    name: fileName,
    size,
    digest: objectDigest,
    by: people.get(recipientId) ?? '',
  }))
}
