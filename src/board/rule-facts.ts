import { fullName } from '../access/roles.ts'
import type { DocumentId } from '../base/document-id.ts'
import type { Instant } from '../base/instant.ts'
import type { BoardCardRow, Language, UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { type Envelope, findEnvelope, listDocuments, listRecipients, type Recipient } from '../envelope/envelope.ts'
import { acts } from '../envelope/naming.ts'
import { nameOf } from '../envelope/telling.ts'
import { findLegalEntity } from '../setting/legal-entity.ts'
import { stageName } from './stages.ts'

/** What a rule knows of the envelope whose card entered its stage. */
export interface RuleFacts {
  readonly envelope: Envelope
  readonly recipients: readonly Recipient[]
  readonly card: BoardCardRow | null
  readonly title: string
  readonly documentId: DocumentId | null
  /** The other side, by company where it has one. */
  readonly parties: readonly string[]
  readonly company: string
  readonly sender: string
  /** Ids of the sender's department and of those above it. */
  readonly departments: readonly string[]
  readonly responsible: { readonly id: string; readonly name: string; readonly user: UserRow | null }
  readonly stageName: (language: Language) => string
  readonly deadline: Instant | null
  readonly signed: number
  readonly signers: number
  readonly waitingFor: readonly string[]
  /** Labels with what the sender prefilled or a signer filled in. */
  readonly fields: readonly { readonly label: string; readonly value: string }[]
}

export async function ruleFacts(db: Db, envelopeId: string, stageId: string): Promise<RuleFacts> {
  const envelope = await findEnvelope(db, envelopeId)
  const recipients = await listRecipients(db, envelopeId)
  const documents = await listDocuments(db, envelopeId)
  const card = await db.selectFrom('boardCard').selectAll().where('envelopeId', '=', envelopeId).executeTakeFirst()
  const stage = await db.selectFrom('stage').selectAll().where('id', '=', stageId).executeTakeFirstOrThrow()
  const names = { kind: stage.kind, names: JSON.parse(stage.names) as Partial<Record<Language, string>> }
  const responsibleId = envelope.responsibleId ?? envelope.senderId
  const users = await db.selectFrom('user').selectAll().where('id', 'in', [envelope.senderId, responsibleId]).execute()
  const named = (id: string): string => {
    const user = users.find((one) => one.id === id)
    return user ? fullName(user) : ''
  }
  const signers = recipients.filter(acts)
  return {
    envelope,
    recipients,
    card: card ?? null,
    title: envelope.title,
    documentId: documents[0]?.documentId ?? null,
    parties: [...new Set(recipients.filter(({ side }) => side === 'other').map((one) => one.company || nameOf(one)))],
    company: (await findLegalEntity(db, envelope.legalEntityId)).legalName,
    sender: named(envelope.senderId),
    departments: await departmentsAbove(db, users.find(({ id }) => id === envelope.senderId)?.departmentId ?? null),
    responsible: { id: responsibleId, name: named(responsibleId), user: users.find(({ id }) => id === responsibleId) ?? null },
    stageName: (language) => stageName(names, language),
    deadline: envelope.deadline,
    signed: signers.filter(({ status }) => status === 'signed').length,
    signers: signers.length,
    waitingFor: envelope.status === 'sent' ? signers.filter(({ status }) => status === 'invited').map(nameOf) : [],
    fields: await fieldsOf(
      db,
      documents.map(({ id }) => id),
    ),
  }
}

async function departmentsAbove(db: Db, own: string | null): Promise<string[]> {
  const all = own ? await db.selectFrom('department').select(['id', 'parentId']).execute() : []
  const above: string[] = []
  for (let id = own; id && !above.includes(id); id = all.find((one) => one.id === id)?.parentId ?? null) above.push(id)
  return above
}

async function fieldsOf(db: Db, documentIds: readonly string[]): Promise<{ label: string; value: string }[]> {
  if (!documentIds.length) return []
  const rows = await db
    .selectFrom('field')
    .leftJoin('fieldEntry', 'fieldEntry.fieldId', 'field.id')
    .select(['field.label', 'field.value', 'fieldEntry.value as entry'])
    .where('field.documentId', 'in', documentIds)
    .where('field.label', '!=', '')
    .execute()
  return rows.map(({ label, value, entry }) => ({ label, value: entry || value }))
}
