import { sql } from 'kysely'
import type { Digest } from '../base/digest.ts'
import type { Db, Tx } from '../db/open.ts'

/** Takes out objects that nothing names, with the chunks that were theirs alone, in the caller's transaction. */
export async function removeObjects(tx: Tx, digests: readonly Digest[]): Promise<void> {
  if (!digests.length) return
  const parts = await tx
    .selectFrom('objectPart')
    .select('chunkDigest')
    .distinct()
    .where('objectDigest', 'in', [...digests])
    .execute()
  await tx
    .deleteFrom('objectPart')
    .where('objectDigest', 'in', [...digests])
    .execute()
  await tx
    .deleteFrom('object')
    .where('digest', 'in', [...digests])
    .execute()
  for (let at = 0; at < parts.length; at += 200)
    await tx
      .deleteFrom('chunk')
      .where(
        'digest',
        'in',
        parts.slice(at, at + 200).map(({ chunkDigest }) => chunkDigest),
      )
      .where(unused)
      .execute()
}

/** Chunks of objects that a crash kept from being finished. Only while nobody writes: at a start, before anything is served. */
export async function removeLooseChunks(db: Db): Promise<void> {
  await db.deleteFrom('chunk').where(unused).execute()
}

const unused = sql<boolean>`not exists (select 1 from object_part where object_part.chunk_digest = chunk.digest)`
