import { z } from 'zod'
import { signIn } from '../../access/sign-in.ts'
import { readSetting } from '../../setting/setting.ts'
import { blankForm, formWith, readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { deviceOf, enter } from '../session-cookie.ts'

const Credentials = z.object({
  email: z.string('sign-in.wrong').max(400, 'sign-in.wrong'),
  password: z.string('sign-in.wrong').max(4_000, 'sign-in.wrong'),
})

/** The one password of the house that still opens while everybody signs on by a source. Whoever uses it is heard. */
export const signInBreakGlass = createApp()
  .get('/sign-in/break-glass', async (c) => {
    if (c.var.user || !(await readSetting(c.var.house.db, 'signOn')).only) return c.redirect('/sign-in', 303)
    return c.html(await c.var.render('access/break-glass', { form: blankForm() }))
  })
  .post('/sign-in/break-glass', async (c) => {
    const answers = await readAnswers(c, Credentials)
    if (!answers.ok) return c.html(await c.var.render('access/break-glass', { form: answers.form }), 422)
    const { house, act } = c.var
    try {
      const opened = await signIn(house, act, { ...answers.value, device: await deviceOf(c), isBreakGlass: true })
      house.wake()
      return await enter(c, opened, '/console/sign-on')
    } catch (error) {
      const form = formWith(c, answers.form, error, { 'sign-in': 'password' })
      return c.html(await c.var.render('access/break-glass', { form }), refusalStatus(error))
    }
  })
