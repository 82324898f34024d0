import { signOut } from '../../../access/session.ts'
import { openInPerson } from '../../../envelope/in-person.ts'
import { requireUser, signedIn, userAct } from '../../access.ts'
import { createApp } from '../../env.ts'
import { forgetSession } from '../../session-cookie.ts'
import { flashRefusal } from '../refusals.ts'
import { rememberLink } from '../../signing/cookies.ts'

/**
 * Opens the ceremony in this browser. The link is shown to nobody: its secret goes straight into the cookie of the ceremony. Whoever holds the
 * device from now on is not its user, so the user's session ends here; they sign in again once it is handed back.
 */
export const recipientInPerson = createApp().post('/envelopes/:id/recipients/:recipient/in-person', signedIn, async (c) => {
  const { id, recipient } = c.req.param()
  try {
    const { invitation, secret } = await openInPerson(c.var.house, userAct(c), requireUser(c), id, recipient)
    await rememberLink(c, invitation, secret)
    if (c.var.sessionId) await signOut(c.var.house.db, c.var.act, c.var.sessionId)
    await forgetSession(c)
    c.header('Clear-Site-Data', '"cache"')
    return c.redirect(`/s/${invitation.id}`, 303)
  } catch (error) {
    flashRefusal(c, error)
    return c.redirect(`/envelopes/${id}#people`, 303)
  }
})
