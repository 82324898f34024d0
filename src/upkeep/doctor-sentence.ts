import { fill, type Language, words } from '../view/words.ts'
import type { Check } from './doctor.ts'

/** What a check says to a reader, on a page and on the command line alike. */
export function doctorSentence(language: Language, { name, state, says, facts }: Check): string {
  const { checks, instead } = words(language).console.health
  return fill(says ? instead[says] : checks[name][state], facts)
}
