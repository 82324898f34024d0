import { z } from 'zod'
import { coverageOf } from '../../access/coverage.ts'
import { readSetting, SECOND_FACTOR_POLICIES, writeSetting } from '../../setting/setting.ts'
import { words } from '../../view/words.ts'
import { managesSettings, userAct } from '../access.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const Policy = z.object({ policy: z.enum(SECOND_FACTOR_POLICIES, 'form.invalid') })

const page = async (c: Ctx, form: Form): Promise<string> =>
  c.var.render('console/second-factor', { form, coverage: await coverageOf(c.var.house.db) })

export const consoleSecondFactor = createApp()
  .get('/console/second-factor', managesSettings, async (c) => {
    const { policy } = await readSetting(c.var.house.db, 'secondFactor')
    return c.html(await page(c, blankForm({ policy })))
  })
  .post('/console/second-factor', managesSettings, freshProof, async (c) => {
    const answers = await readAnswers(c, Policy)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    await c.var.house.db.transaction().execute((tx) => writeSetting(tx, userAct(c), 'secondFactor', answers.value))
    flash(c, 'good', words(c.var.lang).console.saved)
    return c.redirect('/console/second-factor', 303)
  })
