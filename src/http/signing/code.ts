import { z } from 'zod'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { codeFacts, enterCode, sendCode } from '../../ceremony/one-time-code.ts'
import { words } from '../../view/words.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { flash } from '../server.ts'
import { rememberCeremony, takeTowards } from './cookies.ts'
import { frameOf } from './frame.ts'
import { asRecipient, goOn, recipientAct } from './recipient.ts'

const Typed = z.object({ code: z.string('code.malformed').max(40, 'code.malformed') })

export const signingCode = createApp()
  .get(
    '/s/:id/code',
    asRecipient(['code'], async (c, ceremony) => c.html(await page(c, ceremony, blankForm()))),
  )
  .post(
    '/s/:id/code',
    asRecipient(['code'], async (c, ceremony) => {
      const answers = await readAnswers(c, Typed)
      if (!answers.ok) return c.html(await page(c, ceremony, answers.form), 422)
      try {
        const { session } = await enterCode(c.var.house, recipientAct(c, ceremony), ceremony, answers.value.code)
        await rememberCeremony(c, ceremony.invitation.id, session)
        return goOn(c, ceremony, (await takeTowards(c, ceremony.invitation.id)) ?? '/fields')
      } catch (error) {
        const form = formWith(c, blankForm(), error, { code: 'code' })
        return c.html(await page(c, ceremony, form), refusalStatus(error))
      }
    }),
  )
  .post(
    '/s/:id/code/renewal',
    asRecipient(['code'], async (c, ceremony) => {
      try {
        await sendCode(c.var.house, recipientAct(c, ceremony), ceremony)
        const { way } = await codeFacts(c.var.house.db, ceremony, c.var.act.at)
        flash(c, 'good', words(c.var.lang).signing.code[way === 'sent' ? 'sentAgain' : 'madeAgain'])
        return goOn(c, ceremony, '/code')
      } catch (error) {
        return c.html(await page(c, ceremony, formWith(c, blankForm(), error, { code: 'code' })), refusalStatus(error))
      }
    }),
  )

async function page(c: Ctx, ceremony: Ceremony, form: Form): Promise<string> {
  const { at } = c.var.act
  const { address, way, expiresAt, resendAt } = await codeFacts(c.var.house.db, ceremony, at)
  const secondsTo = (moment: string | null): number => (moment ? Math.max(0, Math.ceil((Date.parse(moment) - Date.parse(at)) / 1_000)) : 0)
  return c.var.render('signing/code', {
    frame: frameOf(c, ceremony, '/code'),
    form,
    channel: ceremony.recipient.channel,
    address,
    way,
    expiresAt: expiresAt && expiresAt > at ? expiresAt : null,
    secondsLeft: secondsTo(expiresAt),
    secondsToResend: secondsTo(resendAt),
  })
}
