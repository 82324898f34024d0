import { z } from 'zod'
import { confirm } from '../../ceremony/signing.ts'
import { Refusal } from '../../base/refusal.ts'
import { readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { previewPage } from './preview.ts'
import { asRecipient, goOn, recipientAct } from './recipient.ts'

const Confirmed = z.object({ confirmed: z.string().max(2_000).default('') })

/** The one act that signs: what was shown is what is confirmed. Whoever presses twice comes to the same page. */
export const signingSignature = createApp().post(
  '/s/:id/signature',
  asRecipient(['filling'], async (c, ceremony) => {
    const answers = await readAnswers(c, Confirmed)
    try {
      await confirm(c.var.house, recipientAct(c, ceremony), ceremony, answers.ok ? answers.value.confirmed : '')
      return goOn(c, ceremony, '/done')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.reason === 'signature.already-given') return goOn(c, ceremony, '/done')
      if (error.reason === 'signature.document-moved-on') return c.html(await previewPage(c, ceremony, 'moved'), 409)
      if (error.code !== 'unavailable') throw error
      c.header('Retry-After', '60')
      return c.html(await previewPage(c, ceremony, 'later'), 503)
    }
  }),
)
