import { z } from 'zod'
import { authenticationOptions } from '../../access/passkeys.ts'
import { factorsOf } from '../../access/second-factor.ts'
import { passByPasskey, passSecondFactor } from '../../access/second-factor-sign-in.ts'
import { Refusal } from '../../base/refusal.ts'
import { ownAddress } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { requireSite, siteOf } from '../passkey-site.ts'
import { enter, halfOf } from '../session-cookie.ts'

const text = z.string().max(20_000, 'form.invalid').optional()
const Step = z.object({ code: text, recovery: text, passkey: text, next: z.string().optional() })

type Half = NonNullable<Awaited<ReturnType<typeof halfOf>>>

async function page(c: Ctx, { user }: Half, next: string, form: Form): Promise<string> {
  const factors = await factorsOf(c.var.house.db, user.id)
  return c.var.render('access/second-factor', { form, next, factors, isPasskeyHere: (await siteOf(c)) !== null })
}

/** Behind a password and before everything else. Without the half session there is nothing here but the way back. */
export const signInSecondFactor = createApp()
  .get('/sign-in/second-factor', async (c) => {
    const half = await halfOf(c)
    if (half?.half.needs !== 'second-factor') return c.redirect('/sign-in', 303)
    return c.html(await page(c, half, ownAddress(c.req.query('next')), blankForm()))
  })
  .get('/sign-in/second-factor/options', async (c) => {
    const half = await halfOf(c)
    if (half?.half.needs !== 'second-factor') throw new Refusal('gone', 'second-factor.over')
    const { db, secretKey } = c.var.house
    const challenged = { purpose: 'second-factor', holder: half.half.id } as const
    return c.json(await authenticationOptions(db, secretKey, c.var.act.at, await requireSite(c), half.user.id, challenged))
  })
  .post('/sign-in/second-factor', async (c) => {
    const half = await halfOf(c)
    if (half?.half.needs !== 'second-factor') return c.redirect('/sign-in', 303)
    const answers = await readAnswers(c, Step)
    if (!answers.ok) return c.html(await page(c, half, '/', blankForm()), 422)
    const { code, recovery, passkey, next } = answers.value
    try {
      const opened = passkey
        ? await passByPasskey(c.var.house, c.var.act, half, await requireSite(c), passkey)
        : await passSecondFactor(c.var.house, c.var.act, half, recovery === undefined ? { code: code ?? '' } : { recovery })
      c.var.house.wake()
      return await enter(c, opened, ownAddress(next))
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'second-factor.over') return c.redirect('/sign-in', 303)
      const fields = {
        'second-factor.code-wrong': 'code',
        'second-factor.recovery-wrong': 'recovery',
        passkey: 'passkey',
        'sign-in': 'factor',
      }
      c.var.house.wake()
      return c.html(await page(c, half, ownAddress(next), formWith(c, blankForm(), error, fields)), refusalStatus(error))
    }
  })
