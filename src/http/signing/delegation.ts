import { delegate, handedOnInARow, mayDelegate, MOST_IN_A_ROW } from '../../ceremony/delegating.ts'
import type { Ceremony } from '../../ceremony/ceremony.ts'
import { Refusal } from '../../base/refusal.ts'
import { LANGUAGE_NAMES } from '../../view/words.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { PERSON_REASONS, Reach } from '../envelopes/person-fields.ts'
import { refusalStatus } from '../errors.ts'
import { linesNeeded } from '../schemas.ts'
import { rememberTowards } from './cookies.ts'
import { frameOf } from './frame.ts'
import { asRecipient, goOn, OPEN, PAGES, recipientAct } from './recipient.ts'

const Handing = Reach.extend({ reason: linesNeeded('delegation.reason-missing', 500) })

/** What a refusal stands beside. */
const BESIDE = {
  ...PERSON_REASONS,
  'recipient.may-not-sign': 'email',
  'recipient.number-not-theirs': 'phone',
  'recipient.company-signer-unknown': 'email',
  'delegation.already-there': 'email',
  'delegation.reason-missing': 'reason',
}

/** Somebody else is to do it, where the sender allows that: only after the code, so that a link alone gives nothing away. */
export const signingDelegation = createApp()
  .get(
    '/s/:id/delegation',
    asRecipient(OPEN, async (c, ceremony) => {
      if (!mayDelegate(ceremony)) throw new Refusal('forbidden', 'delegation.not-allowed')
      if (ceremony.step !== 'filling') await rememberTowards(c, ceremony.invitation.id, '/delegation')
      const { channel, language } = ceremony.recipient
      return c.html(await page(c, ceremony, blankForm({ channel, language })))
    }),
  )
  .post(
    '/s/:id/delegation',
    asRecipient(['filling'], async (c, ceremony) => {
      const answers = await readAnswers(c, Handing)
      if (!answers.ok) return c.html(await page(c, ceremony, answers.form), 422)
      const { reason, ...to } = answers.value
      try {
        await delegate(c.var.house, recipientAct(c, ceremony), ceremony, to, reason)
      } catch (error) {
        return c.html(await page(c, ceremony, formWith(c, answers.form, error, BESIDE)), refusalStatus(error))
      }
      // The link is over: the address tells to whom it went.
      return goOn(c, ceremony, '')
    }),
  )

async function page(c: Ctx, ceremony: Ceremony, form: Form): Promise<string> {
  const { invitation, recipient, step } = ceremony
  const isOften = (await handedOnInARow(c.var.house.db, recipient)) >= MOST_IN_A_ROW
  return c.var.render('signing/delegation', {
    frame: frameOf(c, ceremony, '/delegation'),
    form,
    state: isOften ? 'often' : step === 'filling' ? 'open' : 'first',
    most: MOST_IN_A_ROW,
    isCompany: recipient.side === 'company' && recipient.role === 'signer',
    languages: LANGUAGE_NAMES,
    next: `/s/${invitation.id}${step === 'code' ? '/code' : '/consent'}`,
    back: `/s/${invitation.id}${PAGES[step]}`,
  })
}
