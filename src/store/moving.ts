import type { Digest } from '../base/digest.ts'
import { Refusal } from '../base/refusal.ts'
import { failpoint } from '../base/failpoint.ts'
import type { Db } from '../db/open.ts'
import { isMark, OUTSIDE, sha256 } from './chunks.ts'
import { placeOf } from './place.ts'

export interface Move {
  /** Chunks that were carried now, and their bytes. */
  readonly carried: number
  readonly bytes: number
  /** Chunks that stood where they should already. */
  readonly there: number
  /** Digests of chunks that are not what they should be: they stay where they are. */
  readonly damaged: readonly Digest[]
}

const AT_ONCE = 100

/**
 * Carries every chunk to the place outside, or back into the database, each compared with its digest before and after. A crash leaves each in one
 * of the two, and the same call goes on. Works while others read and write.
 */
export async function moveChunks(db: Db, to: 'outside' | 'database', tell: (done: number) => void = () => {}): Promise<Move> {
  const place = placeOf(db)
  if (!place) throw new Error('there is no place outside the database')
  const counts = { carried: 0, bytes: 0, there: 0 }
  const damaged: Digest[] = []
  for (let after = '' as Digest; ;) {
    const rows = await db.selectFrom('chunk').select('digest').where('digest', '>', after).orderBy('digest').limit(AT_ONCE).execute()
    for (const { digest } of rows) {
      after = digest
      const row = await db.selectFrom('chunk').select('bytes').where('digest', '=', digest).executeTakeFirst()
      if (!row || isMark(digest, row.bytes)) continue
      const isOutside = row.bytes.length === 0
      if (isOutside === (to === 'outside')) {
        counts.there++
        continue
      }
      const bytes = isOutside ? await place.get(digest) : row.bytes
      if (!bytes || sha256(bytes) !== digest) {
        damaged.push(digest)
        continue
      }
      if (to === 'outside' && !(await place.put(digest, bytes))) throw new Refusal('unavailable', 'vault.not-kept')
      failpoint('move.kept')
      await db
        .updateTable('chunk')
        .set({ bytes: to === 'outside' ? OUTSIDE : bytes })
        .where('digest', '=', digest)
        .where('bytes', isOutside ? '=' : '!=', OUTSIDE)
        .execute()
      counts.carried++
      counts.bytes += bytes.length
      tell(counts.carried)
    }
    if (rows.length < AT_ONCE) return { ...counts, damaged }
  }
}

/** Whether anything is kept outside. Reads the whole table. */
export const hasOutside = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('chunk').select('digest').where('bytes', '=', OUTSIDE).limit(1).executeTakeFirst()) !== undefined
