import { z } from 'zod'
import { readWebAddress } from '../base/web-address.ts'
import { readEmailAddress } from '../base/email-address.ts'
import { readPhoneNumber } from '../base/phone-number.ts'
import { fontSet } from '../sandbox/fonts.ts'
import { isCountry } from '../view/countries.ts'
import { isTimeZone } from '../view/formats.ts'
import { isLanguage } from '../view/words.ts'

/** What fields of forms have in common. Each message is a reason of the `refusals` sentences. */

// Characters that would turn a line around or break it; a name has no use for them.
const UNSEEN = /[\p{Cc}\u200b\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** One line of text, without what cannot be seen. */
export const line = (longest = 200) =>
  z
    .string('text.missing')
    .transform((text) => text.normalize('NFC').replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim())
    .pipe(z.string().max(longest, 'text.too-long'))

/** One line that stands in a document: what no typeface has would be an empty box there. */
export const drawnLine = (longest = 200) => line(longest).refine((text) => !fontSet().undrawable('text', text).length, 'text.undrawable')

export const drawnLineNeeded = (missing: string, longest = 200) => drawnLine(longest).pipe(z.string().min(1, missing))

export const lineNeeded = (missing: string, longest = 200) => line(longest).pipe(z.string().min(1, missing))

/** Several lines; empty ones at the ends are dropped. */
export const lines = (longest = 1_000) =>
  z
    .string('text.missing')
    .transform((text) =>
      text
        .normalize('NFC')
        .replaceAll('\r\n', '\n')
        .replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, '')
        .trim(),
    )
    .pipe(z.string().max(longest, 'text.too-long'))

export const linesNeeded = (missing: string, longest = 1_000) => lines(longest).pipe(z.string().min(1, missing))

export const emailAddress = z.string('user.address-invalid').transform((text, context) => {
  const address = readEmailAddress(text)
  if (!address) context.addIssue({ code: 'custom', message: 'user.address-invalid' })
  return address ?? z.NEVER
})

/** Empty: null. */
export const phoneNumber = z
  .string()
  .default('')
  .transform((text, context) => {
    if (!text.trim()) return null
    const number = readPhoneNumber(text)
    if (!number) context.addIssue({ code: 'custom', message: 'person.phone-invalid' })
    return number ?? z.NEVER
  })

export const country = z.string('company.country-missing').refine(isCountry, 'company.country-missing')
export const language = z.string('language.unknown').refine(isLanguage, 'language.unknown')
export const timeZone = z.string('time-zone.unknown').refine(isTimeZone, 'time-zone.unknown')

/** Where the house stands: scheme, host, port, and nothing behind but one of these paths. A page's address that was copied from the browser is none. */
export const webAddress = (paths: readonly string[]) =>
  z.string('address.invalid').transform((text, context) => {
    const address = readWebAddress(text)
    const fits = address !== null && ['/', ...paths.map((path) => path || '/')].includes(new URL(address).pathname)
    if (!fits) context.addIssue({ code: 'custom', message: 'address.invalid' })
    return fits ? address : z.NEVER
  })

export const wholeNumber = (least: number, most: number) =>
  z
    .string('number.invalid')
    .trim()
    .regex(/^\d{1,12}$/, 'number.invalid')
    .transform(Number)
    .pipe(z.number().min(least, 'number.invalid').max(most, 'number.invalid'))

/** A box that is ticked or not. */
export const tick = z
  .string()
  .optional()
  .transform((text) => text !== undefined && text !== '')

/** As typed: spaces at the ends may be meant. */
export const password = z.string('password.too-short')
