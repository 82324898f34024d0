import { z } from 'zod'
import { signOut } from '../access/session.ts'
import { signIn } from '../access/sign-in.ts'
import { ownAddress, signedIn } from './access.ts'
import { blankForm, type Form, formWith, readAnswers } from './answers.ts'
import { createApp, type Ctx } from './env.ts'
import { siteOf } from './passkey-site.ts'
import { deviceOf, enter, forgetSession } from './session-cookie.ts'
import { isSetUp } from './setup.ts'
import { refusalStatus } from './errors.ts'

const Credentials = z.object({
  email: z.string('sign-in.wrong').max(400, 'sign-in.wrong'),
  password: z.string('sign-in.wrong').max(4_000, 'sign-in.wrong'),
  next: z.string().optional(),
})

/** Passkeys are offered where browsers have them. */
export const signInPage = async (c: Ctx, form: Form): Promise<string> =>
  c.var.render('access/sign-in', { form, hasPasskeys: (await siteOf(c)) !== null })

export const signInPages = createApp()
  .get('/sign-in', async (c) => {
    const next = ownAddress(c.req.query('next'))
    if (!(await isSetUp(c))) return c.redirect('/setup', 303)
    if (c.var.user) return c.redirect(next, 303)
    return c.html(await signInPage(c, blankForm({ next })))
  })
  .post('/sign-in', async (c) => {
    const answers = await readAnswers(c, Credentials)
    if (!answers.ok) return c.html(await signInPage(c, answers.form), 422)
    const { email, password, next } = answers.value
    try {
      return await enter(c, await signIn(c.var.house, c.var.act, { email, password, device: await deviceOf(c) }), ownAddress(next))
    } catch (error) {
      const form = formWith(c, answers.form, error, { 'sign-in': 'password' })
      return c.html(await signInPage(c, form), refusalStatus(error))
    }
  })
  .post('/sign-out', signedIn, async (c) => {
    if (c.var.sessionId) await signOut(c.var.house.db, c.var.act, c.var.sessionId)
    await forgetSession(c)
    c.header('Clear-Site-Data', '"cache", "storage"')
    return c.redirect('/sign-in', 303)
  })
