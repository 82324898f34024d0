import type { Digest } from '../base/digest.ts'
import type { DocumentId } from '../base/document-id.ts'
import type { Instant } from '../base/instant.ts'
import type { RevisionKind } from '../db/database.ts'
import type { Db } from '../db/open.ts'

/** What the house says about a document that it issued. No names, no title, no file: whoever holds the ID or the file may read it. */
export interface RegisterEntry {
  readonly documentId: DocumentId
  /** The company in whose name it was issued. */
  readonly issuer: string
  readonly state: 'in-progress' | 'completed' | 'annulled' | 'ended'
  readonly preparedAt: Instant
  readonly completedAt: Instant | null
  readonly endedAt: Instant | null
  /** What the issuer said of the finished document afterwards, oldest first; the last one holds. */
  readonly annulments: readonly Annulment[]
  /** Of the finished file; null before that. */
  readonly digest: Digest | null
  /** The revision that was asked about by its digest. */
  /** Since when its bytes are gone, by the rules of retention; left out while they are kept. */
  readonly disposedAt?: Instant
  readonly found: { readonly kind: RevisionKind; readonly isLatest: boolean; readonly isExact: boolean } | null
}

export interface Annulment {
  readonly kind: 'annulled' | 'reinstated'
  readonly at: Instant
  /** Null unless whoever annulled it let everybody read it. */
  readonly reason: string | null
}

/** By the digest of the whole file, else of the longest beginning of it that we issued: an altered file is told from which document it comes. */
export async function registerEntryOf(db: Db, digests: readonly Digest[]): Promise<RegisterEntry | null> {
  const longestFirst = [...digests].reverse()
  for (const [at, digest] of longestFirst.entries()) {
    const row = await db
      .selectFrom('revision')
      .select(['documentId', 'number', 'kind'])
      .where('objectDigest', '=', digest)
      // What arrived signed by others was not issued here; it may go on elsewhere too.
      .where('kind', '!=', 'received')
      .executeTakeFirst()
    if (row) return entryOf(db, row.documentId, { number: row.number, kind: row.kind, isExact: at === 0 })
    const gone = await db
      .selectFrom('disposedRevision')
      .select(['documentId', 'number', 'kind'])
      .where('digest', '=', digest)
      .where('kind', '!=', 'received')
      .executeTakeFirst()
    if (gone) return entryOf(db, gone.documentId, { number: gone.number, kind: gone.kind, isExact: at === 0 })
  }
  return null
}

export async function registerEntryFor(db: Db, documentId: DocumentId): Promise<RegisterEntry | null> {
  const row = await db.selectFrom('document').select('id').where('documentId', '=', documentId).executeTakeFirst()
  return row ? entryOf(db, row.id, null) : null
}

/** Null for a draft: nothing was issued yet, so that drafts cannot be probed. */
async function entryOf(
  db: Db,
  id: string,
  found: { number: number; kind: RevisionKind; isExact: boolean } | null,
): Promise<RegisterEntry | null> {
  const row = await db
    .selectFrom('document')
    .innerJoin('envelope', 'envelope.id', 'document.envelopeId')
    .innerJoin('legalEntity', 'legalEntity.id', 'envelope.legalEntityId')
    .select([
      'document.documentId',
      'legalEntity.legalName',
      'envelope.id as envelopeId',
      'envelope.status',
      'envelope.dispatchedAt',
      'envelope.completedAt',
      'envelope.endedAt',
    ])
    .where('document.id', '=', id)
    .executeTakeFirst()
  const latest = await db
    .selectFrom('revision')
    .select(['number', 'objectDigest', 'createdAt'])
    .where('documentId', '=', id)
    .orderBy('number', 'desc')
    .executeTakeFirst()
  const gone = latest ? null : await goneOf(db, id)
  // What was signed elsewhere and brought into the vault was not issued here.
  const imported = row && (await db.selectFrom('vaultImport').select('digest').where('envelopeId', '=', row.envelopeId).executeTakeFirst())
  if (!row || imported || (!latest && !gone) || row.status === 'draft') return null
  const newest = latest ?? gone!
  const completed = row.status === 'completed'
  const annulments = completed ? await annulmentsOf(db, row.envelopeId) : []
  return {
    documentId: row.documentId,
    issuer: row.legalName,
    state: annulments.at(-1)?.kind === 'annulled' ? 'annulled' : completed ? 'completed' : row.endedAt ? 'ended' : 'in-progress',
    preparedAt: row.dispatchedAt ?? newest.createdAt,
    completedAt: row.completedAt,
    endedAt: row.endedAt,
    annulments,
    digest: completed ? newest.objectDigest : null,
    found: found && { kind: found.kind, isExact: found.isExact, isLatest: found.number === newest.number },
    ...(gone ? { disposedAt: gone.disposedAt } : {}),
  }
}

/** What is still known of a document whose bytes were disposed of. */
async function goneOf(db: Db, id: string) {
  const row = await db
    .selectFrom('disposedDocument')
    .innerJoin('disposedRevision', 'disposedRevision.documentId', 'disposedDocument.id')
    .select([
      'disposedRevision.number',
      'disposedDocument.digest as objectDigest',
      'disposedDocument.preparedAt as createdAt',
      'disposedAt',
    ])
    .where('disposedDocument.id', '=', id)
    .where('wasIssued', '=', 1)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

async function annulmentsOf(db: Db, envelopeId: string): Promise<Annulment[]> {
  const rows = await db
    .selectFrom('annulment')
    .select(['kind', 'at', 'reason', 'isPublic'])
    .where('envelopeId', '=', envelopeId)
    .orderBy('number')
    .execute()
  return rows.map(({ kind, at, reason, isPublic }) => ({ kind, at, reason: isPublic ? reason : null }))
}
