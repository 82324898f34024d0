import { findEnvelopeFor } from '../../../envelope/envelope.ts'
import { findRecipient } from '../../../envelope/recipients.ts'
import { renewLink } from '../../../envelope/link-renewal.ts'
import { nameOf } from '../../../envelope/telling.ts'
import { fill, words } from '../../../view/words.ts'
import { requireUser, signedIn, userAct } from '../../access.ts'
import { createApp } from '../../env.ts'
import { flash } from '../../server.ts'
import { flashRefusal } from '../refusals.ts'

export const recipientLink = createApp().post('/envelopes/:id/recipients/:recipient/link', signedIn, async (c) => {
  const { db } = c.var.house
  const { id, recipient } = c.req.param()
  await findEnvelopeFor(db, requireUser(c), id, 'edit')
  const name = nameOf(await findRecipient(db, id, recipient))
  try {
    await renewLink(db, userAct(c), requireUser(c), id, recipient)
    flash(c, 'good', fill(words(c.var.lang).documents.show.renewed, { name }))
  } catch (error) {
    flashRefusal(c, error)
  }
  return c.redirect(`/envelopes/${id}#people`, 303)
})
