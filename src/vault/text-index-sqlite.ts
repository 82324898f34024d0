import { sql } from 'kysely'
import { folded } from '../base/folded.ts'
import type { Db } from '../db/open.ts'
import type { TextIndex, TextQuery } from './text-index.ts'

/** FTS5: the index gives its rows in the order of their numbers, and `keys` narrows it to what one person reaches. */
export const sqliteText: TextIndex = {
  async put(tx, seq, { keys, heading, parties, body }) {
    await sqliteText.remove(tx, [seq])
    await sql`insert into vault_text (rowid, keys, heading, parties, body) values (${seq}, ${keys.join(' ')}, ${heading}, ${parties}, ${body})`.execute(
      tx,
    )
  },
  async putKeys(tx, seq, keys) {
    await sql`update vault_text set keys = ${keys.join(' ')} where rowid = ${seq}`.execute(tx)
  },
  async remove(tx, seqs) {
    for (const seq of seqs) await sql`delete from vault_text where rowid = ${seq}`.execute(tx)
  },
  async read(db, seqs) {
    const { rows } = await sql<{
      rowid: number
      body: string
    }>`select rowid, body from vault_text where rowid in (${sql.join(seqs)})`.execute(db)
    return new Map(rows.map(({ rowid, body }) => [Number(rowid), body]))
  },
  async hits(db, { text, party, keys }) {
    const parts = [
      ...(text ? [`{heading parties body} : (${await terms(db, text)})`] : []),
      ...(party ? [`parties : (${await terms(db, party)})`] : []),
      ...(keys ? [`keys : (${keys.map(quoted).join(' OR ') || '"-"'})`] : []),
    ]
    return {
      from: sql`vault_text cross join vault_entry e on e.seq = vault_text.rowid`,
      condition: sql<boolean>`vault_text match ${parts.join(' AND ')}`,
      seq: sql<number>`vault_text.rowid`,
    }
  },
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
