import { zValidator } from '@hono/zod-validator'
import type { z } from 'zod'
import { Refusal } from '../base/refusal.ts'

/** A form that does not fit its schema: which fields, and each one's reason (a key of the `refusals` sentences). */
export class InvalidForm extends Refusal {
  readonly fields: Readonly<Record<string, string>>
  constructor(fields: Readonly<Record<string, string>>) {
    const first = Object.values(fields)[0] ?? 'form.invalid'
    super('invalid', first)
    this.fields = fields
  }
}

const REASON = /^[a-z-]+\.[a-z-]+$/

/** Schema messages are refusal reasons (`z.string().min(1, 'person.name-missing')`); anything else reads as form.invalid. */
export function fieldReasons(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  for (const issue of error.issues) {
    const name = issue.path.join('.') || 'form'
    fields[name] ??= REASON.test(issue.message) ? issue.message : 'form.invalid'
  }
  return { ...fields }
}

export const form = <Schema extends z.ZodType>(schema: Schema) =>
  zValidator('form', schema, (result) => {
    if (!result.success) throw new InvalidForm(fieldReasons(result.error as unknown as z.ZodError))
  })

export const json = <Schema extends z.ZodType>(schema: Schema) =>
  zValidator('json', schema, (result) => {
    if (!result.success) throw new InvalidForm(fieldReasons(result.error as unknown as z.ZodError))
  })
