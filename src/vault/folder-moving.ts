import { sql } from 'kysely'
import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { Db, Tx } from '../db/open.ts'
import { foldersBelow } from './filters.ts'
import { spreadScope } from './folder-rights.ts'
import { DEEPEST, depthOf, findFolder, findFolderToEdit, refuseTaken } from './folders.ts'
import { mayEditIn, reachOf } from './reach.ts'

/**
 * A folder, with all that lies in it and below it, stands under another (null: at the top) from now on. Whoever moves it may edit in both. Without rights of
 * its own it takes those of its new place.
 */
export async function moveFolder(db: Db, act: UserAct, reader: Reader, id: string, parentId: string | null): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const folder = await findFolderToEdit(tx, reader, id)
    if (folder.parentId === parentId) return
    const reach = await reachOf(tx, reader)
    const parent = parentId ? await findFolder(tx, reach, parentId) : null
    if (!mayEditIn(reach, parent?.scopeId ?? null)) throw new Refusal('forbidden', 'access.forbidden')
    if (parent && (await foldersBelow(tx, id)).includes(parent.id)) throw new Refusal('conflict', 'folder.in-itself')
    if ((await depthOf(tx, parentId)) + (await heightOf(tx, id)) > DEEPEST) throw new Refusal('conflict', 'folder.too-deep')
    await refuseTaken(tx, parentId, folder.name, id)
    await tx.updateTable('vaultFolder').set({ parentId }).where('id', '=', id).execute()
    await spreadScope(tx, id)
    await append(tx, act, {
      type: 'folder.moved',
      detail: { folder: id, from: folder.parentId, to: parentId },
      clear: { name: folder.name },
    })
  })
}

/** Itself and the longest way down. */
async function heightOf(tx: Tx, id: string): Promise<number> {
  const { rows } = await sql<{ height: number }>`with recursive below (id, height) as (select id, 1 from vault_folder where id = ${id}
    union all select f.id, height + 1 from vault_folder f join below on f.parent_id = below.id where height < 40)
    select max(height) as height from below`.execute(tx)
  return Number(rows[0]!.height)
}
