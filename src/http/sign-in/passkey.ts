import { z } from 'zod'
import { authenticationOptions } from '../../access/passkeys.ts'
import { signInByPasskey } from '../../access/second-factor-sign-in.ts'
import { ownAddress } from '../access.ts'
import { blankForm, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { requireSite } from '../passkey-site.ts'
import { visitOf } from '../security.ts'
import { signInPage } from '../sign-in.ts'
import { deviceOf, enter, isHttps } from '../session-cookie.ts'

const Answer = z.object({ passkey: z.string().max(20_000, 'passkey.refused'), next: z.string().optional() })

const challengedOf = async (c: Ctx) => ({ purpose: 'sign-in', holder: visitOf(c, await isHttps(c)) }) as const

/** Without a name and without a password: whichever passkey of this house the browser holds. */
export const signInPasskey = createApp()
  .get('/sign-in/passkey/options', async (c) => {
    const { db, secretKey } = c.var.house
    return c.json(await authenticationOptions(db, secretKey, c.var.act.at, await requireSite(c), null, await challengedOf(c)))
  })
  .post('/sign-in/passkey', async (c) => {
    const answers = await readAnswers(c, Answer)
    if (!answers.ok) return c.html(await signInPage(c, answers.form), 422)
    const next = ownAddress(answers.value.next)
    try {
      const way = { site: await requireSite(c), challenged: await challengedOf(c), device: await deviceOf(c) }
      return await enter(c, await signInByPasskey(c.var.house, c.var.act, way, answers.value.passkey), next)
    } catch (error) {
      return c.html(await signInPage(c, formWith(c, blankForm({ next }), error, { passkey: 'passkey' })), refusalStatus(error))
    }
  })
