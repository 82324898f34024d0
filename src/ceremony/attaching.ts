import type { RecipientAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { type Bytes, type LaidAside, sizeOf, startOf } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import { type Attachment, attachmentsOf } from '../envelope/attachments.ts'
import { fileNameOf } from '../envelope/reading.ts'
import { actingRecipient } from '../envelope/signature.ts'
import { nameOf } from '../envelope/telling.ts'
import { runTask } from '../sandbox/run.ts'
import { putObject } from '../store/object.ts'
import { type Ceremony, type CeremonyTools, identified } from './ceremony.ts'
import { enter, type FillableField, fieldsToFill, forgetPreview } from './filling.ts'

export const LARGEST_ATTACHMENT = 15_000_000

/** By what the file begins with; the name says nothing. */
const KINDS: readonly { readonly type: string; readonly start: readonly number[] }[] = [
  { type: 'application/pdf', start: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { type: 'image/png', start: [0x89, 0x50, 0x4e, 0x47] },
  { type: 'image/jpeg', start: [0xff, 0xd8, 0xff] },
  { type: 'image/webp', start: [0x52, 0x49, 0x46, 0x46] },
]

/** The field of this recipient that asks for a file. */
export async function attachmentField(
  tools: Pick<CeremonyTools, 'db'>,
  act: RecipientAct,
  ceremony: Ceremony,
  id: string,
): Promise<FillableField> {
  const field = (await fieldsToFill(tools.db, ceremony, act.at)).find((one) => one.id === id && one.kind === 'attachment')
  if (!field) throw new Refusal('not_found', 'attachment.not-asked')
  return field
}

/**
 * The file becomes that of the field, in place of an earlier one: looked through in the child, stored as it is, then named in one transaction.
 * Refused with the reason where it is too large, of another kind, unreadable, or acts by itself; nothing has changed then.
 */
export async function attach(
  tools: CeremonyTools,
  act: RecipientAct,
  ceremony: Ceremony,
  fieldId: string,
  file: { readonly name: string; readonly bytes: Bytes | LaidAside },
): Promise<Attachment> {
  const { db } = tools
  if (!ceremony.session?.verifiedAt) throw new Refusal('forbidden', 'ceremony.not-identified')
  const field = await attachmentField(tools, act, ceremony, fieldId)
  if (!sizeOf(file.bytes)) throw new Refusal('invalid', 'attachment.empty', { name: fileNameOf(file.name) })
  const type = await lookedThrough(tools, file.bytes)
  const { digest, size } = await putObject(db, file.bytes)
  const row: Attachment = {
    id: newId('att'),
    fieldId: field.id,
    recipientId: ceremony.recipient.id,
    objectDigest: digest,
    fileName: fileNameOf(file.name),
    type,
    size,
    createdAt: act.at,
  }
  await db.transaction().execute(async (tx) => {
    const { recipient, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    await identified(tx, act.at, ceremony)
    await tx.deleteFrom('attachment').where('fieldId', '=', field.id).where('recipientId', '=', recipient.id).execute()
    await tx.insertInto('attachment').values(row).execute()
    await enter(tx, act.at, recipient.id, field.id, row.id)
    await forgetPreview(tx, recipient.id)
    await append(tx, act, {
      type: 'ceremony.attached',
      envelopeId: envelope.id,
      detail: { recipient: recipient.id, digest, size, type },
      clear: { name: nameOf(recipient), file: row.fileName },
    })
  })
  return row
}

async function lookedThrough({ config }: CeremonyTools, bytes: Bytes | LaidAside): Promise<string> {
  if (sizeOf(bytes) > LARGEST_ATTACHMENT)
    throw new Refusal('too_large', 'attachment.too-large', { megabytes: Math.floor(LARGEST_ATTACHMENT / 1_000_000) })
  const begins = await startOf(bytes, 8)
  const type = KINDS.find(({ start }) => start.every((byte, at) => begins[at] === byte))?.type
  if (!type) throw new Refusal('invalid', 'attachment.kind')
  try {
    if (type === 'application/pdf') {
      const { activeContent, encrypted } = await runTask(config, 'inspect', { pdf: bytes })
      if (encrypted === 'opened') throw new Refusal('invalid', 'attachment.damaged')
      if (activeContent.length) throw new Refusal('invalid', 'attachment.acts')
    } else await runTask(config, 'check-picture', { picture: bytes, side: 64 })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'unavailable' || error.reason.startsWith('attachment.')) throw error
    // A signed PDF that takes no further signature is a good attachment all the same.
    if (error.reason.startsWith('document.signed-') && error.reason !== 'document.signed-encrypted') return type
    throw new Refusal('invalid', 'attachment.damaged', {}, { cause: error })
  }
  return type
}

export function detach(tools: CeremonyTools, act: RecipientAct, ceremony: Ceremony, fieldId: string): Promise<void> {
  return tools.db.transaction().execute(async (tx) => {
    const { recipient, envelope } = await actingRecipient(tx, act, ceremony.recipient.id)
    await identified(tx, act.at, ceremony)
    const held = (await attachmentsOf(tx, recipient.id)).find((one) => one.fieldId === fieldId)
    if (!held) return
    await tx.deleteFrom('attachment').where('id', '=', held.id).execute()
    await enter(tx, act.at, recipient.id, fieldId, '')
    await forgetPreview(tx, recipient.id)
    await append(tx, act, {
      type: 'ceremony.detached',
      envelopeId: envelope.id,
      detail: { recipient: recipient.id, digest: held.objectDigest },
      clear: { name: nameOf(recipient), file: held.fileName },
    })
  })
}

/** A file of this very recipient. */
export async function ownAttachment(
  tools: Pick<CeremonyTools, 'db'>,
  { recipient }: Pick<Ceremony, 'recipient'>,
  id: string,
): Promise<Attachment> {
  const attachment = (await attachmentsOf(tools.db, recipient.id)).find((one) => one.id === id)
  if (!attachment) throw new Refusal('not_found', 'attachment.unknown')
  return attachment
}
