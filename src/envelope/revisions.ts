import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { RevisionRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import type { AnyHead } from '../pdf/received-head.ts'
import type { Base, Revision } from '../seal/revision.ts'

/** The newest revision of a document (by its row), as the next one continues it; null before the dispatch. */
export async function headRevision(db: Db, documentId: string): Promise<RevisionRow | null> {
  const row = await db
    .selectFrom('revision')
    .selectAll()
    .where('documentId', '=', documentId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

export const baseOf = (row: Pick<RevisionRow, 'number' | 'objectDigest' | 'size' | 'head'>): Base => ({
  number: row.number,
  object: { digest: row.objectDigest, size: row.size },
  head: JSON.parse(row.head) as AnyHead,
})

/**
 * Links stored revisions to their document by compare-and-swap on the number: whoever made theirs on a head that is no longer the head is
 * refused, and nothing of it stays.
 */
export async function linkRevisions(tx: Tx, at: Instant, documentId: string, revisions: readonly Revision[]): Promise<void> {
  let next = ((await headRevision(tx, documentId))?.number ?? -1) + 1
  for (const { number, kind, object, head, recipientId, facts, proofUntil } of revisions) {
    if (number !== next++) throw new Refusal('conflict', 'signature.document-moved-on')
    await tx
      .insertInto('revision')
      .values({
        documentId,
        number,
        kind,
        objectDigest: object.digest,
        size: object.size,
        recipientId,
        head: JSON.stringify(head),
        facts: JSON.stringify(facts),
        proofUntil: proofUntil ?? null,
        createdAt: at,
      })
      .execute()
  }
}
