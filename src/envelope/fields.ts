import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { readDay } from '../base/day.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { FieldKind } from '../db/database.ts'
import type { Rotation } from '../pdf/appearance.ts'
import type { Db, Tx } from '../db/open.ts'
import { renamed, type Rules, rulesOf } from '../field/rules.ts'
import { findDraft, touchDraft } from './drafting.ts'
import { type Document, type Envelope, type Field, listDocuments, listFields, listRecipients, type Recipient } from './envelope.ts'
import { acts } from './naming.ts'
import type { Party } from './party.ts'
import { emptyFieldUnder, isInEmptyField, receivedIn } from './received.ts'

export const MOST_FIELDS = 2_000
/** Of all lists of an envelope together: each is measured. */
const MOST_OPTIONS = 4_000
/** The smallest box in which anything can be read, in points. */
export const SMALLEST = 6

/** A field as the editor writes it; without an id of this envelope it is a new one. */
export interface PlacedField {
  readonly id: string
  readonly documentId: string
  readonly recipientId: string | null
  readonly kind: FieldKind
  readonly page: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly required: boolean
  readonly readOnly: boolean
  readonly label: string
  readonly value: string
  readonly fontSize: number
  /** As read they are always there. */
  readonly rules?: Rules
  /** Of an automatic number: its series; null: the company's usual one. */
  readonly seriesId?: string | null
  /** What in the file it stands for: a text tag or a field of its form, which is then not drawn. See `envelope/found-fields`. */
  readonly origin?: string
}

/** What is wrong with one field: the editor marks it. */
export class FieldRefusal extends Refusal {
  readonly fieldId: string
  constructor(reason: string, fieldId: string, params: Refusal['params'] = {}) {
    super('invalid', reason, params)
    this.fieldId = fieldId
  }
}

/** Somebody has saved since: the answer is how it stands now. */
export class StaleFields extends Refusal {
  readonly version: number
  readonly fields: readonly PlacedField[]
  constructor(version: number, fields: readonly PlacedField[]) {
    super('conflict', 'envelope.moved-on')
    this.version = version
    this.fields = fields
  }
}

/** All fields of the draft at once, as the editor has them. Answers the new version; refuses all where one does not fit. */
export function placeFields(
  db: Db,
  act: UserAct,
  owner: Reader,
  envelopeId: string,
  seen: { readonly version: number; readonly fields: readonly PlacedField[] },
): Promise<{ version: number; savedAt: Instant }> {
  return db.transaction().execute(async (tx) => {
    const draft = await findDraft(tx, owner, envelopeId)
    if (draft.version !== seen.version) throw new StaleFields(draft.version, await fieldsOf(tx, draft))
    await putFields(tx, draft, seen.fields)
    return { version: await touchDraft(tx, act.at, draft), savedAt: act.at }
  })
}

/** In the caller's transaction, in the place of all that stood there. Answers the rows. */
export async function putFields(tx: Tx, { id: envelopeId }: Pick<Envelope, 'id'>, fields: readonly PlacedField[]): Promise<Field[]> {
  const documents = await listDocuments(tx, envelopeId)
  const before = (await Promise.all(documents.map(({ id }) => listFields(tx, id)))).flat()
  if (fields.length > MOST_FIELDS) throw new Refusal('too_large', 'field.too-many', { most: MOST_FIELDS })
  const choices = fields.reduce((sum, { rules }) => sum + (rules?.options?.length ?? 0), 0)
  if (choices > MOST_OPTIONS) throw new Refusal('too_large', 'field.too-many-choices', { most: MOST_OPTIONS })
  const recipients = await listRecipients(tx, envelopeId)
  const placed = fields.map((field) => ontoEmptyField(field, documents))
  for (const field of placed) refuseMisplaced(field, documents, recipients)
  refuseTooManyAttachments(placed)
  const known = new Map(before.map((field) => [field.id, field]))
  const used = new Set<string>()
  const ids = new Map<string, string>()
  for (const { id } of placed) if (!ids.has(id)) ids.set(id, known.has(id) ? id : newId('fld'))
  const rows = placed.map(({ rules = {}, origin = '', ...field }): Field => {
    // A number that was drawn already is the series' to say, not the editor's.
    const own = known.get(field.id)
    const id = used.has(field.id) ? newId('fld') : ids.get(field.id)!
    used.add(field.id)
    return {
      ...field,
      id,
      required: Number(field.required),
      readOnly: Number(field.readOnly),
      rules: JSON.stringify(renamed(rules, ids)),
      origin,
      seriesId: field.kind === 'number' ? (field.seriesId ?? null) : null,
      value: field.kind === 'number' ? (own?.kind === 'number' ? own.value : '') : field.value,
    }
  })
  if (documents.length)
    await tx
      .deleteFrom('field')
      .where(
        'documentId',
        'in',
        documents.map(({ id }) => id),
      )
      .execute()
  for (let at = 0; at < rows.length; at += 100)
    await tx
      .insertInto('field')
      .values(rows.slice(at, at + 100))
      .execute()
  for (const { id } of recipients)
    await tx
      .updateTable('recipient')
      .set({ asksStamp: Number(rows.some((field) => field.recipientId === id && field.kind === 'stamp')) })
      .where('id', '=', id)
      .execute()
  return rows
}

