import { discardDraft } from '../../envelope/drafting.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { flash } from '../server.ts'

export const envelopeDiscarding = createApp().post('/envelopes/:id/discarding', signedIn, async (c) => {
  await discardDraft(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
  flash(c, 'good', words(c.var.lang).documents.discarded)
  return c.redirect('/envelopes', 303)
})
