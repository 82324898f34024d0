import { z } from 'zod'
import { signOut } from '../access/session.ts'
import { signIn } from '../access/sign-in.ts'
import { providerSignOut } from '../access/sign-on/provider-sign-in.ts'
import { sourcesInUse } from '../access/sign-on/source.ts'
import type { Refusal } from '../base/refusal.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { ownAddress, signedIn } from './access.ts'
import { blankForm, type Form, formWith, readAnswers } from './answers.ts'
import { createApp, type Ctx } from './env.ts'
import { siteOf } from './passkey-site.ts'
import { deviceOf, enter, forgetSession } from './session-cookie.ts'
import { isSetUp } from './setup.ts'
import { refusalSentence, refusalStatus } from './errors.ts'

const Credentials = z.object({
  email: z.string('sign-in.wrong').max(400, 'sign-in.wrong'),
  password: z.string('sign-in.wrong').max(4_000, 'sign-in.wrong'),
  next: z.string().optional(),
})

/** The form where a password opens anything, and a button for each provider. */
export async function signInPage(c: Ctx, form: Form = blankForm(), refusal?: Refusal): Promise<string> {
  const { db } = c.var.house
  const sources = await sourcesInUse(db)
  const { only } = await readSetting(db, 'signOn')
  const directories = sources.filter(({ kind }) => kind === 'ldap').map(({ name }) => name)
  return c.var.render('access/sign-in', {
    form,
    refusal: refusal ? refusalSentence(c.var.lang, refusal) : '',
    providers: sources.filter(({ kind }) => kind === 'oidc').map(({ id, name }) => ({ id, name })),
    directories,
    hasForm: !only || directories.length > 0,
    only,
    hasPasskeys: !only && (await siteOf(c)) !== null,
  })
}

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
      const form = formWith(c, answers.form, error, { 'sign-in': 'password', source: 'password' })
      return c.html(await signInPage(c, form), refusalStatus(error))
    }
  })
  .post('/sign-out', signedIn, async (c) => {
    const { house, sessionId } = c.var
    const { staff } = originsOf(house.config, await readSetting(house.db, 'installation'))
    if (sessionId) await signOut(house.db, c.var.act, sessionId)
    await forgetSession(c)
    const there = sessionId ? await providerSignOut(house, sessionId, `${staff}/sign-in`) : null
    c.header('Clear-Site-Data', '"cache", "storage"')
    // A form may lead to no other site (form-action), so the way to the provider is a link.
    if (there) {
      c.set('user', null)
      c.set('sessionId', null)
      return c.html(await c.var.render('access/signed-out', there))
    }
    return c.redirect('/sign-in', 303)
  })
