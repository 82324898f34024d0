import { sql } from 'kysely'
import type { Digest } from '../base/digest.ts'
import { MARKS } from './chunks.ts'
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
  await db.deleteFrom('chunk').where(unused).where('bytes', 'not in', MARKS).execute()
}

const unused = sql<boolean>`not exists (select 1 from object_part where object_part.chunk_digest = chunk.digest)`

/** Every place that names a stored object. A new one must be added here, or the sweep takes what it names. */
const NAMED_BY: readonly (readonly [table: string, column: string])[] = [
  ['document', 'original_digest'],
  ['document', 'source_digest'],
  ['revision', 'object_digest'],
  ['frozen_revision', 'preview_digest'],
  ['mark', 'object_digest'],
  ['phone_pad', 'object_digest'],
  ['attachment', 'object_digest'],
  ['stamp', 'object_digest'],
  ['legal_entity', 'logo_digest'],
  ['page_image', 'image_digest'],
  ['key_ceremony', 'object_digest'],
  ['disposal', 'certificate_digest'],
  ['api_upload', 'object_digest'],
]

/** True of an object that no row names. */
export const namedNowhere = sql<boolean>`${sql.join(
  NAMED_BY.map(
    ([table, column]) => sql`not exists (select 1 from ${sql.raw(table)} where ${sql.raw(`${table}.${column}`)} = object.digest)`,
  ),
  sql` and `,
)}`

/** Of these objects, takes out those that nothing names any more, in the caller's transaction. */
export async function removeUnnamed(tx: Tx, digests: readonly Digest[]): Promise<void> {
  for (let at = 0; at < digests.length; at += 200) {
    const some = await tx
      .selectFrom('object')
      .select('digest')
      .where('digest', 'in', digests.slice(at, at + 200))
      .where(namedNowhere)
      .execute()
    await removeObjects(
      tx,
      some.map(({ digest }) => digest),
    )
  }
}
