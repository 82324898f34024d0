import { z } from 'zod'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { consent, currentTerms } from '../../ceremony/consenting.ts'
import { codeFacts } from '../../ceremony/one-time-code.ts'
import { partsOfTerms } from '../../setting/disclosure.ts'
import { Refusal } from '../../base/refusal.ts'
import { createApp, type Ctx } from '../env.ts'
import { readAnswers } from '../answers.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { rememberCeremony } from './cookies.ts'
import { frameOf } from './frame.ts'
import { asRecipient, goOn, recipientAct } from './recipient.ts'

const Accepted = z.object({ disclosure: z.string().max(60).default('') })

/** The terms are read before a session begins; accepting them sends the first code. */
export const signingConsent = createApp()
  .get(
    '/s/:id/consent',
    asRecipient(['reading'], async (c, ceremony) => c.html(await page(c, ceremony, ''))),
  )
  .post(
    '/s/:id/consent',
    asRecipient(['reading'], async (c, ceremony) => {
      const answers = await readAnswers(c, Accepted)
      try {
        const disclosure = answers.ok ? answers.value.disclosure : ''
        const { session } = await consent(c.var.house, recipientAct(c, ceremony), ceremony, disclosure)
        if (session) await rememberCeremony(c, ceremony.invitation.id, session)
        return goOn(c, ceremony, '/code')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return c.html(await page(c, ceremony, refusalSentence(c.var.lang, error)), refusalStatus(error))
      }
    }),
  )

async function page(c: Ctx, ceremony: Ceremony, problem: string): Promise<string> {
  const { db } = c.var.house
  const { id, text, version, language } = await currentTerms(db, ceremony, c.var.lang)
  const { address, way } = await codeFacts(db, ceremony, c.var.act.at)
  return c.var.render('signing/consent', {
    frame: frameOf(c, ceremony, '/consent'),
    terms: { id, version, language, parts: partsOfTerms(text) },
    address,
    way,
    problem,
  })
}
