import { smtpChannelOf } from '../../mail/channel.ts'
import type { SmtpChannel } from '../../mail/smtp.ts'
import { testEmail } from '../../mail/test-message.ts'
import { keepDraft, type SetupDraft } from '../../upkeep/setup-draft.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { CHANNEL_FIELDS, EmailAnswers, EmailTest, refusedForm, type ShownTest, tested } from '../channel-answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { fixedBy } from '../fixed.ts'
import { draftOf, settingUp, stepsFor } from '../setup.ts'

const page = async (c: Ctx, form: Form, test: ShownTest | null = null): Promise<string> => {
  const draft = await draftOf(c)
  return c.var.render('setup/mail', {
    steps: stepsFor(draft, 'mail'),
    form,
    hasPassword: Boolean(draft.email?.password),
    fixed: fixedBy(c, 'PARAPHE_SMTP'),
    test,
  })
}

const keptIn = (c: Ctx, { email }: SetupDraft): SmtpChannel | null => c.var.house.config.mail ?? (email ? smtpChannelOf(email, null) : null)

export const setupMail = createApp()
  .get('/setup/mail', settingUp, async (c) => {
    const { email: typed, company, administrator } = await draftOf(c)
    const email = c.var.house.config.mail ?? typed
    const values = email
      ? {
          host: email.host,
          port: String(email.port),
          security: email.security,
          user: email.user ?? '',
          fromAddress: email.fromAddress,
          fromName: email.fromName,
          caPem: email.caPem ?? '',
        }
      : { port: '587', security: 'starttls', fromName: company?.legalName ?? '', fromAddress: '' }
    return c.html(await page(c, blankForm({ ...values, testAddress: administrator?.email ?? '' })))
  })
  .post('/setup/mail', settingUp, async (c) => {
    const { db, secretKey, config } = c.var.house
    if (config.mail || (await c.req.parseBody())['skip']) {
      await keepDraft(db, secretKey, c.var.act.at, { email: null })
      return c.redirect('/setup/authority', 303)
    }
    const answers = await readAnswers(c, EmailAnswers)
    if (!answers.ok) return refusedForm(c, answers.form, (form) => page(c, form))
    try {
      const { password } = smtpChannelOf(answers.value, keptIn(c, await draftOf(c)))
      await keepDraft(db, secretKey, c.var.act.at, { email: { ...answers.value, password: password ?? '' } })
    } catch (error) {
      return refusedForm(c, formWith(c, answers.form, error, CHANNEL_FIELDS), (form) => page(c, form))
    }
    return c.redirect('/setup/authority', 303)
  })
  // Sends by what is typed, before anything is kept.
  .post('/setup/mail/test', settingUp, async (c) => {
    const answers = await readAnswers(c, EmailTest)
    if (!answers.ok) return refusedForm(c, answers.form, (form) => page(c, form))
    const { testAddress, ...typed } = answers.value
    const draft = await draftOf(c)
    let channel: SmtpChannel
    try {
      channel = smtpChannelOf(typed, keptIn(c, draft))
    } catch (error) {
      return refusedForm(c, formWith(c, answers.form, error, CHANNEL_FIELDS), (form) => page(c, form))
    }
    const facts = { company: draft.company?.legalName ?? 'Paraphe', timeZone: draft.addresses?.timeZone ?? 'UTC' }
    return tested(c, answers.form, await testEmail(channel, testAddress, c.var.lang, facts), (form, test) => page(c, form, test))
  })
