import type { RecipientAct } from '../../audit/act.ts'
import { Refusal } from '../../base/refusal.ts'
import { type Ceremony, findCeremony } from '../../ceremony/ceremony.ts'
import { type Ctx, wantsJson } from '../env.ts'
import { refusalSentence, refusalStatus } from '../errors.ts'
import { rememberedLink } from './cookies.ts'
import { allowFrame } from './embedding.ts'
import { frameOf } from './frame.ts'
import { speakTo } from './language.ts'
import { endedOrLostPage } from './lost-page.ts'

export type Step = Ceremony['step']

/** Where a ceremony goes on. */
export const PAGES: Readonly<Record<Step, string>> = {
  reading: '',
  code: '/code',
  filling: '/fields',
  signed: '/done',
  declined: '/refusal',
}

export const ANY: readonly Step[] = ['reading', 'code', 'filling', 'signed', 'declined']
/** Nothing has been decided yet. */
export const OPEN: readonly Step[] = ['reading', 'code', 'filling']

/**
 * For whoever redeemed the link in this browser and stands at one of these steps; the others are led to theirs. Nobody else learns
 * whether there is such a link.
 */
export const asRecipient =
  (steps: readonly Step[], handle: (c: Ctx, ceremony: Ceremony) => Response | Promise<Response>) =>
  async (c: Ctx): Promise<Response> => {
    const held = { invitationId: c.req.param('id') as string, ...(await rememberedLink(c)) }
    const ceremony = await findCeremony(c.var.house, c.var.act.at, held)
    if (!ceremony) {
      if (wantsJson(c)) throw new Refusal('not_found', 'ceremony.over')
      return endedOrLostPage(c, held)
    }
    await allowFrame(c, ceremony.invitation)
    speakTo(c, ceremony.recipient)
    if (!steps.includes(ceremony.step)) {
      if (wantsJson(c)) throw new Refusal('conflict', 'ceremony.not-identified')
      return goOn(c, ceremony, PAGES[ceremony.step])
    }
    try {
      return await handle(c, ceremony)
    } catch (error) {
      if (wantsJson(c) || !(error instanceof Refusal)) throw error
      const message = refusalSentence(c.var.lang, error)
      return c.html(
        await c.var.render('signing/problem', { frame: frameOf(c, ceremony, PAGES[ceremony.step]), message }),
        refusalStatus(error),
      )
    }
  }

export const goOn = (c: Ctx, { invitation }: Pick<Ceremony, 'invitation'>, page: string): Response =>
  c.redirect(`/s/${invitation.id}${page}`, 303)

export const recipientAct = (c: Ctx, { recipient }: Pick<Ceremony, 'recipient'>): RecipientAct => ({
  ...c.var.act,
  actor: { kind: 'recipient', id: recipient.id },
})
