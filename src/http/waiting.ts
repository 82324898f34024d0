import { openOwn } from '../envelope/in-person.ts'
import { listWaiting } from '../envelope/waiting.ts'
import { requireUser, signedIn, userAct } from './access.ts'
import { createApp } from './env.ts'
import { flashRefusal } from './envelopes/refusals.ts'
import { rememberLink } from './signing/cookies.ts'

export const waiting = createApp()
  .get('/waiting', signedIn, async (c) =>
    c.html(await c.var.render('waiting/index', { entries: await listWaiting(c.var.house.db, requireUser(c), c.var.act.at) })),
  )
  .post('/waiting/:recipient', signedIn, async (c) => {
    try {
      const { invitation, secret } = await openOwn(c.var.house, userAct(c), requireUser(c), c.req.param('recipient'))
      await rememberLink(c, invitation, secret)
      return c.redirect(`/s/${invitation.id}`, 303)
    } catch (error) {
      flashRefusal(c, error)
      return c.redirect('/waiting', 303)
    }
  })
