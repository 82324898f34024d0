import { showToEveryone } from '../../envelope/everyone.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp, type Ctx } from '../env.ts'
import { flash } from '../server.ts'

async function show(c: Ctx, id: string, isPublic: boolean): Promise<Response> {
  await showToEveryone(c.var.house.db, userAct(c), requireUser(c), id, isPublic)
  const { everyone } = words(c.var.lang).organisation
  flash(c, 'good', isPublic ? everyone.opened : everyone.closed)
  return c.redirect(`/envelopes/${id}`, 303)
}

export const envelopeEveryone = createApp()
  .post('/envelopes/:id/everyone', signedIn, (c) => show(c, c.req.param('id'), true))
  .post('/envelopes/:id/everyone/removal', signedIn, (c) => show(c, c.req.param('id'), false))
