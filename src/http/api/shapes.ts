import type { Instant } from '../../base/instant.ts'
import { instant } from '../../base/instant.ts'
import { base64url, fromBase64url, fromUtf8, utf8 } from '../../base/bytes.ts'
import { FIELD_KINDS } from '../../envelope/naming.ts'
import { SOURCES } from '../../field/rules.ts'
import type { FieldKind } from '../../db/database.ts'
import { drawnLine, emailAddress, line, lines } from '../schemas.ts'
import { InvalidRequest } from './problem.ts'
import { z } from './route.ts'

/** Shapes that several resources have. Each message is a reason of the `refusals` sentences. */

export const text = (longest: number) => line(longest).openapi({ type: 'string', maxLength: longest })
export const drawnText = (longest: number) => drawnLine(longest).openapi({ type: 'string', maxLength: longest })
export const longText = (longest: number) => lines(longest).openapi({ type: 'string', maxLength: longest })
export const email = z
  .string('user.address-invalid')
  .pipe(emailAddress)
  .openapi({ type: 'string', format: 'email', example: 'marie.dupont@client.example' })
export const phone = z
  .string()
  .regex(/^\+[1-9][\d ]{5,22}$/, 'person.phone-invalid')
  .openapi({ example: '+33612345678', description: 'International form.' })
export const language = z.enum(['en', 'fr'], 'language.unknown')
export const moment = z.iso
  .datetime({ offset: true, error: 'request.wrong-value' })
  .openapi({ type: 'string', format: 'date-time', example: '2026-12-24T16:00:00Z' })
export const readMoment = (text: string): Instant => instant(text)
export const told = z.string().openapi({ type: 'string', format: 'date-time', example: '2026-11-24T09:30:00.000Z' })
export const toldOrNull = z.union([told, z.null()])
export const id = (prefix: string) => z.string().openapi({ example: `${prefix}_7k2m9qxd4tra0c3n8p5w` })
export const digest = z.string().openapi({ description: 'SHA-256 in hexadecimal.', example: 'a3f5…' })

export const pathId = (name: string, prefix: string) =>
  z
    .string()
    .max(60)
    .openapi({ param: { name, in: 'path' }, example: `${prefix}_7k2m9qxd4tra0c3n8p5w` })

export const Paging = z.object({
  cursor: z
    .string()
    .max(500)
    .optional()
    .openapi({ param: { name: 'cursor', in: 'query' }, description: '`next` of the page before.' }),
  limit: z.coerce
    .number('number.invalid')
    .int('number.invalid')
    .min(1, 'number.invalid')
    .max(100, 'number.invalid')
    .default(30)
    .openapi({ param: { name: 'limit', in: 'query' }, type: 'integer', minimum: 1, maximum: 100, default: 30 }),
})
export const page = <Schema extends z.ZodType>(schema: Schema) =>
  z.object({
    items: z.array(schema),
    next: z.union([z.string(), z.null()]).openapi({ description: 'The cursor of the next page; null: there is none.' }),
  })

/** Where a page ended, for whoever asks on. It holds nothing that is secret, and is read as anything that a stranger sends. */
export const cursorOf = (place: readonly (string | number)[] | null): string | null =>
  place ? base64url(utf8(JSON.stringify(place))) : null

export function readCursor(cursor: string | undefined, ...kinds: readonly ('string' | 'number')[]): (string | number)[] | null {
  if (cursor === undefined) return null
  try {
    const place = JSON.parse(fromUtf8(fromBase64url(cursor))) as unknown
    if (Array.isArray(place) && place.length === kinds.length && place.every((part, at) => typeof part === kinds[at]))
      return place as (string | number)[]
  } catch {
    // Refused below.
  }
  throw new InvalidRequest([{ parameter: 'cursor', code: 'request.cursor', params: {} }])
}

export const fieldKind = z.enum(FIELD_KINDS as readonly [FieldKind, ...FieldKind[]])

const decimal = z.string().regex(/^-?\d{1,15}(\.\d{1,10})?$/, 'field.limit')
const day = z.iso.date('entry.date').openapi({ type: 'string', format: 'date' })
/** What a field asks beyond its place and kind. */
export const FieldRules = z
  .strictObject({
    help: text(300).optional(),
    placeholder: text(100).optional(),
    maxLength: z.int('field.length').min(1, 'field.length').max(4_000, 'field.length').optional(),
    options: z
      .array(text(200))
      .max(200, 'field.too-many-options')
      .optional()
      .openapi({ description: 'Of a drop-down: what may be chosen.' }),
    group: text(100).optional().openapi({ description: 'Of radio buttons: the question. Those with the same one are one choice.' }),
    source: z.enum(SOURCES).optional().openapi({ description: 'Of a contact field: what of the person or their company it holds.' }),
    format: z
      .discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('number'),
          decimals: z.int().min(0).max(10).default(2),
          min: decimal.optional(),
          max: decimal.optional(),
        }),
        z.strictObject({
          type: z.literal('amount'),
          currency: z.string().regex(/^[A-Z]{3}$/, 'field.currency'),
          min: decimal.optional(),
          max: decimal.optional(),
        }),
        z.strictObject({ type: z.literal('date'), min: day.optional(), max: day.optional() }),
        z.strictObject({ type: z.literal('iban') }),
        z.strictObject({ type: z.literal('email') }),
        z.strictObject({ type: z.literal('phone') }),
      ])
      .optional(),
  })
  .openapi('FieldRules')

/** Without the keys that are not there: the same rules are the same text. */
export const plainly = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
