import type { Language } from '../db/database.ts'
import { fill, words } from '../view/words.ts'
import type { EventType } from './event.ts'
import type { TrailEntry } from './trail.ts'

/** The entry in plain words, without who did it. What was erased is told as such. */
export function sentence(language: Language, entry: Pick<TrailEntry, 'type' | 'detail' | 'clear'>): string {
  const { events, console } = words(language)
  const told: Readonly<Record<EventType, string>> = events
  const clear = Object.fromEntries(Object.entries(entry.clear).map(([name, value]) => [name, value ?? console.audit.erased]))
  return fill(told[entry.type], { ...entry.detail, ...clear })
}
