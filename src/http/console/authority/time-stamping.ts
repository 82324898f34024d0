import { z } from 'zod'
import {
  addOutsideAuthority,
  chooseFallback,
  preferOutsideAuthority,
  removeOutsideAuthority,
  timeStampingOf,
} from '../../../authority/outside-authorities.ts'
import { words } from '../../../view/words.ts'
import { managesAuthority, userAct } from '../../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../../answers.ts'
import { createApp, type Ctx } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { Refusal } from '../../../base/refusal.ts'
import { lineNeeded, linesNeeded } from '../../schemas.ts'
import { flash } from '../../server.ts'
import { freshProof } from '../../step-up.ts'

const PATH = '/console/authority/time-stamping'
const Addition = z.object({
  name: lineNeeded('person.name-missing', 80),
  url: lineNeeded('time-stamping.address-invalid', 500),
  rootPem: linesNeeded('time-stamping.root-unreadable', 100_000),
})
const Fallback = z.object({ fallback: z.enum(['internal', 'none'], 'form.invalid') })

async function page(c: Ctx, form: Form): Promise<string> {
  const { authorities, fallback } = await timeStampingOf(c.var.house.db)
  return c.var.render('console/authority/time-stamping', {
    authorities,
    fallback,
    form: { ...form, values: { fallback, ...form.values } },
  })
}

const back = (c: Ctx): Response => {
  flash(c, 'good', words(c.var.lang).console.saved)
  return c.redirect(PATH, 303)
}

export const consoleTimeStamping = createApp()
  .get(PATH, managesAuthority, async (c) => c.html(await page(c, blankForm())))
  .post(PATH, managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Addition)
    if (!answers.ok) return c.html(await page(c, answers.form), 422)
    try {
      await addOutsideAuthority(c.var.house.db, userAct(c), answers.value)
    } catch (error) {
      const form = formWith(c, answers.form, error, {
        'time-stamping.root-unreadable': 'rootPem',
        'time-stamping.untrusted': 'rootPem',
        'time-stamping': 'url',
      })
      return c.html(await page(c, form), refusalStatus(error))
    }
    return back(c)
  })
  .post(`${PATH}/fallback`, managesAuthority, freshProof, async (c) => {
    const answers = await readAnswers(c, Fallback)
    if (!answers.ok) throw new Refusal('invalid', 'request.malformed')
    await chooseFallback(c.var.house.db, userAct(c), answers.value.fallback)
    return back(c)
  })
  .post(`${PATH}/:id/preference`, managesAuthority, freshProof, async (c) => {
    await preferOutsideAuthority(c.var.house.db, userAct(c), c.req.param('id'))
    return back(c)
  })
  .post(`${PATH}/:id/removal`, managesAuthority, freshProof, async (c) => {
    await removeOutsideAuthority(c.var.house.db, userAct(c), c.req.param('id'))
    return back(c)
  })