/** As the editor reads them. */
export async function fieldsOf(db: Db, envelope: Pick<Envelope, 'id'>): Promise<PlacedField[]> {
  const documents = await listDocuments(db, envelope.id)
  return (await Promise.all(documents.map(({ id }) => listFields(db, id)))).flat().map(placedOf)
}

const placedOf = ({ required, readOnly, rules, ...field }: Field): PlacedField => ({
  ...field,
  rules: rulesOf({ rules }),
  required: required === 1,
  readOnly: readOnly === 1,
})

/** Of the document as it is shown now: prepared where it was sent, as uploaded before. */
export const pagesOf = (document: Pick<Document, 'pages' | 'shownPages'>): readonly ShownPage[] =>
  JSON.parse(document.shownPages ?? document.pages) as ShownPage[]

/** As a reader sees it, in points; `rotation` says how the file turns it, once it is prepared. */
export interface ShownPage {
  readonly width: number
  readonly height: number
  readonly rotation?: Rotation
}

/** Each stands in the person's row on the certificate of completion, which has room for so many. */
const MOST_ATTACHMENTS = 8

function refuseTooManyAttachments(fields: readonly PlacedField[]): void {
  for (const [, asked] of Map.groupBy(
    fields.filter(({ kind }) => kind === 'attachment'),
    ({ recipientId }) => recipientId,
  ))
    if (asked.length > MOST_ATTACHMENTS) throw new Refusal('invalid', 'field.too-many-attachments', { most: MOST_ATTACHMENTS })
}

/** A signature that is put on an empty signature field of a received file takes its very place. */
function ontoEmptyField(field: PlacedField, documents: readonly Document[]): PlacedField {
  const document = documents.find(({ id }) => id === field.documentId)
  const received = document && receivedIn(document)
  const empty = received && field.kind === 'signature' ? emptyFieldUnder(received, field) : undefined
  if (!empty) return field
  const { x, y, width, height } = empty
  return { ...field, x, y, width, height }
}

/** In a received file everything that is seen is part of somebody's signature. */
function refuseBesideSignatures(field: PlacedField, document: Document): void {
  const received = receivedIn(document)
  if (!received) return
  if (field.kind === 'number' || field.recipientId === null) throw new FieldRefusal('field.signed-kind', field.id)
  if (received.certified && !isInEmptyField(received, field)) throw new FieldRefusal('field.signed-certified', field.id)
}

function refuseMisplaced(field: PlacedField, documents: readonly Document[], recipients: readonly Recipient[]): void {
  const document = documents.find(({ id }) => id === field.documentId)
  const page = document && pagesOf(document)[field.page]
  if (!page) throw new FieldRefusal('field.page-unknown', field.id)
  const { x, y, width, height } = field
  const fits =
    [x, y, width, height].every(Number.isFinite) &&
    width >= SMALLEST &&
    height >= SMALLEST &&
    x >= 0 &&
    y >= 0 &&
    x + width <= page.width + 0.01 &&
    y + height <= page.height + 0.01
  if (!fits) throw new FieldRefusal('field.outside', field.id)
  refuseBesideSignatures(field, document)
  const recipient = recipients.find(({ id }) => id === field.recipientId)
  if (field.recipientId !== null && !recipient) throw new FieldRefusal('field.nobody', field.id)
  if (recipient && !acts(recipient)) throw new FieldRefusal('field.of-a-copy', field.id)
  const needsSomebody = field.kind === 'attachment' || (field.kind !== 'number' && !(field.readOnly && field.value))
  if (!recipient && needsSomebody) throw new FieldRefusal('field.nobody', field.id)
  if (field.fontSize !== 0 && !(field.fontSize >= 4 && field.fontSize <= 48)) throw new FieldRefusal('field.size', field.id)
  if (field.kind === 'date' && field.value && !readDay(field.value)) throw new FieldRefusal('entry.date', field.id)
}

/** What a recipient's field says before they touch it: what the sender set, else what is known of them. */
export function defaultValue(field: Pick<Field, 'kind' | 'value' | 'rules'>, recipient: Recipient, party: Party): string {
  if (field.value) return field.value
  switch (field.kind) {
    case 'full-name':
      return `${recipient.firstName} ${recipient.lastName}`.trim()
    case 'job-title':
      return recipient.jobTitle
    case 'company':
      return recipient.company
    case 'company-details':
      return recipient.companyDetails
    case 'email':
      return recipient.email ?? ''
    case 'phone':
      return recipient.phone ?? ''
    case 'contact': {
      const { source } = rulesOf(field)
      return (source && party[source]) ?? ''
    }
    default:
      return ''
  }
}
