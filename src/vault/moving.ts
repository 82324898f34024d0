import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { VaultEntryRow } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import { findFolder } from './folders.ts'
import { keysOfEntry } from './indexing.ts'
import { mayEditIn, reached, reachOf, type Reach } from './reach.ts'
import { reckon } from './retention.ts'
import { putKeys } from './text-index.ts'

/** So many at once; each is an entry of the log. */
export const MOST_MOVED = 200

/** Out of a folder with rights of its own by its editors; otherwise by whom it belongs to, and by whoever oversees every document. */
export const mayMove = (reach: Reach, entry: Pick<VaultEntryRow, 'scopeId' | 'ownerId'>): boolean =>
  entry.scopeId ? mayEditIn(reach, entry.scopeId) : entry.ownerId === reach.userId || mayEditIn(reach, null)

/** All or none. Null: out of every folder. */
export async function moveEntries(
  db: Db,
  act: UserAct,
  reader: Reader,
  envelopeIds: readonly string[],
  folderId: string | null,
): Promise<void> {
  const ids = [...new Set(envelopeIds)]
  if (!ids.length) throw new Refusal('invalid', 'vault.nothing-picked')
  if (ids.length > MOST_MOVED) throw new Refusal('invalid', 'vault.too-many-picked', { most: MOST_MOVED })
  await db.transaction().execute(async (tx) => {
    const reach = await reachOf(tx, reader)
    const target = folderId ? await findFolder(tx, reach, folderId) : null
    if (target?.scopeId && !mayEditIn(reach, target.scopeId)) throw new Refusal('forbidden', 'access.forbidden')
    const rows = await tx.selectFrom('vaultEntry as e').selectAll().where('e.envelopeId', 'in', ids).where(reached(reach)).execute()
    if (rows.length !== ids.length) throw new Refusal('not_found', 'vault.not-found')
    for (const row of rows) {
      if (row.folderId === folderId) continue
      if (!mayMove(reach, row)) throw new Refusal('forbidden', 'access.forbidden')
      await tx
        .updateTable('vaultEntry')
        .set({ folderId, scopeId: target?.scopeId ?? null })
        .where('seq', '=', row.seq)
        .execute()
      await reckon(tx, row.seq, row.seq)
      await putKeys(tx, row.seq, await keysOfEntry(tx, row.seq))
      await append(tx, act, {
        type: 'vault.moved',
        envelopeId: row.envelopeId,
        detail: { folder: folderId, before: row.folderId },
        clear: { name: target?.name ?? '–' },
      })
    }
  })
}
