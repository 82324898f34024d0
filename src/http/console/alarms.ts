import { z } from 'zod'
import { readEmailAddress } from '../../base/email-address.ts'
import { isChannelConfigured } from '../../mail/channel.ts'
import { readSetting, writeSetting } from '../../setting/setting.ts'
import { type Alarm, listAlarms, toldOf } from '../../upkeep/alarms/raising.ts'
import { fill, words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const MOST = 20

const Alarms = z.object({
  emails: z
    .string()
    .max(5_000)
    .default('')
    .transform((typed, context) => {
      const parts = typed.split(/[\s,;]+/).filter(Boolean)
      const read = parts.map(readEmailAddress)
      if (parts.length > MOST || read.includes(null)) context.addIssue({ code: 'custom', message: 'user.address-invalid' })
      return [...new Set(read.filter((one) => one !== null))]
    }),
})

export interface ShownAlarm extends Pick<Alarm, 'id' | 'raisedAt' | 'endedAt'> {
  readonly title: string
  readonly told: string
  readonly advice: string
}

async function page(c: Ctx, form: Form | null): Promise<string> {
  const { db } = c.var.house
  const { emails } = await readSetting(db, 'alarms')
  const { open, ended } = await listAlarms(db)
  const { causes } = words(c.var.lang).alarms
  const shown = ({ id, cause, facts, raisedAt, endedAt }: Alarm): ShownAlarm => {
    const { title, told, advice } = causes[cause]
    return { id, raisedAt, endedAt, title, told: fill(told, facts), advice }
  }
  return c.var.render('console/alarms', {
    form: form ?? blankForm({ emails: emails.join('\n') }),
    open: open.map(shown),
    ended: ended.map(shown),
    told: emails.length ? [] : (await toldOf(db)).map(({ email }) => email),
    hasMail: await isChannelConfigured(db, 'email'),
  })
}

export const consoleAlarms = createApp()
  .get('/console/alarms', managesSettings, async (c) => c.html(await page(c, null)))
  .post('/console/alarms', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Alarms)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { emails } = answers.value
    await c.var.house.db.transaction().execute((tx) => writeSetting(tx, userAct(c), 'alarms', { emails }))
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/alarms', 303)
  })
