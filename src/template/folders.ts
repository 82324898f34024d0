import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { newId } from '../base/id.ts'
import { Refusal } from '../base/refusal.ts'
import type { TemplateFolderRow } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'

/** Puts templates in order, for everybody alike; what somebody sees inside is what they have a right to. */
export type Folder = TemplateFolderRow

export interface TemplateFolder extends Folder {
  /** From the outermost to itself. */
  readonly path: readonly Folder[]
}

export const DEEPEST = 6

/** By their paths, so that each stands below the one that holds it. */
export async function listFolders(db: Db): Promise<TemplateFolder[]> {
  const rows = await db.selectFrom('templateFolder').selectAll().orderBy('name').orderBy('id').execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const pathOf = (folder: Folder): Folder[] => {
    const above = folder.parentId ? byId.get(folder.parentId) : undefined
    return [...(above ? pathOf(above) : []), folder]
  }
  const within = (parentId: string | null): TemplateFolder[] =>
    rows.filter((row) => row.parentId === parentId).flatMap((row) => [{ ...row, path: pathOf(row) }, ...within(row.id)])
  return within(null)
}

export async function findFolder(db: Db, id: string): Promise<Folder> {
  const folder = await db.selectFrom('templateFolder').selectAll().where('id', '=', id).executeTakeFirst()
  if (!folder) throw new Refusal('not_found', 'template.folder-unknown')
  return folder
}

export function addFolder(db: Db, act: UserAct, name: string, parentId: string | null): Promise<Folder> {
  return db.transaction().execute(async (tx) => {
    const folder: Folder = { id: newId('fol'), name: name.trim(), parentId, createdAt: act.at }
    await refuseUnfit(tx, folder)
    await tx.insertInto('templateFolder').values(folder).execute()
    await append(tx, act, { type: 'template.folder-added', detail: { folder: folder.id }, clear: { name: folder.name } })
    return folder
  })
}

/** Its name, and in which folder it stands. */
export function changeFolder(db: Db, act: UserAct, id: string, name: string, parentId: string | null): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const folder: Folder = { ...(await findFolder(tx, id)), name: name.trim(), parentId }
    await refuseUnfit(tx, folder)
    await tx.updateTable('templateFolder').set({ name: folder.name, parentId }).where('id', '=', id).execute()
    await append(tx, act, { type: 'template.folder-changed', detail: { folder: id }, clear: { name: folder.name } })
  })
}

/** Refused while anything stands in it, also what whoever removes it does not see. */
export function removeFolder(db: Db, act: UserAct, id: string): Promise<void> {
  return db.transaction().execute(async (tx) => {
    const folder = await findFolder(tx, id)
    const inside =
      (await tx.selectFrom('template').select('id').where('folderId', '=', id).executeTakeFirst()) ??
      (await tx.selectFrom('templateFolder').select('id').where('parentId', '=', id).executeTakeFirst())
    if (inside) throw new Refusal('conflict', 'template.folder-not-empty')
    await tx.deleteFrom('templateFolder').where('id', '=', id).execute()
    await append(tx, act, { type: 'template.folder-removed', detail: { folder: id }, clear: { name: folder.name } })
  })
}

async function refuseUnfit(tx: Tx, folder: Folder): Promise<void> {
  if (!folder.name) throw new Refusal('invalid', 'template.folder-name-missing')
  let depth = 1
  for (let above = folder.parentId; above; above = (await findFolder(tx, above)).parentId)
    if (above === folder.id) throw new Refusal('invalid', 'template.folder-in-itself')
    else if (++depth > DEEPEST) throw new Refusal('invalid', 'template.folder-too-deep', { most: DEEPEST })
  let twins = tx.selectFrom('templateFolder').select('id').where('name', '=', folder.name).where('id', '!=', folder.id)
  twins = folder.parentId ? twins.where('parentId', '=', folder.parentId) : twins.where('parentId', 'is', null)
  if (await twins.executeTakeFirst()) throw new Refusal('conflict', 'template.folder-taken', { name: folder.name })
}
