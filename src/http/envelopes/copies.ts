import { copyAsDraft } from '../../envelope/drafting.ts'
import { words } from '../../view/words.ts'
import { requireUser, createsDocuments, userAct } from '../access.ts'
import { createApp } from '../env.ts'
import { flash } from '../server.ts'

export const envelopeCopies = createApp().post('/envelopes/:id/copies', createsDocuments, async (c) => {
  const { id } = await copyAsDraft(c.var.house.db, userAct(c), requireUser(c), c.req.param('id'))
  flash(c, 'good', words(c.var.lang).documents.copied)
  return c.redirect(`/envelopes/${id}/draft`, 303)
})
