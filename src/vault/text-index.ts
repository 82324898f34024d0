import { type RawBuilder, sql } from 'kysely'
import { folded } from '../base/folded.ts'
import type { Db, Tx } from '../db/open.ts'

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
 * The interface to the index of words. Here it is SQLite's FTS5; another database puts the same four verbs in their place. What people type reaches
 * it as quoted strings alone, so none of it is ever the index's own language.
 */

export async function putText(tx: Tx, seq: number, { keys, heading, parties, body }: IndexedText): Promise<void> {
  await removeText(tx, [seq])
  await sql`insert into vault_text (rowid, keys, heading, parties, body) values (${seq}, ${keys.join(' ')}, ${heading}, ${parties}, ${body})`.execute(
    tx,
  )
}

/** Who reaches it has changed; the words stay. */
export async function putKeys(tx: Tx, seq: number, keys: readonly string[]): Promise<void> {
  await sql`update vault_text set keys = ${keys.join(' ')} where rowid = ${seq}`.execute(tx)
}

export async function removeText(tx: Tx, seqs: readonly number[]): Promise<void> {
  for (const seq of seqs) await sql`delete from vault_text where rowid = ${seq}`.execute(tx)
}

/** The text of entries, for showing where the words stand in it. */
export async function readTexts(db: Db, seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (!seqs.length) return new Map()
  const { rows } = await sql<{
    rowid: number
    body: string
  }>`select rowid, body from vault_text where rowid in (${sql.join(seqs)})`.execute(db)
  return new Map(rows.map(({ rowid, body }) => [Number(rowid), body]))
}

export interface TextWish {
  readonly text: TextQuery | null
  readonly party: TextQuery | null
  /** Any of these keys; null: everything. */
  readonly keys: readonly string[] | null
}

/** The condition over `vault_text` that answers to the wish, in the language of the index. */
export async function textMatches(db: Db, { text, party, keys }: TextWish): Promise<RawBuilder<boolean>> {
  const parts = [
    ...(text ? [`{heading parties body} : (${await terms(db, text)})`] : []),
    ...(party ? [`parties : (${await terms(db, party)})`] : []),
    ...(keys ? [`keys : (${keys.map(quoted).join(' OR ') || '"-"'})`] : []),
  ]
  return sql<boolean>`vault_text match ${parts.join(' AND ')}`
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

async function terms(db: Db, { words, phrases }: TextQuery): Promise<string> {
  const each = phrases.map(quoted)
  for (const word of words) each.push(await beginning(db, word))
  return each.join(' AND ')
}

/** Beginnings of so many letters stand in the index themselves. */
const INDEXED = 4
/** More words than this begin so: the index puts them together by itself. */
const MOST_WORDS = 16

/**
 * What begins with the word. Of a longer one the few words that do are named one by one, so that the index reads each in its order and stops when the page is
 * full, rather than gather all of them first.
 */
async function beginning(db: Db, word: string): Promise<string> {
  const length = [...word].length
  if (length === 1) return quoted(word)
  if (length <= INDEXED) return `${quoted(word)}*`
  const start = folded(word)
  const found: string[] = []
  for (let from = start; found.length <= MOST_WORDS;) {
    const { rows } = await sql<{ term: string }>`select term from vault_word where term >= ${from} limit 1`.execute(db)
    const term = rows[0]?.term
    if (!term?.startsWith(start)) break
    found.push(term)
    // The next word after it, whatever it begins with.
    from = `${term}\u0001`
  }
  return found.length && found.length <= MOST_WORDS ? `(${found.map(quoted).join(' OR ')})` : `${quoted(word)}*`
}
