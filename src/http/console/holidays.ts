import { z } from 'zod'
import { readSetting, writeSetting } from '../../setting/setting.ts'
import { frenchHolidays } from '../../setting/working-days.ts'
import { readDay } from '../../base/day.ts'
import { localTime } from '../../view/local-time.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { drawnLine, tick } from '../schemas.ts'
import { flash } from '../server.ts'

const MOST = 400

const day = z.string('text.missing').transform((text, context) => {
  const read = readDay(text.trim())
  if (!read) context.addIssue({ code: 'custom', message: 'holiday.unreadable' })
  return read ?? z.NEVER
})
const Own = z.object({ day, name: drawnLine(80).default('') })
const Ready = z.object({ french: tick })

/** Days without work: those of France, reckoned, and the company's own. */
export const consoleHolidays = createApp()
  .get('/console/holidays', managesSettings, async (c) => c.html(await page(c, blankForm())))
  .post('/console/holidays', managesSettings, async (c) => {
    const answers = await readAnswers(c, Own)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    const isTooMany = await c.var.house.db.transaction().execute(async (tx) => {
      const holidays = await readSetting(tx, 'holidays')
      const own = [...holidays.own.filter((one) => one.day !== answers.value.day), answers.value].toSorted((a, b) =>
        a.day < b.day ? -1 : 1,
      )
      if (own.length > MOST) return true
      await writeSetting(tx, userAct(c), 'holidays', { ...holidays, own })
      return false
    })
    if (isTooMany) {
      const told = words(c.var.lang).refusals['holiday.too-many'].replace('{most}', String(MOST))
      return c.html(await page(c, { ...answers.form, errors: { day: told } }), 422)
    }
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/holidays', 303)
  })
  .post('/console/holidays/ready', managesSettings, async (c) => {
    const answers = await readAnswers(c, Ready)
    await c.var.house.db.transaction().execute(async (tx) => {
      const holidays = await readSetting(tx, 'holidays')
      await writeSetting(tx, userAct(c), 'holidays', { ...holidays, french: answers.ok && answers.value.french })
    })
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/holidays', 303)
  })
  .post('/console/holidays/:day/removal', managesSettings, async (c) => {
    await c.var.house.db.transaction().execute(async (tx) => {
      const holidays = await readSetting(tx, 'holidays')
      await writeSetting(tx, userAct(c), 'holidays', { ...holidays, own: holidays.own.filter((one) => one.day !== c.req.param('day')) })
    })
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/holidays', 303)
  })

async function page(c: Ctx, form: Form): Promise<string> {
  const { db } = c.var.house
  const { french, own } = await readSetting(db, 'holidays')
  const { timeZone } = await readSetting(db, 'installation')
  const today = localTime(c.var.act.at, timeZone).day
  const year = Number(today.slice(0, 4))
  return c.var.render('console/holidays', {
    form,
    french,
    reckoned: [year, year + 1]
      .flatMap((one) => frenchHolidays(one))
      .filter((one) => one.day >= today)
      .slice(0, 11),
    own: own.map((one) => ({ ...one, isPast: one.day < today })),
  })
}
