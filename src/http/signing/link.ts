import { recordOpening, redeemLink } from '../../ceremony/ceremony.ts'
import { createApp } from '../env.ts'
import { rememberLink } from './cookies.ts'
import { allowFrame } from './embedding.ts'
import { endedOrLostPage } from './lost-page.ts'
import { ANY, asRecipient, goOn, recipientAct } from './recipient.ts'
import { wantsJson } from '../env.ts'

/** The link of a message. Its secret leaves the address at once; scanners of mail follow it too, so nothing else happens here. */
export const signingLink = createApp()
  .get('/s/:token{inv_[^/]*\\.[^/]*}', async (c) => {
    const found = await redeemLink(c.var.house, c.var.act.at, c.req.param('token'))
    if (!found) return endedOrLostPage(c, heldIn(c.req.param('token')))
    await allowFrame(c, found.invitation)
    await rememberLink(c, found.invitation, found.secret)
    return c.redirect(`/s/${found.invitation.id}`, 303)
  })
  // A person looks at the page: told by the page itself, or by its first button.
  .post(
    '/s/:id/opening',
    asRecipient(ANY, async (c, ceremony) => {
      await recordOpening(c.var.house.db, recipientAct(c, ceremony), ceremony)
      return wantsJson(c) ? c.body(null, 204) : goOn(c, ceremony, ceremony.step === 'reading' ? '/consent' : '')
    }),
  )

function heldIn(token: string): { invitationId: string; secret: string } {
  const at = token.indexOf('.')
  return { invitationId: token.slice(0, at), secret: token.slice(at + 1) }
}
