import { z } from 'zod'
import { SMS_PRESETS } from '../mail/sms-presets.ts'
import type { TestResult } from '../mail/test-message.ts'
import { words } from '../view/words.ts'
import type { Form } from './answers.ts'
import { type Ctx, wantsJson } from './env.ts'
import { refusalSentence } from './errors.ts'
import { emailAddress, line, lines, password, phoneNumber, wholeNumber } from './schemas.ts'

/** What the set-up and the console ask about a channel. */

export const EmailAnswers = z.object({
  host: z
    .string('mail.host-invalid')
    .trim()
    .regex(/^[\p{L}\p{N}.:_-]{1,253}$/u, 'mail.host-invalid'),
  port: wholeNumber(1, 65_535),
  security: z.enum(['none', 'starttls', 'tls'], 'form.invalid'),
  user: line(200).default(''),
  password: password.max(500, 'text.too-long').default(''),
  fromAddress: emailAddress,
  fromName: line(120).default(''),
  caPem: lines(20_000).default(''),
})
export const EmailTest = EmailAnswers.extend({ testAddress: emailAddress })

/** The shapes in the order of the list; the first one is nobody's and fills nothing. */
export const SMS_SHAPES = ['own', ...Object.keys(SMS_PRESETS)] as const

export const SmsAnswers = z.object({
  preset: z.enum(SMS_SHAPES, 'form.invalid'),
  url: line(2_000).default(''),
  method: z.enum(['POST', 'GET'], 'form.invalid'),
  headers: lines(4_000).default(''),
  body: lines(10_000).default(''),
  successContains: line(200).default(''),
  from: line(60).default(''),
})
export const SmsTest = SmsAnswers.extend({
  testNumber: phoneNumber.refine((number) => number !== null, 'person.phone-invalid').transform((number) => number ?? ''),
})

/** Beside which field a refused channel is told. */
export const CHANNEL_FIELDS = {
  'channel.password-again': 'password',
  'channel.ca-invalid': 'caPem',
  'channel.url-invalid': 'url',
  'channel.headers-invalid': 'headers',
  'channel.places-missing': 'url',
  'channel.url-unfilled': 'url',
  'channel.headers-unfilled': 'headers',
  'channel.body-unfilled': 'body',
} as const

/** What may hold a secret is never sent back. Where it was typed and the form is shown again, it has to be typed again, and the form says so. */
const NEVER_BACK = ['password', 'url', 'headers', 'body'] as const

async function withoutSecrets(c: Ctx, form: Form): Promise<Form> {
  const typed = await c.req.parseBody()
  const [values, errors] = [{ ...form.values }, { ...form.errors }]
  for (const name of NEVER_BACK) {
    delete values[name]
    if (typeof typed[name] === 'string' && typed[name].trim())
      errors[name] ??= refusalSentence(c.var.lang, { reason: 'channel.enter-again', params: {} })
  }
  return { values, errors }
}

/** A form that does not fit: itself again, or its sentences alone where a script asks and keeps what stands in the fields. */
export const refusedForm = async (c: Ctx, form: Form, page: (form: Form) => Promise<string>): Promise<Response> =>
  wantsJson(c) ? c.json({ fields: form.errors }, 422) : c.html(await page(await withoutSecrets(c, form)), 422)

export interface ShownTest extends TestResult {
  readonly told: string
  /** What the administrator can do about it, where that is known; else empty. */
  readonly advice: string
}

/** Of the usual mistakes, the one that the answer speaks of. */
function adviceFor({ outcome, detail }: TestResult): 'none' | 'starttls' | 'login' | 'unreachable' | 'certificate' {
  if (outcome === 'sent') return 'none'
  if (/certificate|self.signed/i.test(detail)) return 'certificate'
  if (/STARTTLS/i.test(detail)) return 'starttls'
  if (/invalid login|\b535\b|authentication/i.test(detail)) return 'login'
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|timeout/i.test(detail) ? 'unreachable' : 'none'
}

/** What came of a test: beneath the form, or alone where a script asks. */
export async function tested(
  c: Ctx,
  form: Form,
  result: TestResult,
  page: (form: Form, test: ShownTest) => Promise<string>,
): Promise<Response> {
  const { outcomes, advice } = words(c.var.lang).console.channels
  const test = { ...result, told: outcomes[result.outcome], advice: advice[adviceFor(result)] }
  return wantsJson(c) ? c.json(test) : c.html(await page(await withoutSecrets(c, form), test))
}
