import { formatsFor, type Formats } from '../view/formats.ts'
import { type Language, type Words, words } from '../view/words.ts'
import type { Envelope, Recipient } from './envelope.ts'

type CompletionWords = Words['completion']

/** The languages of a certificate of completion: the sender's for the document, and the others in which people read it, each once. */
export const languagesOf = (envelope: Pick<Envelope, 'language'>, recipients: readonly Pick<Recipient, 'language'>[]): Language[] => [
  ...new Set([envelope.language, ...recipients.map(({ language }) => language)]),
]

/** One sentence in each of the languages, side by side; what reads alike stands there once. */
export const inEach = (
  languages: readonly Language[],
  tell: (words: CompletionWords, formats: Formats) => string,
  timeZone: string,
): string => [...new Set(languages.map((language) => tell(words(language).completion, formatsFor(language, timeZone))))].join(' · ')
