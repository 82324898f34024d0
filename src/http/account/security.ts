import { z } from 'zod'
import { isFactorNeeded } from '../../access/opening.ts'
import { addPasskey, passkeysOf, registrationOptions, removePasskey } from '../../access/passkeys.ts'
import { addApp, factorsOf, removeApp, renewCodes } from '../../access/second-factor.ts'
import { type Enrolment, newEnrolment, shownEnrolment } from '../../access/totp.ts'
import { qrPicture } from '../../view/qr.ts'
import { words } from '../../view/words.ts'
import { readSetting } from '../../setting/setting.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { requireSite, siteOf, staffSite } from '../passkey-site.ts'
import { line } from '../schemas.ts'
import { flash } from '../server.ts'
import { freshProof } from '../step-up.ts'

const App = z.object({ sealed: z.string().max(2_000, 'form.invalid'), code: z.string().max(100, 'second-factor.code-wrong') })
const Passkey = z.object({ passkey: z.string().max(20_000, 'passkey.refused'), name: line(80).default('') })
const PATH = '/account/security'

export const accountSecurity = createApp()
  .get(PATH, signedIn, async (c) => {
    const { db } = c.var.house
    const user = requireUser(c)
    const { policy } = await readSetting(db, 'secondFactor')
    const [factors, passkeys, site, { origin }] = await Promise.all([
      factorsOf(db, user.id),
      passkeysOf(db, user.id),
      siteOf(c),
      staffSite(c),
    ])
    const isNeeded = isFactorNeeded(policy, user.permissions)
    return c.html(await c.var.render('access/security/index', { policy, isNeeded, factors, passkeys, site, origin }))
  })
  .get(`${PATH}/app`, signedIn, freshProof, async (c) => c.html(await appPage(c, blankForm())))
  .post(`${PATH}/app`, signedIn, freshProof, async (c) => {
    const answers = await readAnswers(c, App)
    const { db, secretKey } = c.var.house
    const user = requireUser(c)
    const shown = answers.ok ? shownEnrolment(secretKey, c.var.act.at, user, (await staffSite(c)).name, answers.value.sealed) : null
    if (!answers.ok || !shown) {
      const form = { values: {}, errors: { code: refusalSentence(c.var.lang, { reason: 'second-factor.stale', params: {} }) } }
      return c.html(await appPage(c, form), 422)
    }
    try {
      const { code } = answers.value
      const codes = await db.transaction().execute((tx) => addApp(tx, c.var.house, userAct(c), user, shown.secret, code))
      return await added(c, codes, words(c.var.lang).security.app.added)
    } catch (error) {
      return c.html(await appPage(c, formWith(c, blankForm(), error, { 'second-factor': 'code' }), shown), refusalStatus(error))
    }
  })
  .post(`${PATH}/app/removal`, signedIn, freshProof, async (c) => {
    await removeApp(c.var.house.db, userAct(c), requireUser(c), c.var.sessionId ?? '')
    return back(c, words(c.var.lang).security.app.removed)
  })
  .post(`${PATH}/recovery-codes`, signedIn, freshProof, async (c) =>
    codesPage(c, await renewCodes(c.var.house, userAct(c), requireUser(c))),
  )
  .get(`${PATH}/passkeys/new`, signedIn, freshProof, async (c) => {
    await requireSite(c)
    return c.html(await c.var.render('access/security/passkey', { form: blankForm() }))
  })
  .get(`${PATH}/passkeys/options`, signedIn, freshProof, async (c) => {
    const { db, secretKey } = c.var.house
    return c.json(await registrationOptions(db, secretKey, c.var.act.at, await requireSite(c), requireUser(c), c.var.sessionId ?? ''))
  })
  .post(`${PATH}/passkeys`, signedIn, freshProof, async (c) => {
    const answers = await readAnswers(c, Passkey)
    if (!answers.ok) return c.html(await c.var.render('access/security/passkey', { form: answers.form }), 422)
    const { db } = c.var.house
    const { passkey: answer, name } = answers.value
    try {
      const made = { site: await requireSite(c), holder: c.var.sessionId ?? '', name: name || c.var.act.at.slice(0, 10), answer }
      const codes = await db.transaction().execute((tx) => addPasskey(tx, c.var.house, userAct(c), requireUser(c), made))
      return await added(c, codes, words(c.var.lang).security.passkey.added)
    } catch (error) {
      const form = formWith(c, answers.form, error, { passkey: 'passkey' })
      return c.html(await c.var.render('access/security/passkey', { form }), refusalStatus(error))
    }
  })
  .post(`${PATH}/passkeys/:id/removal`, signedIn, freshProof, async (c) => {
    await removePasskey(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'), c.var.sessionId ?? '')
    return back(c, words(c.var.lang).security.passkey.removed)
  })

async function appPage(c: Ctx, form: Form, shown?: Enrolment): Promise<string> {
  const enrolment = shown ?? newEnrolment(c.var.house.secretKey, c.var.act.at, requireUser(c), (await staffSite(c)).name)
  return c.var.render('access/security/app', { form, qr: qrPicture(enrolment.uri), enrolment })
}

/** The first factor brings codes, which the answer itself shows, once: they stand in no address, no cookie and no cache. */
const added = async (c: Ctx, codes: readonly string[] | null, told: string): Promise<Response> =>
  codes ? codesPage(c, codes) : back(c, told)

async function codesPage(c: Ctx, codes: readonly string[]): Promise<Response> {
  c.var.house.wake()
  return c.html(await c.var.render('access/recovery-codes', { codes, email: requireUser(c).email, next: PATH }))
}

function back(c: Ctx, told: string): Response {
  c.var.house.wake()
  flash(c, 'good', told)
  return c.redirect(PATH, 303)
}
