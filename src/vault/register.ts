import type { Reader } from '../access/reach.ts'
import type { Digest } from '../base/digest.ts'
import { type DocumentId } from '../base/document-id.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { EnvelopeRow, VaultEntryRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { annulledAmong } from '../envelope/annulment.ts'
import { findingsOf } from '../envelope/documents.ts'
import { certificatePages } from '../envelope/naming.ts'
import type { VaultQuery } from './filters.ts'
import { type Hit, hitsIn } from './hits.ts'
import { reached, reachOf } from './reach.ts'
import { type Cursor, findPage } from './searching.ts'
import { readTexts, readTextQuery, type TextQuery } from './text-index.ts'

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
    /** What a text document was before it became a PDF; null for every other. */
    readonly converted: { readonly fileName: string; readonly by: string; readonly digest: Digest } | null
  }[]
}

/** What the page of the register shows of one entry beside that. */
export interface ListedEntry extends VaultEntry {
  readonly seq: number
  readonly folderId: string | null
  readonly kind: string
  readonly amount: number | null
  readonly currency: string
  readonly size: number
  readonly isHeld: boolean
  readonly isImported: boolean
  readonly isVerified: boolean
  readonly disposedAt: Instant | null
  /** The end of its retention. */
  readonly dueAt: Instant | null
  /** Where the words of the search stand in its documents. */
  readonly hits: readonly EntryHit[]
}

export interface EntryHit extends Hit {
  /** The row of the document. */
  readonly documentId: string
}

const HITS = 2

/** One page of the register as a reader may see it. */
export async function searchVault(
  db: Db,
  reader: Reader,
  query: VaultQuery,
  page: { readonly after?: Cursor | null; readonly limit?: number } = {},
): Promise<{ entries: ListedEntry[]; next: Cursor | null; isUnsorted: boolean }> {
  const { seqs, next, isUnsorted } = await findPage(db, reader, query, {
    after: page.after ?? null,
    ...(page.limit ? { limit: page.limit } : {}),
  })
  return { entries: await listed(db, seqs, readTextQuery(query.search)), next, isUnsorted }
}

async function listed(db: Db, seqs: readonly number[], text: TextQuery | null): Promise<ListedEntry[]> {
  if (!seqs.length) return []
  const rows = await db.selectFrom('vaultEntry').selectAll().where('seq', 'in', seqs).execute()
  const ids = rows.map(({ envelopeId }) => envelopeId)
  const envelopes = await db.selectFrom('envelope').selectAll().where('id', 'in', ids).execute()
  const imports = await db.selectFrom('vaultImport').select(['envelopeId', 'isVerified']).where('envelopeId', 'in', ids).execute()
  const described = new Map((await describe(db, envelopes)).map((entry) => [entry.id, entry]))
  const texts = text ? await readTexts(db, seqs) : new Map<number, string>()
  return seqs.flatMap((seq) => {
    const row = rows.find((one) => one.seq === seq)
    const entry = row && described.get(row.envelopeId)
    if (!row || !entry) return []
    const imported = imports.find(({ envelopeId }) => envelopeId === row.envelopeId)
    const { folderId, kind, amount, currency, size, disposedAt, dueAt } = row
    const hits = text ? hitsOf(entry, texts.get(seq) ?? '', text, HITS) : []
    const flags = { isHeld: row.isHeld === 1, isImported: row.origin === 'imported', isVerified: imported?.isVerified !== 0 }
    return [{ ...entry, seq, folderId, kind, amount, currency, size, disposedAt, dueAt, hits, ...flags }]
  })
}

/** Of the documents that were sent or brought in: a certificate that is a document of its own has no words in the index. */
function hitsOf({ documents }: VaultEntry, body: string, text: TextQuery, most: number): EntryHit[] {
  const own = documents.filter(({ certifies }) => certifies === null)
  return hitsIn(body, text, most).flatMap((hit) => (own[hit.document] ? [{ ...hit, documentId: own[hit.document]!.id }] : []))
}

/** Every place of one entry where the words stand; the caller has asked for the right. */
export async function placesOf(db: Db, entry: VaultEntry, search: string, most = 50): Promise<EntryHit[]> {
  const text = readTextQuery(search)
  const row = await db.selectFrom('vaultEntry').select('seq').where('envelopeId', '=', entry.id).executeTakeFirst()
  if (!text || !row) return []
  return hitsOf(entry, (await readTexts(db, [row.seq])).get(row.seq) ?? '', text, most)
}

/** not_found for what one may not see too, so that an id cannot be probed. */
export async function findVaultEntry(db: Db, reader: Reader, id: string): Promise<FoundEntry> {
  const row = await seenRow(db, reader, id)
  const envelope = await db.selectFrom('envelope').selectAll().where('id', '=', row.envelopeId).executeTakeFirstOrThrow()
  const [entry] = await describe(db, [envelope])
  return { ...entry!, envelope, row }
}

export interface FoundEntry extends VaultEntry {
  readonly envelope: EnvelopeRow
  readonly row: VaultEntryRow
}

/** The entry's row of the register, where the reader may see it. */
export async function seenRow(db: Db, reader: Reader, envelopeId: string): Promise<VaultEntryRow> {
  const row = await db
    .selectFrom('vaultEntry as e')
    .selectAll()
    .where('e.envelopeId', '=', envelopeId)
    .where(reached(await reachOf(db, reader)))
    .executeTakeFirst()
  if (!row) throw new Refusal('not_found', 'vault.not-found')
  return row
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
    .select(['id', 'envelopeId', 'documentId', 'title', 'fileName', 'originalDigest', 'findings', 'pages', 'shownPages', 'certifies'])
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
  const gone = await db.selectFrom('disposedDocument').select(['id', 'size', 'digest']).where('envelopeId', 'in', ids).execute()
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
        .map(({ id, documentId, title, fileName, originalDigest, findings, pages, shownPages, certifies }) => {
          const { converted } = findingsOf({ findings })
          const head = heads.find((row) => row.documentId === id)
          const kept = gone.find((row) => row.id === id)
          return {
            id,
            documentId,
            title,
            size: head?.size ?? kept?.size ?? 0,
            pages: (JSON.parse(shownPages ?? pages) as unknown[]).length,
            certificatePages: certificatePages({ pages, shownPages }),
            digest: head?.objectDigest ?? kept?.digest ?? ('' as Digest),
            certifies,
            converted: converted ? { fileName, by: converted.by, digest: originalDigest } : null,
            certificateId: documents.find((other) => other.certifies === id)?.id ?? null,
          }
        }),
    }
  })
}
