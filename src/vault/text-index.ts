import type { RawBuilder } from 'kysely'
import { isPostgres } from '../db/dialect.ts'
import type { Db, Tx } from '../db/open.ts'
import { postgresText } from './text-index-postgres.ts'
import { sqliteText } from './text-index-sqlite.ts'

/** What is looked for: words, each by its beginning, and phrases as they stand between quotation marks. */
export interface TextQuery {
  readonly words: readonly string[]
  readonly phrases: readonly string[]
}

/** What the index holds of one entry of the register. */
export interface IndexedText {
  /** Who reaches it, so that a search of one person passes over what others have: see `keyOfPerson`, `keyOfFolder`. A hint, never the right itself. */
  readonly keys: readonly string[]
  /** Titles, file names, document IDs. */
  readonly heading: string
  readonly parties: string
  /** Pages apart by `PAGE_END`, documents by `DOCUMENT_END`. */
  readonly body: string
}

export const PAGE_END = '\f'
export const DOCUMENT_END = '\u001d'

const MOST_TERMS = 12
const bare = (id: string): string => id.replace(/[^a-z0-9]/gi, '').toLowerCase()
export const keyOfPerson = (id: string): string => `u${bare(id)}`
export const keyOfFolder = (id: string): string => `f${bare(id)}`

/** Null where there is nothing to look for. A sign that is no letter and no figure is no word. */
export function readTextQuery(typed: string): TextQuery | null {
  const phrases: string[] = []
  const rest = typed.replace(/["“”«»]([^"“”«»]*)["“”«»]/g, (_, phrase: string) => {
    if (/[\p{L}\p{N}]/u.test(phrase)) phrases.push(phrase.trim())
    return ' '
  })
  const words = rest.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []
  if (!words.length && !phrases.length) return null
  return { words: words.slice(0, MOST_TERMS), phrases: phrases.slice(0, MOST_TERMS) }
}

/*
 * The interface to the index of words: SQLite's FTS5, or the words of PostgreSQL. What people type reaches either as quoted strings alone, so none of
 * it is ever the index's own language.
 */

const indexOf = (db: Db): TextIndex => (isPostgres(db) ? postgresText : sqliteText)

export interface TextIndex {
  /** Takes the place of what was there. */
  put(tx: Tx, seq: number, text: IndexedText): Promise<void>
  putKeys(tx: Tx, seq: number, keys: readonly string[]): Promise<void>
  remove(tx: Tx, seqs: readonly number[]): Promise<void>
  read(db: Db, seqs: readonly number[]): Promise<ReadonlyMap<number, string>>
  hits(db: Db, wish: TextWish): Promise<TextHits>
}

/** Parts of a query over `vault_entry e` whose rows answer to a wish; `seq` is the number in whose order the index gives them. */
export interface TextHits {
  readonly from: RawBuilder<unknown>
  readonly condition: RawBuilder<boolean>
  readonly seq: RawBuilder<number>
}

export const putText = (tx: Tx, seq: number, text: IndexedText): Promise<void> => indexOf(tx).put(tx, seq, text)

/** Who reaches it has changed; the words stay. */
export const putKeys = (tx: Tx, seq: number, keys: readonly string[]): Promise<void> => indexOf(tx).putKeys(tx, seq, keys)

export const removeText = (tx: Tx, seqs: readonly number[]): Promise<void> => indexOf(tx).remove(tx, seqs)

/** The text of entries, for showing where the words stand in it. */
export const readTexts = async (db: Db, seqs: readonly number[]): Promise<ReadonlyMap<number, string>> =>
  seqs.length ? indexOf(db).read(db, seqs) : new Map()

export const hitsOfText = (db: Db, wish: TextWish): Promise<TextHits> => indexOf(db).hits(db, wish)

export interface TextWish {
  readonly text: TextQuery | null
  readonly party: TextQuery | null
  /** Any of these keys; null: everything. */
  readonly keys: readonly string[] | null
}
