import type { Language } from '../db/database.ts'
import { en } from './languages/en.ts'
import { fr } from './languages/fr.ts'
import { frenchSpaces } from './typography.ts'

/** Every sentence of one language. English is the shape; a language that lacks a key does not compile. */
export type Words = typeof en
export type { Language }

const WORDS: Readonly<Record<Language, Words>> = { en: throwing(en), fr: throwing(frenchSpaces(fr)) }
export const LANGUAGES = Object.keys(WORDS) as readonly Language[]
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français' }

export const words = (language: Language): Words => WORDS[language]
export const isLanguage = (text: string | null | undefined): text is Language => LANGUAGES.includes(text as Language)

/** `{name}` becomes the parameter of that name; one that is missing stays visible. */
export const fill = (sentence: string, params: Readonly<Record<string, string | number | boolean | null | undefined>>): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) =>
    params[name] === undefined || params[name] === null ? whole : String(params[name]),
  )

/** The first language of an Accept-Language header that we speak. */
export function preferredLanguage(header: string | null | undefined, otherwise: Language = 'en'): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = Number(
        parameters
          .find((parameter) => parameter.trim().startsWith('q='))
          ?.trim()
          .slice(2) ?? 1,
      )
      return { language: tag.trim().slice(0, 2).toLowerCase(), quality: Number.isFinite(quality) ? quality : 0 }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
  return wanted.map(({ language }) => language).find(isLanguage) ?? otherwise
}

/** A template that names a sentence that is not there is a mistake of ours: it throws rather than show nothing. */
function throwing<T extends object>(section: T, path = ''): T {
  return new Proxy(section, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver)
      if (typeof key === 'symbol' || key === 'toJSON' || key === 'then') return value
      if (value === undefined) throw new Error(`there is no sentence ${path}${key}`)
      return value !== null && typeof value === 'object' ? throwing(value, `${path}${key}.`) : value
    },
  })
}
