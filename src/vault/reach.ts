import { type RawBuilder, sql } from 'kysely'
import { isNamed, keepsFolders, peopleWithin, type Reader } from '../access/reach.ts'
import { isPostgres, type Rows, rowsIn } from '../db/dialect.ts'
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
  /** Those of them in which the reader may also edit. */
  readonly editScopes: readonly string[]
  /** May edit permissions and sees every document: no folder is closed to them, for they could open each. Every look is recorded. */
  readonly isKeeper: boolean
  readonly isPostgres: boolean
  readonly rows: Rows
}

/** More people than this are not walked through one by one. */
export const MOST_LANES = 300

export async function reachOf(db: Db, reader: Reader): Promise<Reach> {
  const { vault } = reader.permissions
  const isKeeper = keepsFolders(reader)
  const people = await peopleWithin(db, reader, vault.documents)
  const named = isKeeper ? [] : await namedIn(db, reader)
  return {
    userId: reader.id,
    people,
    withPublic: vault.documents === 'public',
    scopes: [...new Set(named.map(({ id }) => id))],
    editScopes: [...new Set(named.filter(({ right }) => right === 'edit').map(({ id }) => id))],
    isKeeper,
    isPostgres: isPostgres(db),
    rows: rowsIn(db),
  }
}

/** Folders with rights of their own that name the reader. */
const namedIn = (db: Db, reader: Reader) =>
  db
    .selectFrom('vaultFolderRight')
    .innerJoin('vaultFolder', 'vaultFolder.id', 'vaultFolderRight.folderId')
    .select(['vaultFolder.id', 'vaultFolderRight.right'])
    .where('vaultFolder.hasOwnRights', '=', 1)
    .where(isNamed(reader))
    .execute()

/** Into which folders one may look: any without rights of its own, for what lies in it is asked for one by one. */
export const mayReadIn = ({ isKeeper, scopes }: Reach, scopeId: string | null): boolean =>
  isKeeper || scopeId === null || scopes.includes(scopeId)

/** Which folders one may change: those that say so, and outside them whoever oversees every document. */
export const mayEditIn = ({ isKeeper, people, editScopes }: Reach, scopeId: string | null): boolean =>
  isKeeper || (scopeId === null ? people === null : editScopes.includes(scopeId))

/**
 * Authorisation is this condition, over `vault_entry e`: outside folders with rights of their own, what somebody whom the reader reaches sent or signed;
 * inside, those whom the folder names and nobody else.
 */
export function reached({ people, withPublic, scopes, isKeeper, rows }: Reach): RawBuilder<boolean> {
  if (isKeeper) return sql`true`
  const own =
    people === null
      ? sql`true`
      : sql`(e.owner_id in ${rows(people)}
          or exists (select 1 from recipient r where r.envelope_id = e.envelope_id
            and r.user_id in ${rows(people)})
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
