import type { z } from 'zod'
import { Refusal } from '../base/refusal.ts'
import type { Ctx } from './env.ts'
import { refusalSentence } from './errors.ts'
import { fieldReasons } from './form.ts'

/** A form as its page shows it: what was typed, and the sentence beside each field that does not fit. */
export interface Form {
  readonly values: Readonly<Record<string, string>>
  readonly errors: Readonly<Record<string, string>>
}

export const blankForm = (values: Readonly<Record<string, string>> = {}): Form => ({ values, errors: {} })

/** Fields whose text is never sent back to the browser. */
const SECRET = /password|passphrase|secret/i

export type Answers<T> = { readonly ok: true; readonly value: T; readonly form: Form } | { readonly ok: false; readonly form: Form }

/** Reads a form that renders itself again where something does not fit. Messages of the schema are refusal reasons. */
export async function readAnswers<Schema extends z.ZodType>(c: Ctx, schema: Schema): Promise<Answers<z.output<Schema>>> {
  const body = await c.req.parseBody()
  const read = schema.safeParse(body)
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(body))
    if (typeof value === 'string' && !SECRET.test(name) && name !== 'csrf') values[name] = value
  if (read.success) return { ok: true, value: read.data, form: { values, errors: {} } }
  const errors: Record<string, string> = {}
  for (const [name, reason] of Object.entries(fieldReasons(read.error as unknown as z.ZodError)))
    errors[name] = refusalSentence(c.var.lang, { reason, params: {} })
  return { ok: false, form: { values, errors } }
}

/**
 * What a refused act says beside the field that it is about: `fields` names the field of a reason, or of all reasons that begin
 * so. Anything that belongs to no field goes on to the error page.
 */
export function formWith(c: Ctx, form: Form, error: unknown, fields: Readonly<Record<string, string>>): Form {
  if (!(error instanceof Refusal)) throw error
  const name = fields[error.reason] ?? Object.entries(fields).find(([start]) => error.reason.startsWith(`${start}.`))?.[1]
  if (!name) throw error
  return { ...form, errors: { ...form.errors, [name]: refusalSentence(c.var.lang, error) } }
}
