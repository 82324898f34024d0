import type { Reader } from '../access/reach.ts'
import { sql } from 'kysely'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { folded } from '../base/folded.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { VaultFolderRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { mayEditIn, mayReadIn, reachOf, type Reach } from './reach.ts'

export type Folder = VaultFolderRow

/** A folder where it stands in the tree, as a reader sees it. */
export interface ShownFolder extends Pick<Folder, 'id' | 'name' | 'parentId' | 'scopeId' | 'classId'> {
  readonly depth: number
  /** With the names of those above it, as far as the reader may know them. */
  readonly path: string
  readonly hasOwnRights: boolean
  readonly canEdit: boolean
}

const MOST_FOLDERS = 2_000
export const DEEPEST = 12
const LONGEST = 100

/** Every folder that a reader may look into, in the order of the tree. One whose upper folder is closed to them stands at the top. */
export async function listFolders(db: Db, reader: Reader): Promise<ShownFolder[]> {
  const reach = await reachOf(db, reader)
  const rows = (await db.selectFrom('vaultFolder').selectAll().orderBy('nameKey').limit(MOST_FOLDERS).execute()).filter((folder) =>
    mayReadIn(reach, folder.scopeId),
  )
  const known = new Set(rows.map(({ id }) => id))
  const below = Map.groupBy(rows, ({ parentId }) => (parentId && known.has(parentId) ? parentId : ''))
  const shown: ShownFolder[] = []
  const walk = (parent: string, depth: number, above: string): void => {
    for (const { id, name, parentId, scopeId, classId, hasOwnRights } of below.get(parent) ?? []) {
      const path = above ? `${above} / ${name}` : name
      shown.push({
        id,
        name,
        parentId,
        scopeId,
        classId,
        depth,
        path,
        hasOwnRights: hasOwnRights === 1,
        canEdit: mayEditIn(reach, scopeId),
      })
      walk(id, depth + 1, path)
    }
  }
  walk('', 0, '')
  return shown
}

/** not_found for one that is closed to the reader too. */
export async function findFolder(db: Db, reach: Reach, id: string): Promise<Folder> {
  const folder = await db.selectFrom('vaultFolder').selectAll().where('id', '=', id).executeTakeFirst()
  if (!folder || !mayReadIn(reach, folder.scopeId)) throw new Refusal('not_found', 'folder.unknown')
  return folder
}

/** A folder that the reader may change. */
export async function findFolderToEdit(db: Db, reader: Reader, id: string): Promise<Folder> {
  const reach = await reachOf(db, reader)
  const folder = await findFolder(db, reach, id)
  if (!mayEditIn(reach, folder.scopeId)) throw new Refusal('forbidden', 'access.forbidden')
  return folder
}

/** At the top, or in a folder that the reader may change. */
export async function mayAddFolder(db: Db, reader: Reader, parentId: string | null): Promise<boolean> {
  const reach = await reachOf(db, reader)
  return mayEditIn(reach, parentId ? (await findFolder(db, reach, parentId)).scopeId : null)
}

export async function createFolder(
  db: Db,
  act: UserAct,
  reader: Reader,
  { name, parentId }: { readonly name: string; readonly parentId: string | null },
): Promise<string> {
  const id = newId('fld')
  await db.transaction().execute(async (tx) => {
    const reach = await reachOf(tx, reader)
    const parent = parentId ? await findFolder(tx, reach, parentId) : null
    if (!mayEditIn(reach, parent?.scopeId ?? null)) throw new Refusal('forbidden', 'access.forbidden')
    if ((await depthOf(tx, parentId)) >= DEEPEST) throw new Refusal('conflict', 'folder.too-deep')
    await refuseTaken(tx, parentId, nameOf(name), null)
    const { count } = await tx
      .selectFrom('vaultFolder')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    if (Number(count) >= MOST_FOLDERS) throw new Refusal('conflict', 'folder.too-many')
    const named = { name: nameOf(name), nameKey: folded(name) }
    await tx
      .insertInto('vaultFolder')
      .values({
        id,
        parentId,
        ...named,
        scopeId: parent?.scopeId ?? null,
        hasOwnRights: 0,
        classId: null,
        createdAt: act.at,
        createdBy: act.actor.id,
      })
      .execute()
    await append(tx, act, { type: 'folder.created', detail: { folder: id, parent: parentId }, clear: { name: named.name } })
  })
  return id
}

export async function renameFolder(db: Db, act: UserAct, reader: Reader, id: string, name: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const folder = await findFolderToEdit(tx, reader, id)
    const named = { name: nameOf(name), nameKey: folded(name) }
    if (named.name === folder.name) return
    await refuseTaken(tx, folder.parentId, named.name, id)
    await tx.updateTable('vaultFolder').set(named).where('id', '=', id).execute()
    await append(tx, act, { type: 'folder.renamed', detail: { folder: id }, clear: { name: named.name, before: folder.name } })
  })
}

/** Only where nothing lies in it and nothing is below it. */
export async function deleteFolder(db: Db, act: UserAct, reader: Reader, id: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const folder = await findFolderToEdit(tx, reader, id)
    const holds = await tx.selectFrom('vaultEntry').select('seq').where('folderId', '=', id).limit(1).executeTakeFirst()
    const below = await tx.selectFrom('vaultFolder').select('id').where('parentId', '=', id).limit(1).executeTakeFirst()
    if (holds || below) throw new Refusal('conflict', 'folder.not-empty')
    await tx.deleteFrom('vaultFolderRight').where('folderId', '=', id).execute()
    await tx.deleteFrom('vaultFolder').where('id', '=', id).execute()
    await append(tx, act, { type: 'folder.deleted', detail: { folder: id }, clear: { name: folder.name } })
  })
}

function nameOf(typed: string): string {
  const name = typed.trim().slice(0, LONGEST)
  if (!name) throw new Refusal('invalid', 'folder.name-missing')
  return name
}

export async function refuseTaken(tx: Tx, parentId: string | null, name: string, except: string | null): Promise<void> {
  const taken = await tx
    .selectFrom('vaultFolder')
    .select('id')
    .where('parentId', parentId ? '=' : 'is', parentId)
    .where('nameKey', '=', folded(name))
    .executeTakeFirst()
  if (taken && taken.id !== except) throw new Refusal('conflict', 'folder.name-taken')
}

/** How many folders stand above one that is put here. */
export async function depthOf(db: Db, id: string | null): Promise<number> {
  const { rows } = await sql<{ depth: number }>`with recursive above (id, depth) as (select id, 0 from vault_folder where id = ${id}
    union all select f.parent_id, depth + 1 from vault_folder f join above on f.id = above.id where depth < 40)
    select max(depth) as depth from above`.execute(db)
  return Number(rows[0]?.depth ?? 0)
}
