import { type RawBuilder, sql } from 'kysely'
import { peopleWithin, type Reader } from '../access/reach.ts'
import type { Db } from '../db/open.ts'
import { keyOfFolder, keyOfPerson } from './text-index.ts'

/** What a reader reaches in the vault. `people`: whose entries; null: everybody's. */
export interface Reach {
  readonly userId: string
  readonly people: readonly string[] | null
  /** And what is available to everyone. */
  readonly withPublic: boolean
  /** Folders with rights of their own that let the reader read. */
  readonly scopes: readonly string[]
  /** May edit permissions and sees every document: no folder is closed to them, for they could open each. Every look is recorded. */
  readonly isKeeper: boolean
}

/** More people than this are not walked through one by one. */
export const MOST_LANES = 300

export async function reachOf(db: Db, reader: Reader): Promise<Reach> {
  const { permissions, vault } = reader.permissions
  const isKeeper = permissions.edit && vault.documents === 'all'
  const people = await peopleWithin(db, reader, vault.documents)
  return {
    userId: reader.id,
    people,
    withPublic: vault.documents === 'public',
    scopes: isKeeper ? [] : await readableScopes(db, reader),
    isKeeper,
  }
}

export async function readableScopes(db: Db, reader: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('vaultFolderRight')
    .innerJoin('vaultFolder', 'vaultFolder.id', 'vaultFolderRight.folderId')
    .select('vaultFolder.id')
    .distinct()
    .where('vaultFolder.hasOwnRights', '=', 1)
    .where(namesReader(reader))
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether a right of a folder is given to the reader: by name, by their department, by a group, to everyone. */
export const namesReader = (reader: Reader) =>
  sql<boolean>`(vault_folder_right.subject_kind = 'everyone'
    or (vault_folder_right.subject_kind = 'user' and vault_folder_right.subject_id = ${reader.id}))`

/**
 * Authorisation is this condition, over `vault_entry e`: outside folders with rights of their own, what somebody whom the reader reaches sent or signed; inside, those whom
 * the folder names and nobody else.
 */
export function reached({ people, withPublic, scopes, isKeeper }: Reach): RawBuilder<boolean> {
  if (isKeeper) return sql`true`
  const own =
    people === null
      ? sql`true`
      : sql`(e.owner_id in (select value from json_each(${JSON.stringify(people)}))
          or exists (select 1 from recipient r where r.envelope_id = e.envelope_id
            and r.user_id in (select value from json_each(${JSON.stringify(people)})))
          ${withPublic ? sql`or exists (select 1 from envelope v where v.id = e.envelope_id and v.is_public = 1)` : sql``})`
  const inScope = scopes.length ? sql`e.scope_id in (${sql.join(scopes)})` : sql`false`
  return sql`((e.scope_id is null and ${own}) or (e.scope_id is not null and ${inScope}))`
}

/** What narrows a search of words to what the reader may reach at all; null: nothing does. The right itself is asked of every hit. */
export async function keysOf(db: Db, { userId, people, withPublic, scopes, isKeeper }: Reach): Promise<string[] | null> {
  if (isKeeper || people === null || withPublic || people.length > MOST_LANES) return null
  const folders = scopes.length ? await db.selectFrom('vaultFolder').select('id').where('scopeId', 'in', scopes).execute() : []
  return [...new Set([userId, ...people])].map(keyOfPerson).concat(folders.map(({ id }) => keyOfFolder(id)))
}
