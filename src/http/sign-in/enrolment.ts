import { z } from 'zod'
import { registrationOptions } from '../../access/passkeys.ts'
import { addAppAtSignIn, addPasskeyAtSignIn } from '../../access/second-factor-sign-in.ts'
import { type Enrolment, newEnrolment, shownEnrolment } from '../../access/totp.ts'
import { Refusal } from '../../base/refusal.ts'
import { qrPicture } from '../../view/qr.ts'
import { ownAddress } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { requireSite, siteOf, staffSite } from '../passkey-site.ts'
import { line } from '../schemas.ts'
import { halfOf, rememberOpened } from '../session-cookie.ts'

const App = z.object({
  sealed: z.string().max(2_000, 'form.invalid'),
  code: z.string().max(100, 'second-factor.code-wrong'),
  next: z.string().optional(),
})
const Passkey = z.object({ passkey: z.string().max(20_000, 'passkey.refused'), name: line(80).default(''), next: z.string().optional() })

type Half = NonNullable<Awaited<ReturnType<typeof halfOf>>>

/** Null: whoever asks is not between a password and their first second factor. */
async function enrolling(c: Ctx): Promise<Half | null> {
  const half = await halfOf(c)
  return half?.half.needs === 'enrolment' ? half : null
}

async function page(c: Ctx, { user }: Half, next: string, form: Form, shown?: Enrolment): Promise<string> {
  const enrolment = shown ?? newEnrolment(c.var.house.secretKey, c.var.act.at, user, (await staffSite(c)).name)
  return c.var.render('access/enrolment', {
    form,
    next,
    qr: qrPicture(enrolment.uri),
    enrolment,
    isPasskeyHere: (await siteOf(c)) !== null,
  })
}

/** The house asks for a second factor and there is none yet: it is set up here, before anything else can be opened. */
export const signInEnrolment = createApp()
  .get('/sign-in/enrolment', async (c) => {
    const half = await enrolling(c)
    return half ? c.html(await page(c, half, ownAddress(c.req.query('next')), blankForm())) : c.redirect('/sign-in', 303)
  })
  .get('/sign-in/enrolment/options', async (c) => {
    const half = await enrolling(c)
    if (!half) throw new Refusal('gone', 'second-factor.over')
    const { db, secretKey } = c.var.house
    return c.json(await registrationOptions(db, secretKey, c.var.act.at, await requireSite(c), half.user, half.half.id))
  })
  .post('/sign-in/enrolment', async (c) => {
    const half = await enrolling(c)
    if (!half) return c.redirect('/sign-in', 303)
    const answers = await readAnswers(c, App)
    const next = answers.ok ? ownAddress(answers.value.next) : '/'
    const { secretKey } = c.var.house
    const { name } = await staffSite(c)
    const shown = answers.ok ? shownEnrolment(secretKey, c.var.act.at, half.user, name, answers.value.sealed) : null
    if (!answers.ok || !shown) {
      const form = { values: {}, errors: { factor: refusalSentence(c.var.lang, { reason: 'second-factor.stale', params: {} }) } }
      return c.html(await page(c, half, next, form), 422)
    }
    try {
      return await welcomed(c, half, next, await addAppAtSignIn(c.var.house, c.var.act, half, shown.secret, answers.value.code))
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'second-factor.over') return c.redirect('/sign-in', 303)
      return c.html(await page(c, half, next, formWith(c, blankForm(), error, { 'second-factor': 'code' }), shown), refusalStatus(error))
    }
  })
  .post('/sign-in/enrolment/passkey', async (c) => {
    const half = await enrolling(c)
    if (!half) return c.redirect('/sign-in', 303)
    const answers = await readAnswers(c, Passkey)
    if (!answers.ok) return c.html(await page(c, half, '/', answers.form), 422)
    const { passkey: answer, name, next } = answers.value
    try {
      const made = { site: await requireSite(c), holder: half.half.id, name: name || c.var.act.at.slice(0, 10), answer }
      return await welcomed(c, half, ownAddress(next), await addPasskeyAtSignIn(c.var.house, c.var.act, half, made))
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'second-factor.over') return c.redirect('/sign-in', 303)
      return c.html(await page(c, half, ownAddress(next), formWith(c, answers.form, error, { passkey: 'passkey' })), refusalStatus(error))
    }
  })

/** Signed in, with the codes that are shown once. */
async function welcomed(
  c: Ctx,
  { user }: Half,
  next: string,
  { opened, codes }: Awaited<ReturnType<typeof addAppAtSignIn>>,
): Promise<Response> {
  await rememberOpened(c, opened)
  c.var.house.wake()
  return c.html(await c.var.render('access/recovery-codes', { codes, email: user.email, next }))
}
