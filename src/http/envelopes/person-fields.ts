import { z } from 'zod'
import type { Recipient } from '../../envelope/envelope.ts'
import { HIGHEST_ORDER } from '../../envelope/recipients.ts'
import { drawnLine, emailAddress, language, lines, phoneNumber, tick, wholeNumber } from '../schemas.ts'

/** Empty: null. What is not empty is told by its own reason, which a union would hide. */
const orNone = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .default('')
    .transform((text, context): z.output<Schema> | null => {
      if (!text.trim()) return null
      const read = schema.safeParse(text)
      if (read.success) return read.data
      context.addIssue({ code: 'custom', message: read.error.issues[0]?.message ?? 'form.invalid' })
      return z.NEVER
    })

/** How somebody is reached: what a draft asks, and what may be corrected later. */
export const Reach = z.object({
  firstName: drawnLine(80).default(''),
  lastName: drawnLine(80).default(''),
  email: orNone(emailAddress),
  phone: phoneNumber,
  channel: z.enum(['email', 'sms'], 'form.invalid'),
  language,
})

export const Person = Reach.extend({
  role: z.enum(['signer', 'approver', 'witness', 'copy'], 'form.invalid'),
  side: z.enum(['company', 'other'], 'form.invalid'),
  company: drawnLine(160).default(''),
  jobTitle: drawnLine(120).default(''),
  companyDetails: lines(1_000).default(''),
  /** Empty: as usual. */
  routingOrder: orNone(wholeNumber(1, HIGHEST_ORDER)),
  keep: tick,
  /** A role of a template in the place of a person: its name. */
  as: z.enum(['role', 'person'], 'form.invalid').default('person'),
  roleName: drawnLine(80).default(''),
})

/** Beside which field a refusal is told. */
export const PERSON_REASONS = {
  'person.name-missing': 'lastName',
  'recipient.email-missing': 'email',
  'recipient.phone-missing': 'phone',
  'recipient.may-not-sign': 'role',
  'recipient.number-not-theirs': 'phone',
  'recipient.too-many': 'lastName',
  'number.invalid': 'routingOrder',
  'template.role-name-missing': 'roleName',
  'template.role-taken': 'roleName',
}

export const personValues = (recipient: Recipient): Record<string, string> => ({
  firstName: recipient.firstName,
  lastName: recipient.lastName,
  email: recipient.email ?? '',
  phone: recipient.phone ?? '',
  channel: recipient.channel,
  language: recipient.language,
  role: recipient.role,
  side: recipient.side,
  company: recipient.company,
  jobTitle: recipient.jobTitle,
  companyDetails: recipient.companyDetails,
  routingOrder: String(recipient.routingOrder),
  roleName: recipient.roleName ?? '',
})
