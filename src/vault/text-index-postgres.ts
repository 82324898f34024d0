import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../db/open.ts'
import type { TextIndex, TextQuery } from './text-index.ts'

type Part = 'heading' | 'parties' | 'body'

/**
 * PostgreSQL: words are cut and folded here, as FTS5 does it, and kept as `tsvector`s; no dictionary of the server changes them. A tsvector counts few
 * places, so a long text stands in pieces, which share the words of a phrase over their borders.
 */
export const postgresText: TextIndex = {
  async put(tx, seq, { heading, parties, body }) {
    await postgresText.remove(tx, [seq])
    await sql`insert into vault_text (seq, heading, parties, body) values (${seq}, ${heading}, ${parties}, ${body})`.execute(tx)
    for (const [part, text] of Object.entries({ heading, parties, body }) as [Part, string][]) await putPieces(tx, seq, part, text)
  },
  /** The right is asked of every hit; here nothing narrows the search. */
  async putKeys() {},
  async remove(tx, seqs) {
    for (const seq of seqs) {
      await sql`delete from vault_text_piece where seq = ${seq}`.execute(tx)
      await sql`delete from vault_text where seq = ${seq}`.execute(tx)
    }
  },
  async read(db, seqs) {
    const { rows } = await sql<{ seq: number; body: string }>`select seq, body from vault_text where seq in (${sql.join(seqs)})`.execute(db)
    return new Map(rows.map(({ seq, body }) => [seq, body]))
  },
  async hits(_, { text, party }) {
    const conditions = [...(text ? termsIn(text, null) : []), ...(party ? termsIn(party, 'parties') : [])]
    return {
      from: sql`vault_entry e`,
      condition: conditions.length ? sql<boolean>`${sql.join(conditions, sql` and `)}` : sql<boolean>`false`,
      seq: sql<number>`e.seq`,
    }
  },
}

/** Letters, figures and signs for private use, without their accents and in small letters. */
export const tokensOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []

/** Words of a piece, and how many of them the next one has too. */
const PIECE = 2_000
const SHARED = 40
/** PostgreSQL keeps no word of more bytes. */
const LONGEST = 2_000

async function putPieces(tx: Tx, seq: number, part: Part, text: string): Promise<void> {
  const tokens = tokensOf(text)
  for (let from = 0, position = 0; from < tokens.length; from += PIECE - SHARED, position++) {
    const words = vectorOf(tokens.slice(from, from + PIECE))
    await sql`insert into vault_text_piece (seq, part, position, words) values (${seq}, ${part}, ${position}, cast(cast(${words} as text) as tsvector))`.execute(
      tx,
    )
    if (from + PIECE >= tokens.length) return
  }
}

function vectorOf(tokens: readonly string[]): string {
  const places = Map.groupBy(
    tokens.map((token, at) => ({ token, at: at + 1 })),
    ({ token }) => token,
  )
  return [...places]
    .filter(([token]) => Buffer.byteLength(token) <= LONGEST)
    .map(([token, found]) => `${quoted(token)}:${found.map(({ at }) => at).join(',')}`)
    .join(' ')
}

const quoted = (token: string): string => `'${token.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`

/** Each word by its beginning, unless it is one letter; each phrase whole. All of them somewhere in the entry, or in that part of it. */
function termsIn({ words, phrases }: TextQuery, part: Part | null): RawBuilder<boolean>[] {
  const queries = [
    ...phrases.map((phrase) => tokensOf(phrase).map(quoted).join(' <-> ')),
    ...words.map((word) => tokensOf(word).map(quoted).join(' <-> ') + ([...word].length > 1 ? ':*' : '')),
  ].filter((query) => query && query !== ':*')
  const within = part ? sql`part = ${part} and` : sql``
  return queries.map(
    (query) =>
      sql<boolean>`e.seq in (select piece.seq from vault_text_piece piece where ${within} piece.words @@ cast(cast(${query} as text) as tsquery))`,
  )
}
