import { getCookie, setCookie } from 'hono/cookie'
import { isLanguage, type Language } from '../../view/words.ts'
import type { Ctx } from '../env.ts'

const LAST = 'read-in'

/** The pages of a recipient speak their language, unless this browser has chosen one; and so does what comes after them. */
export function speakTo(c: Ctx, { language }: { readonly language: Language }): void {
  if (isLanguage(getCookie(c, 'lang'))) return
  c.set('lang', language)
  if (getCookie(c, LAST) !== language) setCookie(c, LAST, language, { httpOnly: true, sameSite: 'Lax', path: '/s' })
}

/** Where a link is over there is nobody to ask: the language that the last ceremony in this browser was read in. */
export function speakAsBefore(c: Ctx): void {
  const last = getCookie(c, LAST)
  if (isLanguage(last) && !isLanguage(getCookie(c, 'lang'))) c.set('lang', last)
}
