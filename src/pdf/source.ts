import type { Instant } from '../base/instant.ts'
import { PdfFault } from './fault.ts'
import { parseValue } from './syntax.ts'

/** A text string in source: ASCII as a literal, anything else as UTF-16. */
export function textSource(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `(${text.replace(/[\\()]/g, '\\$&')})`
  let digits = 'feff'
  for (let at = 0; at < text.length; at++) digits += text.charCodeAt(at).toString(16).padStart(4, '0')
  return `<${digits}>`
}

export const dateSource = (at: Instant): string => `(D:${at.slice(0, 19).replace(/[-:T]/g, '')}Z)`

export const nameSource = (name: string): string =>
  `/${name.replace(/[^A-Za-z0-9_.-]/g, (character) => `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`)}`

/** At most three decimals, never an exponent. */
export const numberSource = (value: number): string => String(Math.round(value * 1_000) / 1_000)

/** A dictionary's source with entries set: every other token stays as it was written. */
export function withEntries(source: string, entries: Readonly<Record<string, string>>): string {
  const dictionary = parseValue(source)
  if (dictionary.kind !== 'dictionary') throw new PdfFault('append.not-a-dictionary')
  const standing = Object.entries(entries).filter(([key]) => dictionary.entries.has(key))
  let text = source
  for (const [key, value] of standing.sort(([a], [b]) => dictionary.entries.get(b)!.start - dictionary.entries.get(a)!.start)) {
    const old = dictionary.entries.get(key)!
    text = `${text.slice(0, old.start)}${value}${text.slice(old.end)}`
  }
  const added = Object.entries(entries).filter(([key]) => !dictionary.entries.has(key))
  const end = text.lastIndexOf('>>')
  return `${openEnd(text, end)}${added.map(([key, value]) => ` /${key} ${value}`).join('')}${text.slice(end)}`
}

/** What a stranger wrote may end with a comment, and only its line end ends that. */
const openEnd = (text: string, end: number): string => (text.includes('%') ? `${text.slice(0, end)}\n` : text.slice(0, end).trimEnd())

/** The source of one entry's value in a dictionary's source; undefined where it is not there. */
export function entryIn(source: string, key: string): string | undefined {
  const dictionary = parseValue(source)
  const value = dictionary.kind === 'dictionary' ? dictionary.entries.get(key) : undefined
  return value && source.slice(value.start, value.end)
}

/** An array's source with one item at its end. */
export function withItem(source: string, item: string): string {
  const end = source.lastIndexOf(']')
  return `${openEnd(source, end)} ${item}${source.slice(end)}`
}
