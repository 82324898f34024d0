import { z } from 'zod'
import { decline } from '../../ceremony/declining.ts'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { blankForm, type Form, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { linesNeeded } from '../schemas.ts'
import { rememberCeremony } from './cookies.ts'
import { frameOf } from './frame.ts'
import { asRecipient, goOn, OPEN, PAGES, recipientAct } from './recipient.ts'

const Reason = z.object({ reason: linesNeeded('text.missing', 1_000) })

/** A recipient may say no at every step before the last, and says why. */
export const signingRefusal = createApp()
  .get(
    '/s/:id/refusal',
    asRecipient([...OPEN, 'declined'], async (c, ceremony) => c.html(await page(c, ceremony, blankForm()))),
  )
  .post(
    '/s/:id/refusal',
    asRecipient(OPEN, async (c, ceremony) => {
      const answers = await readAnswers(c, Reason)
      if (!answers.ok) return c.html(await page(c, ceremony, answers.form), 422)
      const { session } = await decline(c.var.house, recipientAct(c, ceremony), ceremony, answers.value.reason)
      if (session) await rememberCeremony(c, ceremony.invitation.id, session)
      return goOn(c, ceremony, '/refusal')
    }),
  )

const page = (c: Ctx, ceremony: Ceremony, form: Form): Promise<string> =>
  c.var.render('signing/refusal', {
    frame: frameOf(c, ceremony, '/refusal'),
    form,
    isDone: ceremony.step === 'declined',
    back: `/s/${ceremony.invitation.id}${ceremony.step === 'declined' ? '' : PAGES[ceremony.step]}`,
  })
