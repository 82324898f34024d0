import type { Language } from '../db/database.ts'
import { words } from '../view/words.ts'
import type { EventType } from './event.ts'

/** Kinds whose sentences name a person who is asked for something. */
const ABOUT_PEOPLE = /^(recipient|invitation|ceremony)\.|^user\.invited$/

/** The kind of an entry in few words, without the particulars of any one entry: its sentence, cut short. */
export function kindName(language: Language, type: EventType): string {
  const { events, console } = words(language)
  const { kinds, somebody, theDocument } = console.audit
  const short = isOwn(kinds, type)
    ? kinds[type]
    : events[type]
        .replaceAll(/\s*\([^()]*\{\w+\}[^()]*\)/g, '')
        .replace(/\s?[:;,]\s[^{]*\{.*$/, '')
        .replaceAll('{address}', somebody)
        .replaceAll('{name}', ABOUT_PEOPLE.test(type) ? somebody : '')
        .replaceAll('{documentId}', theDocument)
        .replaceAll(/\{\w+\}/g, '')
        .replaceAll(/ {2,}/g, ' ')
        .trim()
  return short.charAt(0).toLocaleUpperCase(language) + short.slice(1)
}

const isOwn = <T extends object>(kinds: T, type: EventType): type is EventType & keyof T => type in kinds
