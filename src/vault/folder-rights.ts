import type { Reader } from '../access/reach.ts'
import type { UserAct } from '../audit/act.ts'
import { append } from '../audit/trail.ts'
import { Refusal } from '../base/refusal.ts'
import type { VaultFolderRightTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { foldersBelow } from './filters.ts'
import { findFolderToEdit, type Folder } from './folders.ts'
import { mayEditIn, reachOf } from './reach.ts'

export type Subject = Pick<VaultFolderRightTable, 'subjectKind' | 'subjectId'>
export type Right = VaultFolderRightTable['right']

export interface ShownRight extends Subject {
  readonly right: Right
  /** Empty for everyone. */
  readonly name: string
}

/** Who may read or edit in a folder that has rights of its own, by name. */
export async function rightsOf(db: Db, folderId: string): Promise<ShownRight[]> {
  const rows = await db.selectFrom('vaultFolderRight').selectAll().where('folderId', '=', folderId).execute()
  const names = new Map((await subjects(db)).map((subject) => [`${subject.subjectKind}:${subject.subjectId}`, subject.name]))
  return rows
    .map(({ subjectKind, subjectId, right }) => ({
      subjectKind,
      subjectId,
      right,
      name: names.get(`${subjectKind}:${subjectId}`) ?? (subjectKind === 'everyone' ? '' : subjectId),
    }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** Whom a folder can be opened to. */
export async function subjects(db: Db): Promise<(Subject & { readonly name: string })[]> {
  const users = await db.selectFrom('user').select(['id', 'firstName', 'lastName']).where('disabledAt', 'is', null).execute()
  const groups = await db.selectFrom('userGroup').select(['id', 'name']).orderBy('name').execute()
  const departments = await db.selectFrom('department').select(['id', 'name']).orderBy('name').execute()
  return [
    { subjectKind: 'everyone' as const, subjectId: '', name: '' },
    ...departments.map(({ id, name }) => ({ subjectKind: 'department' as const, subjectId: id, name })),
    ...groups.map(({ id, name }) => ({ subjectKind: 'group' as const, subjectId: id, name })),
    ...users
      .map(({ id, firstName, lastName }) => ({ subjectKind: 'user' as const, subjectId: id, name: `${firstName} ${lastName}`.trim() }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  ]
}

/**
 * From now on those whom the folder names see what lies in it and below it, and nobody else; or no longer, and whose it is decides again. With rights of
 * its own it begins with those of the folder above, and with whoever does this.
 */
export async function keepOwnRights(db: Db, act: UserAct, reader: Reader, id: string, isOn: boolean): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const folder = await findFolderToEdit(tx, reader, id)
    if ((folder.hasOwnRights === 1) === isOn) return
    if (isOn) {
      const before = folder.scopeId
        ? await tx.selectFrom('vaultFolderRight').selectAll().where('folderId', '=', folder.scopeId).execute()
        : []
      await tx
        .insertInto('vaultFolderRight')
        .values(
          [...before, { subjectKind: 'user' as const, subjectId: reader.id, right: 'edit' as const }].map((row) => ({
            ...row,
            folderId: id,
          })),
        )
        .onConflict((conflict) => conflict.columns(['folderId', 'subjectKind', 'subjectId']).doUpdateSet({ right: 'edit' }))
        .execute()
      for (const { subjectKind, subjectId, right } of before)
        if (!(subjectKind === 'user' && subjectId === reader.id))
          await tx
            .updateTable('vaultFolderRight')
            .set({ right })
            .where('folderId', '=', id)
            .where('subjectKind', '=', subjectKind)
            .where('subjectId', '=', subjectId)
            .execute()
    } else await tx.deleteFrom('vaultFolderRight').where('folderId', '=', id).execute()
    await tx
      .updateTable('vaultFolder')
      .set({ hasOwnRights: isOn ? 1 : 0 })
      .where('id', '=', id)
      .execute()
    await spreadScope(tx, id)
    await append(tx, act, { type: 'folder.rights-changed', detail: { folder: id, own: isOn }, clear: { name: folder.name } })
    await refuseLockOut(tx, reader, id)
  })
}

/** Null takes the right away. */
export async function giveRight(db: Db, act: UserAct, reader: Reader, id: string, subject: Subject, right: Right | null): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const folder = await findFolderToEdit(tx, reader, id)
    if (!folder.hasOwnRights) throw new Refusal('conflict', 'folder.no-own-rights')
    const { subjectKind, subjectId } = subject
    await tx
      .deleteFrom('vaultFolderRight')
      .where('folderId', '=', id)
      .where('subjectKind', '=', subjectKind)
      .where('subjectId', '=', subjectId)
      .execute()
    if (right) {
      const known = (await subjects(tx)).some((one) => one.subjectKind === subjectKind && one.subjectId === subjectId)
      if (!known) throw new Refusal('invalid', 'folder.subject-unknown')
      await tx.insertInto('vaultFolderRight').values({ folderId: id, subjectKind, subjectId, right }).execute()
    }
    await append(tx, act, {
      type: 'folder.rights-changed',
      detail: { folder: id, subject: `${subjectKind} ${subjectId}`.trim(), right },
      clear: { name: folder.name },
    })
    await refuseLockOut(tx, reader, id)
  })
}

/** Who changes rights stays able to change them: otherwise a slip could be put right by an administrator alone. */
async function refuseLockOut(tx: Tx, reader: Reader, id: string): Promise<void> {
  const { scopeId } = await tx.selectFrom('vaultFolder').select('scopeId').where('id', '=', id).executeTakeFirstOrThrow()
  if (!mayEditIn(await reachOf(tx, reader), scopeId)) throw new Refusal('conflict', 'folder.own-lock-out')
}

/** The folder whose rights hold is written down at each folder below and at each entry in them, so that a page of the register asks one column. */
export async function spreadScope(tx: Tx, id: string): Promise<void> {
  const ids = await foldersBelow(tx, id)
  const rows = await tx.selectFrom('vaultFolder').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const scopes = new Map<string, string | null>()
  const above = byId.get(id)?.parentId
  const outer = above ? await tx.selectFrom('vaultFolder').select('scopeId').where('id', '=', above).executeTakeFirst() : null
  // Upper folders come first in `ids`.
  for (const one of ids) {
    const folder = byId.get(one) as Folder
    const inherited = one === id ? (outer?.scopeId ?? null) : (scopes.get(folder.parentId!) ?? null)
    scopes.set(one, folder.hasOwnRights ? one : inherited)
  }
  for (const [folderId, scopeId] of scopes) {
    await tx.updateTable('vaultFolder').set({ scopeId }).where('id', '=', folderId).execute()
    await tx.updateTable('vaultEntry').set({ scopeId }).where('folderId', '=', folderId).execute()
  }
}
