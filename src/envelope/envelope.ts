import { type Expression, sql, type SqlBool } from 'kysely'
import type { Permissions } from '../access/permissions.ts'
import { isNamed, keepsFolders, type Reader, withinReach } from '../access/reach.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { DocumentRow, EnvelopeRow, EnvelopeStatus, FieldRow, RecipientRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

export type Envelope = EnvelopeRow
export type Document = DocumentRow
export type Recipient = RecipientRow
export type Field = FieldRow
export type { EnvelopeStatus }

/** Where each status may go. `sending` and `sealing` are the server's own work; what ended stays ended. */
export const NEXT: Readonly<Record<EnvelopeStatus, readonly EnvelopeStatus[]>> = {
  draft: ['sending'],
  sending: ['sent', 'draft'],
  sent: ['sealing', 'declined', 'voided', 'expired'],
  sealing: ['completed'],
  completed: [],
  declined: [],
  voided: [],
  expired: [],
  design: [],
  published: [],
}

/** What a template is made of is no envelope: it stands in no list, and is found by the template's own right. */
export const DESIGNS: readonly EnvelopeStatus[] = ['design', 'published']

export const canGo = (from: EnvelopeStatus, to: EnvelopeStatus): boolean => NEXT[from].includes(to)

/** One row or a refusal: of two who move an envelope at once, one is told that it has moved on. */
export async function advance(
  tx: Tx,
  at: Instant,
  envelope: Pick<Envelope, 'id' | 'status'>,
  to: EnvelopeStatus,
  also: Partial<Pick<Envelope, 'dispatchedAt' | 'completedAt' | 'endedAt' | 'endReason' | 'endedBy'>> = {},
): Promise<void> {
  if (!canGo(envelope.status, to)) throw new Refusal('conflict', 'envelope.moved-on')
  const { numUpdatedRows } = await tx
    .updateTable('envelope')
    .set({ ...also, status: to, updatedAt: at })
    .where('id', '=', envelope.id)
    .where('status', '=', envelope.status)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Refusal('conflict', 'envelope.moved-on')
}

/** What a reader may do with an envelope that they see. */
export type EnvelopeRight = Exclude<keyof Permissions['documents'], 'create'>

/** It is that of whoever sent it and of whoever looks after it, unless a folder of the vault is closed to them. */
function reached(reader: Reader, right: EnvelopeRight): Expression<SqlBool> {
  const theirs = owned(reader, right)
  return keepsFolders(reader) ? theirs : sql<SqlBool>`(${theirs} and not ${isClosed(reader)})`
}

function owned(reader: Reader, right: EnvelopeRight): Expression<SqlBool> {
  const level = reader.permissions.documents[right]
  const sent = withinReach(reader, level, 'envelope.senderId', 'envelope.isPublic')
  return level === 'all' || level === 'none' ? sent : sql<SqlBool>`(${sent} or ${withinReach(reader, level, 'envelope.responsibleId')})`
}

/** A finished one in a folder with rights of its own that does not name the reader: closed here as it is in the vault, to whoever sent it too. */
const isClosed = (reader: Reader): Expression<SqlBool> => sql<SqlBool>`exists (
  select 1 from vault_entry where vault_entry.envelope_id = ${sql.ref('envelope.id')} and vault_entry.scope_id is not null
    and vault_entry.scope_id not in (select vault_folder.id from vault_folder join vault_folder_right on vault_folder_right.folder_id = vault_folder.id
      where vault_folder.has_own_rights = 1 and ${isNamed(reader)}))`

/** Those that a reader may see. */
export const visibleTo = (db: Db, reader: Reader) =>
  db
    .selectFrom('envelope')
    .where('envelope.status', 'not in', [...DESIGNS])
    .where(reached(reader, 'view'))

/**
 * The same, walked in the order or span that is asked for: among very many the owner's own index would gather all of theirs and sort them. What hides
 * the owner from that index is the expression in the place of the column.
 */
export const visibleInOrder = (db: Db, reader: Reader) => inOrder(db).where(reached(reader, 'view'))

/** For numbers alone, which name nothing: with what lies in a closed folder, so that an index answers by itself. */
export const countedInOrder = (db: Db, reader: Reader) => inOrder(db).where(owned(reader, 'view'))

const inOrder = (db: Db) =>
  db.selectFrom((from) =>
    from
      .selectFrom('envelope')
      .select([
        'envelope.id',
        'envelope.title',
        'envelope.status',
        'envelope.dispatchedAt',
        'envelope.deadline',
        'envelope.completedAt',
        'envelope.endedAt',
        sql<number>`coalesce(envelope.is_public, 0)`.as('isPublic'),
        sql<string>`coalesce(envelope.sender_id, '')`.as('senderId'),
        sql<string>`coalesce(envelope.responsible_id, '')`.as('responsibleId'),
      ])
      .as('envelope'),
  )

/** not_found for what one may not see, so that an id cannot be probed; forbidden for what one may see and not do. */
export async function findEnvelopeFor(db: Db, reader: Reader, id: string, right: EnvelopeRight = 'view'): Promise<Envelope> {
  const envelope = await visibleTo(db, reader).selectAll('envelope').where('envelope.id', '=', id).executeTakeFirst()
  if (!envelope) throw new Refusal('not_found', 'envelope.unknown')
  if (right !== 'view' && !(await mayWith(db, reader, id, right))) throw new Refusal('forbidden', 'access.forbidden')
  return envelope
}

/** Of an envelope that they see, here or in the vault. For a page too: whether it shows the button. */
export async function mayWith(db: Db, reader: Reader, id: string, right: EnvelopeRight): Promise<boolean> {
  const row = await db.selectFrom('envelope').select('id').where('envelope.id', '=', id).where(reached(reader, right)).executeTakeFirst()
  return row !== undefined
}

/** Those of these with which a reader may do it. */
export async function amongWhich(db: Db, reader: Reader, ids: readonly string[], right: EnvelopeRight): Promise<ReadonlySet<string>> {
  if (!ids.length) return new Set()
  const rows = await db
    .selectFrom('envelope')
    .select('id')
    .where('envelope.id', 'in', [...ids])
    .where(reached(reader, right))
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Those of the envelopes, which they see, with which a reader may do this. */
export async function thoseWith(db: Db, reader: Reader, ids: readonly string[], right: EnvelopeRight): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('envelope').select('id').where('id', 'in', ids).where(reached(reader, right)).execute()
  return new Set(rows.map(({ id }) => id))
}

/** For the server's own work and for a recipient's ceremony, which have another right to it. */
export async function findEnvelope(db: Db, id: string): Promise<Envelope> {
  const envelope = await db.selectFrom('envelope').selectAll().where('id', '=', id).executeTakeFirst()
  if (!envelope) throw new Refusal('not_found', 'envelope.unknown')
  return envelope
}

/** In the order in which they act. */
export const listRecipients = (db: Db, envelopeId: string): Promise<Recipient[]> =>
  db
    .selectFrom('recipient')
    .selectAll()
    .where('envelopeId', '=', envelopeId)
    .orderBy('routingOrder')
    .orderBy('position')
    .orderBy('id')
    .execute()

export const listDocuments = (db: Db, envelopeId: string): Promise<Document[]> =>
  db.selectFrom('document').selectAll().where('envelopeId', '=', envelopeId).orderBy('position').orderBy('id').execute()

/** In reading order, which also names them in the prepared file. */
export const listFields = (db: Db, documentId: string): Promise<Field[]> =>
  db.selectFrom('field').selectAll().where('documentId', '=', documentId).orderBy('page').orderBy('y').orderBy('x').orderBy('id').execute()
