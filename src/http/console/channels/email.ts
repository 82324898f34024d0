import { keepEmailChannel, readEmailChannel, smtpChannelOf } from '../../../mail/channel.ts'
import type { SmtpChannel } from '../../../mail/smtp.ts'
import { testChannel } from '../../../mail/test-message.ts'
import { words } from '../../../view/words.ts'
import { companyFacts } from '../../../worker/message-sources.ts'
import { managesSettings, userAct } from '../../access.ts'
import { formWith, readAnswers } from '../../answers.ts'
import { CHANNEL_FIELDS, EmailAnswers, EmailTest, refusedForm, tested } from '../../channel-answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refuseFixed } from '../../fixed.ts'
import { flash } from '../../server.ts'
import { channelsPage } from '../channels.ts'
import { freshProof } from '../../step-up.ts'

const kept = (c: Ctx): Promise<SmtpChannel | null> => readEmailChannel(c.var.house.db, c.var.house.secretKey)

export const consoleEmailChannel = createApp()
  .post('/console/channels/email', managesSettings, freshProof, async (c) => {
    refuseFixed(c, 'PARAPHE_SMTP')
    const answers = await readAnswers(c, EmailAnswers)
    if (!answers.ok) return refusedForm(c, answers.form, (email) => channelsPage(c, { email }))
    const { db, secretKey, wake } = c.var.house
    try {
      const channel = smtpChannelOf(answers.value, await kept(c))
      await db.transaction().execute((tx) => keepEmailChannel(tx, userAct(c), secretKey, channel))
    } catch (error) {
      return refusedForm(c, formWith(c, answers.form, error, CHANNEL_FIELDS), (email) => channelsPage(c, { email }))
    }
    wake()
    flash(c, 'good', words(c.var.lang).console.channels.email.kept)
    return c.redirect('/console/channels', 303)
  })
  .post('/console/channels/email/test', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, EmailTest)
    if (!answers.ok) return refusedForm(c, answers.form, (email) => channelsPage(c, { email }))
    const { testAddress, ...typed } = answers.value
    let settings: SmtpChannel
    try {
      settings = smtpChannelOf(typed, await kept(c))
    } catch (error) {
      return refusedForm(c, formWith(c, answers.form, error, CHANNEL_FIELDS), (email) => channelsPage(c, { email }))
    }
    const { db } = c.var.house
    const result = await testChannel(db, userAct(c), { channel: 'email', settings }, testAddress, c.var.lang, await companyFacts({ db }))
    return tested(c, answers.form, result, (email, emailTest) => channelsPage(c, { email, emailTest }))
  })
  .post('/console/channels/email/removal', managesSettings, freshProof, async (c) => {
    refuseFixed(c, 'PARAPHE_SMTP')
    const { db, secretKey } = c.var.house
    await db.transaction().execute((tx) => keepEmailChannel(tx, userAct(c), secretKey, null))
    flash(c, 'good', words(c.var.lang).console.channels.email.removed)
    return c.redirect('/console/channels', 303)
  })
