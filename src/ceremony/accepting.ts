import { formatOf, isFault, readEntry, showEntry } from '../field/entry.ts'
import { newPurse, type Purse } from '../field/pattern.ts'
import { FieldRefusal } from '../envelope/fields.ts'
import { roomFor } from '../pdf/text-size.ts'
import { fontSet } from '../sandbox/fonts.ts'
import type { FillableField } from './filling.ts'

const LONGEST = { text: 500, multiline: 4_000 }

/** The value as it is kept, or a refusal that names the field; empty is always taken, for a page that is left half way. */
export function accepted(field: FillableField, typed: string, language: string, purse: Purse = newPurse()): string {
  const { id, kind, rules, width, height, fontSize: size, multiline } = field
  const text = cleaned(typed, multiline)
  if (kind === 'checkbox' || kind === 'radio') return text ? '1' : ''
  if (!text) return ''
  if (kind === 'drop-down') {
    if (!rules.options?.includes(text)) throw new FieldRefusal('entry.not-an-option', id)
    return text
  }
  if (text.length > (multiline ? LONGEST.multiline : LONGEST.text)) throw new FieldRefusal('entry.too-long', id)
  if (rules.maxLength && [...text].length > rules.maxLength) throw new FieldRefusal('entry.longer-than', id, { most: rules.maxLength })
  const format = formatOf(field)
  // Its own pattern is judged last: what has no room is not walked.
  const isOwn = format?.type === 'pattern'
  const judged = (): { readonly value: string } => {
    const entry = format ? readEntry(format, text, language, purse) : { value: text }
    if (isFault(entry)) throw new FieldRefusal(entry.reason, id, entry.params)
    return entry
  }
  const entry = isOwn ? { value: text } : judged()
  if (format?.type === 'date') return entry.value
  const shown = showEntry(format, entry.value, language)
  const strange = fontSet().undrawable('text', shown)
  if (strange.length) throw new FieldRefusal('entry.undrawable', id, { characters: strange.join(' ') })
  const count = roomFor(fontSet(), { text: shown, width, height, size, multiline })
  // Where not one character has room nobody could ever fill it in: it is set as small as it must be.
  if (count) throw new FieldRefusal('entry.no-room', id, { count })
  return isOwn ? judged().value : entry.value
}

/** Without what cannot be seen. */
const cleaned = (typed: string, multiline: boolean): string =>
  typed
    .toWellFormed()
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .replace(multiline ? /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu : /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, multiline ? '' : ' ')
    .trim()
