import { z } from 'zod'
import { readSetting, writeSetting } from '../../setting/setting.ts'
import { LANGUAGE_NAMES, words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { fixedBy, pathsHere } from '../fixed.ts'
import { originsOf } from '../../setting/origins.ts'
import { language, tick, timeZone, webAddress, wholeNumber } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const MEGABYTE = 1_000_000

const settingsWith = (address: ReturnType<typeof webAddress>) =>
  z.object({
    language,
    timeZone,
    staffUrl: address,
    publicUrl: address,
    linkDays: wholeNumber(1, 3_650),
    uploadMegabytes: wholeNumber(1, 150),
    pages: wholeNumber(1, 5_000),
    firstAfterDays: wholeNumber(0, 365),
    everyDays: wholeNumber(1, 365),
    most: wholeNumber(0, 10),
    workingDays: tick,
  })

const TIME_ZONES = Intl.supportedValuesOf('timeZone')

const page = (c: Ctx, form: Form): Promise<string> => {
  return c.var.render('console/settings', {
    form,
    languages: LANGUAGE_NAMES,
    timeZones: TIME_ZONES.includes('UTC') ? TIME_ZONES : ['UTC', ...TIME_ZONES],
    fixed: { staffUrl: fixedBy(c, 'PARAPHE_URL'), publicUrl: fixedBy(c, 'PARAPHE_PUBLIC_URL') },
  })
}

export const consoleSettings = createApp()
  .get('/console/settings', managesSettings, async (c) => {
    const { db, config } = c.var.house
    const [installation, limits, reminders] = await Promise.all([
      readSetting(db, 'installation'),
      readSetting(db, 'limits'),
      readSetting(db, 'reminders'),
    ])
    const origins = originsOf(config, installation)
    const numbers = {
      linkDays: limits.linkDays,
      uploadMegabytes: Math.round(limits.uploadBytes / MEGABYTE),
      pages: limits.pages,
      firstAfterDays: reminders.firstAfterDays,
      everyDays: reminders.everyDays,
      most: reminders.most,
    }
    const values = {
      language: installation.language,
      timeZone: installation.timeZone,
      staffUrl: origins.staff,
      publicUrl: origins.public,
      workingDays: reminders.workingDays ? '1' : '',
    }
    return c.html(
      await page(c, blankForm({ ...values, ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])) })),
    )
  })
  .post('/console/settings', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, settingsWith(webAddress(pathsHere(c))))
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const { db } = c.var.house
    const { language, timeZone, staffUrl, publicUrl, linkDays, uploadMegabytes, pages, firstAfterDays, everyDays, most, workingDays } =
      answers.value
    await db.transaction().execute(async (tx) => {
      const act = userAct(c)
      await writeSetting(tx, act, 'installation', {
        ...(await readSetting(tx, 'installation')),
        language: language as 'en' | 'fr',
        timeZone,
        staffUrl,
        publicUrl,
      })
      await writeSetting(tx, act, 'limits', { uploadBytes: uploadMegabytes * MEGABYTE, pages, linkDays })
      await writeSetting(tx, act, 'reminders', { firstAfterDays, everyDays, most, ...(workingDays ? { workingDays } : {}) })
    })
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/settings', 303)
  })
