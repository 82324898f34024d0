import type { z } from '@hono/zod-openapi'
import type { Reader } from '../../access/reach.ts'
import type { Db } from '../../db/open.ts'
import { needsConsent } from '../../envelope/documents.ts'
import { remindersOf } from '../../envelope/drafting.ts'
import { enteredBySigners } from '../../envelope/entered.ts'
import { type Document, type Envelope, findEnvelopeFor, listDocuments, listRecipients, type Recipient } from '../../envelope/envelope.ts'
import { fieldsOf, pagesOf, type PlacedField } from '../../envelope/fields.ts'
import { describeEnvelopes } from '../../envelope/list.ts'
import type { Language } from '../../view/words.ts'
import { refusalSentence } from '../errors.ts'
import type { ShownDocument, ShownEnvelope, ShownField, ShownRecipient } from './envelope-shapes.ts'

type Shown<S extends z.ZodType> = z.output<S>

/** An envelope as the API shows it: as its reader may see it, and never with anybody's link. */
export async function shownEnvelope(db: Db, reader: Reader, id: string, language: Language): Promise<Shown<typeof ShownEnvelope>> {
  const envelope = await findEnvelopeFor(db, reader, id)
  const [documents, recipients, fields, described] = await Promise.all([
    listDocuments(db, id),
    listRecipients(db, id),
    shownFields(db, envelope),
    describeEnvelopes(db, reader, [envelope]),
  ])
  const { title, status, subject, message, legalEntityId, senderId, deadline, delegation, templateId } = envelope
  const failure = status === 'draft' ? envelope.dispatchFailure : null
  return {
    id,
    title,
    status: status as Shown<typeof ShownEnvelope>['status'],
    stage: described[0]!.stage,
    subject,
    message,
    language: envelope.language,
    legalEntityId,
    senderId,
    deadline,
    reminders: remindersOf(envelope) as Shown<typeof ShownEnvelope>['reminders'],
    delegation,
    templateId,
    createdAt: envelope.createdAt,
    updatedAt: envelope.updatedAt,
    sentAt: envelope.dispatchedAt,
    completedAt: envelope.completedAt,
    endedAt: envelope.endedAt,
    endReason: envelope.endReason,
    failure: failure ? { code: failure, detail: refusalSentence(language, { reason: failure, params: {} }) } : null,
    documents: documents.map(shownDocument),
    recipients: recipients.map(shownRecipient),
    fields,
  }
}

export const shownDocument = (document: Document): Shown<typeof ShownDocument> => ({
  id: document.id,
  documentId: document.documentId,
  title: document.title,
  fileName: document.fileName,
  originalDigest: document.originalDigest,
  pages: pagesOf(document).map(({ width, height }, at) => ({ number: at + 1, width, height })),
  needsConsent: needsConsent(document),
  isCertificate: document.certifies !== null,
})

export const shownRecipient = (one: Recipient): Shown<typeof ShownRecipient> => ({
  id: one.id,
  role: one.role,
  side: one.side,
  firstName: one.firstName,
  lastName: one.lastName,
  email: one.email,
  phone: one.phone,
  channel: one.channel,
  language: one.language,
  routingOrder: one.routingOrder,
  company: one.company,
  jobTitle: one.jobTitle,
  roleName: one.roleName,
  userId: one.userId,
  contactId: one.contactId,
  status: one.status,
  openedAt: one.openedAt,
  consentedAt: one.consentedAt,
  signedAt: one.signedAt,
  declinedAt: one.declinedAt,
  declineReason: one.declineReason,
})

export async function shownFields(db: Db, envelope: Pick<Envelope, 'id'>): Promise<Shown<typeof ShownField>[]> {
  const fields = await fieldsOf(db, envelope)
  const entered = await enteredBySigners(db, envelope.id)
  return fields.map((field) => shownField(field, entered.get(field.id) ?? null))
}

const shownField = (field: PlacedField, entry: string | null): Shown<typeof ShownField> => ({
  id: field.id,
  documentId: field.documentId,
  recipientId: field.recipientId,
  kind: field.kind,
  page: field.page + 1,
  x: field.x,
  y: field.y,
  width: field.width,
  height: field.height,
  required: field.required,
  readOnly: field.readOnly,
  label: field.label,
  value: field.value,
  entry,
  fontSize: field.fontSize,
})
