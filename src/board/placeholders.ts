import { Refusal } from '../base/refusal.ts'
import type { Instant } from '../base/instant.ts'
import type { Language } from '../db/database.ts'
import { formatsFor } from '../view/formats.ts'
import { words } from '../view/words.ts'
import type { RuleFacts } from './rule-facts.ts'

/** The closed list of what may stand in braces in the texts of rules. */
export const PLACES = [
  'title',
  'document',
  'party',
  'company',
  'sender',
  'responsible',
  'stage',
  'deadline',
  'progress',
  'waiting',
] as const
export type Place = (typeof PLACES)[number]

const BRACES = /\{([^{}\n]{0,60})\}/g
const isPlace = (name: string): name is Place => (PLACES as readonly string[]).includes(name)

/** What would be sent with its braces is refused while it is written. */
export function refuseUnknownPlaces(text: string): void {
  for (const [, name = ''] of text.matchAll(BRACES))
    if (!isPlace(name)) throw new Refusal('invalid', 'board.place-unknown', { place: `{${name}}` })
}

/** In one pass: a value that looks like a place stays as it is. */
export const filledIn = (text: string, values: Readonly<Record<Place, string>>): string =>
  text.replaceAll(BRACES, (whole, name: string) => (isPlace(name) ? oneLine(values[name]) : whole))

/** What a person or a stranger's file gave stays within its line. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()

export function placesOf(facts: RuleFacts, language: Language, timeZone: string): Record<Place, string> {
  const formats = formatsFor(language, timeZone)
  const w = words(language)
  return {
    title: facts.title || w.documents.untitled,
    document: facts.documentId ?? '—',
    party: formats.list(facts.parties) || '—',
    company: facts.company,
    sender: facts.sender,
    responsible: facts.responsible.name,
    stage: facts.stageName(language),
    deadline: facts.deadline ? formats.dateTime(facts.deadline) : w.board.noDeadline,
    progress: w.documents.progress(facts.signed, facts.signers),
    waiting: formats.list(facts.waitingFor) || '—',
  }
}

/** For the preview beside the text: an invented envelope. */
export function samplePlaces(language: Language, timeZone: string, at: Instant): Record<Place, string> {
  const formats = formatsFor(language, timeZone)
  return { ...words(language).board.sample, deadline: formats.dateTime(at), progress: words(language).documents.progress(1, 2) }
}
