import { z } from 'zod'
import { COMPARISONS, type Rules, SOURCES } from '../../field/rules.ts'
import { line, lines } from '../schemas.ts'

const MOST_OPTIONS = 200
/** As the editor sends them: what is left empty is not there. Whether they fit together is the design check's to say. */
const text = (longest: number) =>
  line(longest)
    .transform((value) => value || undefined)
    .optional()
const decimal = z
  .string()
  .max(40)
  .regex(/^(-?\d{1,15}(\.\d{1,10})?)?$/, 'field.limit')
  .transform((value) => value || undefined)
  .optional()
const day = z
  .string()
  .regex(/^(\d{4}-\d{2}-\d{2})?$/, 'entry.date')
  .transform((value) => value || undefined)
  .optional()
const condition = z.object({ field: z.string().max(60), is: z.enum(COMPARISONS), value: line(500).optional() }).optional()

const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('number'), decimals: z.int().min(0).max(10).default(2), min: decimal, max: decimal }),
  z.object({
    type: z.literal('amount'),
    currency: z
      .string()
      .transform((value) => value.trim().toUpperCase())
      .pipe(z.string().regex(/^[A-Z]{3}$/, 'field.currency')),
    min: decimal,
    max: decimal,
  }),
  z.object({ type: z.literal('date'), min: day, max: day }),
  z.object({ type: z.literal('iban') }),
  z.object({ type: z.literal('email') }),
  z.object({ type: z.literal('phone') }),
  z.object({ type: z.literal('pattern'), pattern: z.string().max(200).default(''), sentence: line(200).default('') }),
])

const shape = z
  .object({
    help: text(300),
    placeholder: text(100),
    maxLength: z.int('field.length').min(1, 'field.length').max(4_000, 'field.length').optional(),
    options: z
      .array(line(200))
      .max(MOST_OPTIONS, 'field.too-many-options')
      .transform((all) => [...new Set(all.filter(Boolean))])
      .optional(),
    group: text(100),
    source: z.enum(SOURCES).optional(),
    format: format.optional(),
    show: condition,
    require: condition,
    name: text(40),
    formula: lines(500)
      .transform((value) => value.replaceAll('\n', ' ') || undefined)
      .optional(),
  })
  .default({})

// What is not there must not be a key with nothing in it: the same rules are the same text.
export const fieldRules = shape.transform((rules) => JSON.parse(JSON.stringify(rules)) as Rules)
