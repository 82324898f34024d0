import { z } from 'zod'
import { acceptPasswordLink, askForPasswordLink, redeemPasswordLink } from '../../access/forgotten-password.ts'
import { SHORTEST_PASSWORD } from '../../access/password.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { lineNeeded, password } from '../schemas.ts'
import { enter } from '../session-cookie.ts'
import { companyWords } from '../welcome.ts'

const Asked = z.object({ email: lineNeeded('text.missing', 320) })
const Chosen = z.object({ password })

const choosing = async (c: Ctx, form: Form): Promise<string> => {
  const { user } = await redeemPasswordLink(c.var.house.db, c.var.act.at, c.req.param('token') ?? '')
  return c.var.render('access/new-password', { form, email: user.email, shortest: SHORTEST_PASSWORD })
}

/** Whoever asks learns nothing; looking at the link changes nothing, for scanners of mail follow links. */
export const signInForgotten = createApp()
  .get('/sign-in/forgotten', async (c) =>
    c.html(await c.var.render('access/forgotten', { form: blankForm(), isAsked: c.req.query('asked') !== undefined })),
  )
  .post('/sign-in/forgotten', async (c) => {
    const answers = await readAnswers(c, Asked)
    if (!answers.ok) return c.html(await c.var.render('access/forgotten', { form: answers.form, isAsked: false }), 422)
    await askForPasswordLink(c.var.house, c.var.act, answers.value.email)
    c.var.house.wake()
    return c.redirect('/sign-in/forgotten?asked', 303)
  })
  .get('/sign-in/forgotten/:token', async (c) => c.html(await choosing(c, blankForm())))
  .post('/sign-in/forgotten/:token', async (c) => {
    const answers = await readAnswers(c, Chosen)
    if (!answers.ok) return c.html(await choosing(c, answers.form), 422)
    try {
      const opened = await acceptPasswordLink(c.var.house, c.var.act, c.req.param('token'), answers.value.password, await companyWords(c))
      c.var.house.wake()
      return await enter(c, opened, '/')
    } catch (error) {
      return c.html(await choosing(c, formWith(c, answers.form, error, { password: 'password' })), refusalStatus(error))
    }
  })
