import type { UserAct } from '../audit/act.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { FieldKind } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { recipientMeant } from './assigning.ts'
import { findDraft } from './drafting.ts'
import { earlierLayouts, fieldsLike } from './earlier-layouts.ts'
import { type Document, type Envelope, listDocuments, listRecipients, type Recipient, type visibleTo } from './envelope.ts'
import { fieldsOf, type PlacedField, placeFields } from './fields.ts'
import { type FoundField, formFieldsOf, tagFields, unknownTags } from './found-fields.ts'
import { acts } from './naming.ts'
import { receivedIn } from './received.ts'

type Reader = Parameters<typeof visibleTo>[1]

/** Fields that the sender may take over in one go: what stands in a file, or what an earlier document like it had. */
export interface Offer {
  /** `tags:doc_…`, `form:doc_…`, `layout:doc_…:doc_…` (the earlier one) */
  readonly id: string
  readonly kind: 'tags' | 'form' | 'layout'
  readonly documentId: string
  readonly count: number
  /** What can be chosen one by one. Of an earlier layout, nothing. */
  readonly fields: readonly { readonly origin: string; readonly kind: FieldKind; readonly page: number; readonly label: string }[]
  /** Whether somebody must be named for those whom nothing names. */
  readonly asksWho: boolean
  readonly unknown: readonly { readonly text: string; readonly page: number }[]
  readonly from: { readonly title: string; readonly at: Instant } | null
}

/** What is offered in a draft or in the design of a template: nothing of a file that arrived signed, and nothing twice. */
export async function offersOf(db: Db, reader: Reader, envelope: Pick<Envelope, 'id' | 'status'>): Promise<Offer[]> {
  if (envelope.status !== 'draft' && envelope.status !== 'design') return []
  const [documents, recipients, fields] = await Promise.all([
    listDocuments(db, envelope.id),
    listRecipients(db, envelope.id),
    fieldsOf(db, envelope),
  ])
  const offers: Offer[] = []
  for (const document of documents) {
    if (receivedIn(document)) continue
    const own = fields.filter(({ documentId }) => documentId === document.id)
    for (const kind of ['tags', 'form'] as const) {
      const left = (kind === 'tags' ? tagFields(document) : formFieldsOf(document)).filter(
        ({ origin }) => !own.some((field) => field.origin === origin),
      )
      const unknown = kind === 'tags' ? unknownTags(document) : []
      if (!left.length && !unknown.length) continue
      offers.push({
        id: `${kind}:${document.id}`,
        kind,
        documentId: document.id,
        count: left.length,
        fields: left.map(({ origin, kind: fieldKind, page, label }) => ({ origin, kind: fieldKind, page, label })),
        asksWho: left.some((field) => field.kind !== 'number' && !recipientMeant(field.who, recipients)),
        unknown,
        from: null,
      })
    }
    if (own.length) continue
    for (const layout of await earlierLayouts(db, reader, document))
      offers.push({
        id: `layout:${document.id}:${layout.documentId}`,
        kind: 'layout',
        documentId: document.id,
        count: layout.fields,
        fields: [],
        asksWho: false,
        unknown: [],
        from: { title: layout.title, at: layout.at },
      })
  }
  return offers
}

export interface OfferTaken {
  readonly offer: string
  /** For those whom nothing names. */
  readonly recipientId: string | null
  /** Only these; all where it is left out. */
  readonly origins?: readonly string[] | undefined
}

/** The fields of an offer as they would stand in the draft. Nothing is changed: the editor puts them down, and can undo that. */
export async function offeredFields(db: Db, reader: Reader, envelopeId: string, taken: OfferTaken): Promise<PlacedField[]> {
  const draft = await findDraft(db, reader, envelopeId)
  const [kind = '', documentId = '', earlierId = ''] = taken.offer.split(':')
  const document = (await listDocuments(db, draft.id)).find(({ id }) => id === documentId)
  if (!document || receivedIn(document)) throw new Refusal('not_found', 'offer.unknown')
  const recipients = await listRecipients(db, draft.id)
  const people = recipients.filter(acts)
  if (!people.length) throw new Refusal('invalid', 'offer.nobody')
  const otherwise = people.find(({ id }) => id === taken.recipientId) ?? people.find(({ side }) => side === 'other') ?? people[0]!
  if (kind === 'layout') {
    const fields = await fieldsLike(db, reader, { document, envelope: draft, earlierId }, otherwise.id)
    if (!fields.length) throw new Refusal('not_found', 'offer.unknown')
    return fields
  }
  const found = kind === 'tags' ? tagFields(document) : kind === 'form' ? formFieldsOf(document) : []
  const standing = new Set((await fieldsOf(db, draft)).filter((field) => field.documentId === documentId).map(({ origin }) => origin))
  const wanted = found.filter(({ origin }) => !standing.has(origin) && (!taken.origins || taken.origins.includes(origin)))
  if (!wanted.length) throw new Refusal('not_found', 'offer.unknown')
  return wanted.map((field) => placed(field, document, recipientMeant(field.who, recipients) ?? otherwise))
}

/** The fields that the text tags of these documents ask for, each for whom it names, or else for the other party. */
export function fieldsOfTags(documents: readonly Document[], recipients: readonly Recipient[]): PlacedField[] {
  const people = recipients.filter(acts)
  const otherwise = people.find(({ side }) => side === 'other') ?? people[0]
  if (!otherwise) return []
  return documents
    .filter((document) => !receivedIn(document))
    .flatMap((document) => tagFields(document).map((field) => placed(field, document, recipientMeant(field.who, recipients) ?? otherwise)))
}

/** Without the script: put down at once. */
export async function takeOffer(db: Db, act: UserAct, owner: Reader, envelopeId: string, taken: OfferTaken): Promise<number> {
  const fields = await offeredFields(db, owner, envelopeId, taken)
  const { version } = await findDraft(db, owner, envelopeId)
  await placeFields(db, act, owner, envelopeId, { version, fields: [...(await fieldsOf(db, { id: envelopeId })), ...fields] })
  return fields.length
}

function placed({ who: _, ...field }: FoundField, document: Document, recipient: Recipient): PlacedField {
  return {
    ...field,
    id: newId('fld'),
    documentId: document.id,
    // A number is nobody’s; neither is what was written beforehand.
    recipientId: field.kind === 'number' ? null : recipient.id,
  }
}
