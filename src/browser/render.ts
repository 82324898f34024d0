import { formatsFor } from '../view/formats.ts'
import { proof as proofEn } from '../view/languages/en/proof.ts'
import { verify as verifyEn } from '../view/languages/en/verify.ts'
import { proof as proofFr } from '../view/languages/fr/proof.ts'
import { verify as verifyFr } from '../view/languages/fr/verify.ts'
import { frenchSpaces } from '../view/typography.ts'
import type { Language } from '../db/database.ts'
import type { Carried } from '../verification/carried.ts'
import type { ShownReport } from '../verification/shown.ts'
import { engine } from './templates.ts'

export type { Language }

const SENTENCES = {
  en: { verify: verifyEn, proof: proofEn },
  fr: frenchSpaces({ verify: verifyFr, proof: proofFr }),
} as const

/** The two sections of the dictionary that a report needs; the whole of it would be ten times the script. */
export const sentences = (language: Language) => SENTENCES[language]

/** `{name}` becomes the parameter of that name. */
export const fill = (sentence: string, params: Readonly<Record<string, string | number>>): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))

/** The very template of the server's page, compiled beforehand. Everything of a file is escaped in it. */
export const reportHtml = (language: Language, timeZone: string, report: ShownReport): string => {
  const { verify: w, proof: p } = SENTENCES[language]
  return engine.render('/verify/_report', { w, p, f: formatsFor(language, timeZone), shown: report })
}

/** The whole page of the file that verifies by itself. */
export const aloneHtml = (
  language: Language,
  timeZone: string,
  state: { readonly carried: Carried; readonly isAble: boolean; readonly isEarly: boolean; readonly isOld: boolean },
): string => {
  const { verify: w, proof: p } = SENTENCES[language]
  return engine.render('/verify/alone', { w, p, f: formatsFor(language, timeZone), language, ...state })
}
