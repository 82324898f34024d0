import { keepSmsChannel, type NamedGateway, readSmsChannel, smsGatewayOf } from '../../../mail/channel.ts'
import { testChannel } from '../../../mail/test-message.ts'
import { words } from '../../../view/words.ts'
import { companyFacts } from '../../../worker/message-sources.ts'
import { managesSettings, userAct } from '../../access.ts'
import { formWith, readAnswers } from '../../answers.ts'
import { CHANNEL_FIELDS, refusedForm, SmsAnswers, SmsTest, tested } from '../../channel-answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { flash } from '../../server.ts'
import { channelsPage } from '../channels.ts'
import { freshProof } from '../../step-up.ts'

const kept = (c: Ctx): Promise<NamedGateway | null> => readSmsChannel(c.var.house.db, c.var.house.secretKey)

export const consoleSmsChannel = createApp()
  .post('/console/channels/sms', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, SmsAnswers)
    if (!answers.ok) return refusedForm(c, answers.form, (sms) => channelsPage(c, { sms }))
    const { db, secretKey, wake } = c.var.house
    try {
      const gateway = smsGatewayOf(answers.value, await kept(c))
      await db.transaction().execute((tx) => keepSmsChannel(tx, userAct(c), secretKey, gateway))
    } catch (error) {
      return refusedForm(c, formWith(c, answers.form, error, CHANNEL_FIELDS), (sms) => channelsPage(c, { sms }))
    }
    wake()
    flash(c, 'good', words(c.var.lang).console.channels.sms.kept)
    return c.redirect('/console/channels', 303)
  })
  .post('/console/channels/sms/test', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, SmsTest)
    if (!answers.ok) return refusedForm(c, answers.form, (sms) => channelsPage(c, { sms }))
    const { testNumber, ...typed } = answers.value
    let settings: NamedGateway
    try {
      settings = smsGatewayOf(typed, await kept(c))
    } catch (error) {
      return refusedForm(c, formWith(c, answers.form, error, CHANNEL_FIELDS), (sms) => channelsPage(c, { sms }))
    }
    const { db } = c.var.house
    const result = await testChannel(db, userAct(c), { channel: 'sms', settings }, testNumber, c.var.lang, await companyFacts({ db }))
    return tested(c, answers.form, result, (sms, smsTest) => channelsPage(c, { sms, smsTest }))
  })
  .post('/console/channels/sms/removal', managesSettings, freshProof, async (c) => {
    const { db, secretKey } = c.var.house
    await db.transaction().execute((tx) => keepSmsChannel(tx, userAct(c), secretKey, null))
    flash(c, 'good', words(c.var.lang).console.channels.sms.removed)
    return c.redirect('/console/channels', 303)
  })
