import { type Expression, sql } from 'kysely'

/** The words of what a person types to search for; eight at the most. */
export const searchWords = (text: string): string[] => text.split(/\s+/).filter(Boolean).slice(0, 8)

/** Whether the column (by name, or an expression) holds the word, whatever the case of its Latin letters. What a person types is never a pattern. */
export const contains = (column: string | Expression<unknown>, word: string) =>
  sql<boolean>`lower(${typeof column === 'string' ? sql.ref(column) : column}) like ${`%${lower(word).replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`

/** As both databases do it, where texts compare by their bytes. */
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
