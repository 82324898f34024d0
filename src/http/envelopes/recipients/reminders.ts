import { findEnvelopeFor } from '../../../envelope/envelope.ts'
import { findRecipient } from '../../../envelope/recipients.ts'
import { remind } from '../../../envelope/reminding.ts'
import { nameOf } from '../../../envelope/telling.ts'
import { fill, words } from '../../../view/words.ts'
import { requireUser, signedIn, userAct } from '../../access.ts'
import { createApp } from '../../env.ts'
import { flash } from '../../server.ts'
import { flashRefusal } from '../refusals.ts'

export const recipientReminders = createApp().post('/envelopes/:id/recipients/:recipient/reminders', signedIn, async (c) => {
  const { db } = c.var.house
  const { id, recipient } = c.req.param()
  await findEnvelopeFor(db, requireUser(c), id, 'edit')
  const name = nameOf(await findRecipient(db, id, recipient))
  try {
    await remind(db, userAct(c), requireUser(c), id, recipient)
    flash(c, 'good', fill(words(c.var.lang).documents.show.reminded, { name }))
  } catch (error) {
    flashRefusal(c, error)
  }
  return c.redirect(`/envelopes/${id}#people`, 303)
})
