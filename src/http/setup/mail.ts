import { z } from 'zod'
import { keepDraft } from '../../upkeep/setup-draft.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { emailAddress, line, lines, password, wholeNumber } from '../schemas.ts'
import { draftOf, settingUp, stepsFor } from '../setup.ts'

const Mail = z.object({
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

const page = async (c: Ctx, form: Form): Promise<string> => {
  const draft = await draftOf(c)
  return c.var.render('setup/mail', { steps: stepsFor(draft, 'mail'), form, hasPassword: Boolean(draft.email?.password) })
}

export const setupMail = createApp()
  .get('/setup/mail', settingUp, async (c) => {
    const draft = await draftOf(c)
    const { email } = draft
    const values = email
      ? {
          host: email.host,
          port: String(email.port),
          security: email.security,
          user: email.user,
          fromAddress: email.fromAddress,
          fromName: email.fromName,
          caPem: email.caPem,
        }
      : { port: '587', security: 'starttls', fromName: draft.company?.legalName ?? '', fromAddress: '' }
    return c.html(await page(c, blankForm(values)))
  })
  .post('/setup/mail', settingUp, async (c) => {
    const { db, secretKey } = c.var.house
    if ((await c.req.parseBody())['skip']) {
      await keepDraft(db, secretKey, c.var.act.at, { email: null })
      return c.redirect('/setup/authority', 303)
    }
    const answers = await readAnswers(c, Mail)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    // Left empty where one was given already: that one stays.
    const kept = answers.value.password || ((await draftOf(c)).email?.password ?? '')
    await keepDraft(db, secretKey, c.var.act.at, { email: { ...answers.value, password: kept } })
    return c.redirect('/setup/authority', 303)
  })
