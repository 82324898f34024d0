import type { Instant } from '../base/instant.ts'
import { newId } from '../base/id.ts'
import type { Db } from '../db/open.ts'
import { renamed, rulesOf } from '../field/rules.ts'
import { counterparts } from './assigning.ts'
import { type Document, type Envelope, listFields, listRecipients, visibleTo } from './envelope.ts'
import type { PlacedField } from './fields.ts'
import { foundOf } from './found-fields.ts'
import { folded } from './text-tags.ts'

type Reader = Parameters<typeof visibleTo>[1]

/** A document that was sent before, or is a draft still, and looks like this one. */
export interface EarlierLayout {
  readonly documentId: string
  readonly envelopeId: string
  readonly title: string
  readonly at: Instant
  readonly fields: number
}

/** How far back is looked, in envelopes that the reader sees. */
const LOOKED_AT = 300
const MOST = 2

/** The newest that look alike, each title once: as many pages of the same sizes, and a file name or a title that is the same but for numbers and dates. */
export async function earlierLayouts(db: Db, reader: Reader, document: Document): Promise<EarlierLayout[]> {
  const seen = visibleTo(db, reader).select('envelope.id').orderBy('envelope.updatedAt', 'desc').orderBy('envelope.id').limit(LOOKED_AT)
  const candidates = await db
    .selectFrom('document')
    .innerJoin('envelope', 'envelope.id', 'document.envelopeId')
    .where('envelope.id', 'in', seen)
    .where('envelope.id', '!=', document.envelopeId)
    .where('document.pages', '=', document.pages)
    .where('document.certifies', 'is', null)
    .select([
      'document.id',
      'document.envelopeId',
      'document.title',
      'document.fileName',
      'envelope.updatedAt',
      'envelope.title as envelopeTitle',
    ])
    .select((select) =>
      select
        .selectFrom('field')
        .whereRef('field.documentId', '=', 'document.id')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .as('fields'),
    )
    .orderBy('envelope.updatedAt', 'desc')
    .execute()
  const alike = candidates.filter((one) => Number(one.fields) > 0 && looksAlike(one, document))
  const layouts = new Map<string, EarlierLayout>()
  for (const one of alike) {
    const title = one.envelopeTitle || one.title
    if (!layouts.has(title))
      layouts.set(title, { documentId: one.id, envelopeId: one.envelopeId, title, at: one.updatedAt, fields: Number(one.fields) })
  }
  return [...layouts.values()].slice(0, MOST)
}

type Named = Pick<Document, 'title' | 'fileName'>

export function looksAlike(a: Named, b: Named): boolean {
  if (a.fileName.toLowerCase() === b.fileName.toLowerCase() || folded(a.title) === folded(b.title)) return true
  return [wordsOf(a.fileName), wordsOf(a.title)].some((one) =>
    [wordsOf(b.fileName), wordsOf(b.title)].some((other) => areMostlySame(one, other)),
  )
}

/** Without the file's kind, numbers, and what is too short to say anything. */
const wordsOf = (name: string): ReadonlySet<string> =>
  new Set(
    folded(name.replace(/\.[A-Za-z0-9]{1,5}$/, ''))
      .split(/[^\p{L}]+/u)
      .filter((word) => word.length > 2),
  )

function areMostlySame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const shared = [...a].filter((word) => b.has(word)).length
  return shared > 0 && shared * 2 >= Math.max(a.size, b.size)
}

/**
 * The fields of an earlier document for this one: places, kinds and rules, for the people who stand in the same place here. What somebody filled in is not
 * theirs; what the sender had written beforehand is.
 */
export async function fieldsLike(
  db: Db,
  reader: Reader,
  { document, envelope, earlierId }: { readonly document: Document; readonly envelope: Pick<Envelope, 'id'>; readonly earlierId: string },
  otherwise: string | null,
): Promise<PlacedField[]> {
  const layout = (await earlierLayouts(db, reader, document)).find(({ documentId }) => documentId === earlierId)
  if (!layout) return []
  const [fields, before, now] = await Promise.all([
    listFields(db, layout.documentId),
    listRecipients(db, layout.envelopeId),
    listRecipients(db, envelope.id),
  ])
  const people = counterparts(before, now)
  const { tags, form } = foundOf(document)
  const origins = new Set([...tags.map((_, at) => `tag:${at}`), ...form.map(({ origin }) => origin)])
  const ids = new Map(fields.map(({ id }) => [id, newId('fld')]))
  return fields.flatMap((field): PlacedField[] => {
    const isBeforehand = field.recipientId === null || field.readOnly === 1
    const recipientId = field.recipientId === null ? null : (people.get(field.recipientId) ?? otherwise)
    if (field.recipientId !== null && recipientId === null) return []
    const { required, readOnly, rules, origin, value, ...same } = field
    return [
      {
        ...same,
        id: ids.get(field.id)!,
        documentId: document.id,
        recipientId,
        required: required === 1,
        readOnly: readOnly === 1,
        value: isBeforehand && field.kind !== 'number' ? value : '',
        rules: renamed(rulesOf({ rules }), ids),
        origin: origins.has(origin) ? origin : '',
      },
    ]
  })
}
