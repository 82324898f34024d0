import { z } from 'zod'
import { endSession, endSessions } from '../../access/session.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { form } from '../form.ts'
import { flash } from '../server.ts'

const Ending = z.object({ session: z.string().max(60) })

/** Ends one session of the signed-in person, or all but this one. */
export const accountSessions = createApp().post('/account/sessions/ending', signedIn, form(Ending), async (c) => {
  const { session } = c.req.valid('form')
  const { db } = c.var.house
  const user = requireUser(c)
  if (session === 'others') await db.transaction().execute((tx) => endSessions(tx, userAct(c), user.id, c.var.sessionId))
  else await endSession(db, userAct(c), user.id, session)
  flash(c, 'good', words(c.var.lang).access.sessionsEnded)
  return c.redirect('/account', 303)
})
