import type { Act } from '../audit/act.ts'
import { newDocumentId } from '../base/document-id.ts'
import { newId } from '../base/id.ts'
import type { Tx } from '../db/open.ts'
import { renamedText } from '../field/rules.ts'
import { type Envelope, type Field, listDocuments, listFields, listRecipients } from './envelope.ts'
import { insertRecipient } from './recipients.ts'

/** Nothing of what happened to an envelope travels with its contents. */
const NOTHING_YET = {
  deadline: null,
  version: 1,
  isSample: 0,
  dispatchedAt: null,
  completedAt: null,
  endedAt: null,
  endReason: null,
  endedBy: null,
  dispatchFailure: null,
  responsibleId: null,
  isPublic: 0,
} as const satisfies Partial<Envelope>

/** The identifier of everything that was copied → the one of its copy. */
export type Copied = ReadonlyMap<string, string>

/** The same documents, people and fields in a new envelope: a copy, a template's design or version, and what is made from one. */
export async function copyEnvelope(
  tx: Tx,
  act: Act,
  from: Envelope,
  as: Pick<Envelope, 'status' | 'senderId'> & Partial<Envelope>,
): Promise<{ readonly envelope: Envelope; readonly copied: Copied }> {
  const envelope: Envelope = { ...from, ...NOTHING_YET, id: newId('env'), createdAt: act.at, updatedAt: act.at, ...as }
  await tx.insertInto('envelope').values(envelope).execute()
  return { envelope, copied: await copyContents(tx, act, from, envelope) }
}

/**
 * Into an envelope that has nothing yet. Fields travel by all their columns; what names another field in the rules of one (a condition, a
 * calculation) names its copy afterwards.
 */
export async function copyContents(tx: Tx, act: Act, from: Pick<Envelope, 'id'>, to: Pick<Envelope, 'id'>): Promise<Copied> {
  const copied = new Map<string, string>()
  for (const recipient of await listRecipients(tx, from.id)) {
    const { id } = await insertRecipient(tx, to, recipient)
    copied.set(recipient.id, id)
    if (recipient.asksStamp) await tx.updateTable('recipient').set({ asksStamp: 1 }).where('id', '=', id).execute()
  }
  // A certificate that stands beside a document was made at its dispatch, and is made anew.
  const documents = (await listDocuments(tx, from.id)).filter(({ certifies }) => certifies === null)
  for (const document of documents) copied.set(document.id, newId('doc'))
  const fields = (await Promise.all(documents.map(({ id }) => listFields(tx, id)))).flat()
  for (const field of fields) copied.set(field.id, newId('fld'))
  for (const document of documents)
    await tx
      .insertInto('document')
      .values({
        ...document,
        id: copied.get(document.id)!,
        envelopeId: to.id,
        documentId: newDocumentId(),
        shownPages: null,
        createdAt: act.at,
      })
      .execute()
  const rows = fields.map((field) => copyOf(field, copied))
  for (let at = 0; at < rows.length; at += 100)
    await tx
      .insertInto('field')
      .values(rows.slice(at, at + 100))
      .execute()
  return copied
}

/** Everything of an envelope that its contents are; for whoever puts others in their place. */
export async function clearContents(tx: Tx, envelope: Pick<Envelope, 'id'>): Promise<void> {
  for (const { id } of await listDocuments(tx, envelope.id)) await tx.deleteFrom('field').where('documentId', '=', id).execute()
  await tx.deleteFrom('document').where('envelopeId', '=', envelope.id).execute()
  await tx.deleteFrom('recipient').where('envelopeId', '=', envelope.id).execute()
}

const copyOf = (field: Field, copied: Copied): Field => ({
  ...field,
  id: copied.get(field.id)!,
  documentId: copied.get(field.documentId)!,
  recipientId: (field.recipientId && copied.get(field.recipientId)) || null,
  rules: renamedText(field.rules, copied),
  value: field.kind === 'number' ? '' : field.value,
})
