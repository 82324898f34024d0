import type { Digest } from '../base/digest.ts'
import { type DocumentId } from '../base/document-id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { EnvelopeRow, UserRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { annulledAmong } from '../envelope/annulment.ts'
import { certificatePages } from '../envelope/naming.ts'
import { isFoundBy } from '../envelope/searching.ts'

/** A finished envelope as the register shows it. */
export interface VaultEntry {
  readonly id: string
  readonly title: string
  readonly completedAt: Instant
  readonly dispatchedAt: Instant | null
  readonly isAnnulled: boolean
  readonly sender: string
  readonly parties: readonly { readonly name: string; readonly company: string; readonly side: 'company' | 'other' }[]
  readonly documents: readonly {
    readonly id: string
    readonly documentId: DocumentId
    readonly title: string
    readonly size: number
    readonly pages: number
    /** How many of the pages are the certificate of completion. */
    readonly certificatePages: number
    readonly digest: Digest
    /** A certificate of completion by itself: the row of the document that it speaks of. */
    readonly certifies: string | null
    /** The row of the certificate of completion of a document that could not bear one; null where it is part of the file. */
    readonly certificateId: string | null
  }[]
}

export interface VaultQuery {
  readonly search: string
  /** Days as 2026-11-23, inclusive, in UTC. */
  readonly from: string | null
  readonly to: string | null
  /** Where the page before ended. */
  readonly after: { readonly completedAt: Instant; readonly id: string } | null
}

export const PAGE = 50

type Reader = Pick<UserRow, 'id' | 'role'>

/** What a reader may see: everything for whom oversees, else what they sent or signed. Authorisation is the query. */
function visible(db: Db, reader: Reader) {
  const finished = db.selectFrom('envelope').where('envelope.status', '=', 'completed')
  if (reader.role !== 'employee') return finished
  return finished.where((where) =>
    where.or([
      where('envelope.senderId', '=', reader.id),
      where.exists(
        where
          .selectFrom('recipient')
          .select('recipient.id')
          .whereRef('recipient.envelopeId', '=', 'envelope.id')
          .where('recipient.userId', '=', reader.id),
      ),
    ]),
  )
}

/** Newest first. `next` continues where this page ends, or is null at the end. */
export async function searchVault(
  db: Db,
  reader: Reader,
  query: VaultQuery,
): Promise<{ entries: VaultEntry[]; next: VaultQuery['after'] }> {
  let found = visible(db, reader).selectAll('envelope')
  const { search, from, to, after } = query
  if (from) found = found.where('envelope.completedAt', '>=', from as Instant)
  if (to) found = found.where('envelope.completedAt', '<=', `${to}T23:59:59.999Z` as Instant)
  if (after) {
    found = found.where((where) =>
      where.or([
        where('envelope.completedAt', '<', after.completedAt),
        where.and([where('envelope.completedAt', '=', after.completedAt), where('envelope.id', '<', after.id)]),
      ]),
    )
  }
  if (search.trim()) found = found.where(isFoundBy(search))
  const rows = await found
    .orderBy('envelope.completedAt', 'desc')
    .orderBy('envelope.id', 'desc')
    .limit(PAGE + 1)
    .execute()
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  return { entries: await describe(db, page), next: rows.length > PAGE && last ? { completedAt: last.completedAt!, id: last.id } : null }
}

/** not_found for what one may not see too, so that an id cannot be probed. */
export async function findVaultEntry(db: Db, reader: Reader, id: string): Promise<VaultEntry & { readonly envelope: EnvelopeRow }> {
  const envelope = await visible(db, reader).selectAll('envelope').where('envelope.id', '=', id).executeTakeFirst()
  const [entry] = envelope ? await describe(db, [envelope]) : []
  if (!envelope || !entry) throw new Refusal('not_found', 'vault.not-found')
  return { ...entry, envelope }
}

async function describe(db: Db, envelopes: readonly EnvelopeRow[]): Promise<VaultEntry[]> {
  if (!envelopes.length) return []
  const ids = envelopes.map(({ id }) => id)
  const recipients = await db
    .selectFrom('recipient')
    .select(['envelopeId', 'firstName', 'lastName', 'company', 'side'])
    .where('envelopeId', 'in', ids)
    .orderBy('routingOrder')
    .orderBy('position')
    .execute()
  const documents = await db
    .selectFrom('document')
    .select(['id', 'envelopeId', 'documentId', 'title', 'pages', 'shownPages', 'certifies'])
    .where('envelopeId', 'in', ids)
    .orderBy('position')
    .execute()
  const last = db
    .selectFrom('revision')
    .select(['documentId', (eb) => eb.fn.max('number').as('number')])
    .groupBy('documentId')
    .where(
      'documentId',
      'in',
      documents.map(({ id }) => id),
    )
  const heads = documents.length
    ? await db
        .selectFrom('revision')
        .innerJoin(last.as('last'), (join) =>
          join.onRef('last.documentId', '=', 'revision.documentId').onRef('last.number', '=', 'revision.number'),
        )
        .select(['revision.documentId', 'revision.size', 'revision.objectDigest'])
        .execute()
    : []
  const senders = await db
    .selectFrom('user')
    .select(['id', 'firstName', 'lastName'])
    .where('id', 'in', [...new Set(envelopes.map(({ senderId }) => senderId))])
    .execute()
  const annulled = await annulledAmong(db, ids)
  return envelopes.map((envelope) => {
    const sender = senders.find(({ id }) => id === envelope.senderId)
    return {
      id: envelope.id,
      title: envelope.title,
      completedAt: envelope.completedAt!,
      dispatchedAt: envelope.dispatchedAt,
      isAnnulled: annulled.has(envelope.id),
      sender: sender ? `${sender.firstName} ${sender.lastName}` : '',
      parties: recipients
        .filter(({ envelopeId }) => envelopeId === envelope.id)
        .map(({ firstName, lastName, company, side }) => ({ name: `${firstName} ${lastName}`.trim(), company, side })),
      documents: documents
        .filter(({ envelopeId }) => envelopeId === envelope.id)
        .map(({ id, documentId, title, pages, shownPages, certifies }) => {
          const head = heads.find((row) => row.documentId === id)
          return {
            id,
            documentId,
            title,
            size: head?.size ?? 0,
            pages: (JSON.parse(shownPages ?? pages) as unknown[]).length,
            certificatePages: certificatePages({ pages, shownPages }),
            digest: head?.objectDigest ?? ('' as Digest),
            certifies,
            certificateId: documents.find((other) => other.certifies === id)?.id ?? null,
          }
        }),
    }
  })
}

/** LIKE with an escape character of its own: what a person types is never a pattern. */
