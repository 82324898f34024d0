import { correctRecipient } from '../../../envelope/correcting.ts'
import { findEnvelopeFor } from '../../../envelope/envelope.ts'
import { nameOf } from '../../../envelope/telling.ts'
import { fill, words } from '../../../view/words.ts'
import { requireUser, signedIn, userAct } from '../../access.ts'
import { formWith, readAnswers } from '../../answers.ts'
import { createApp } from '../../env.ts'
import { refusalStatus } from '../../errors.ts'
import { flash } from '../../server.ts'
import { envelopePage } from '../page.ts'
import { PERSON_REASONS, Reach } from '../person-fields.ts'

export const recipientCorrection = createApp().post('/envelopes/:id/recipients/:recipient/correction', signedIn, async (c) => {
  const { db } = c.var.house
  const { id, recipient } = c.req.param()
  const envelope = await findEnvelopeFor(db, requireUser(c), id, 'edit')
  const answers = await readAnswers(c, Reach)
  if (!answers.ok) return c.html(await envelopePage(c, envelope, { correct: recipient, correction: answers.form }), 422)
  try {
    await correctRecipient(db, userAct(c), requireUser(c), id, recipient, answers.value)
  } catch (error) {
    const correction = formWith(c, answers.form, error, PERSON_REASONS)
    return c.html(await envelopePage(c, envelope, { correct: recipient, correction }), refusalStatus(error))
  }
  flash(c, 'good', fill(words(c.var.lang).documents.show.corrected, { name: nameOf(answers.value) }))
  return c.redirect(`/envelopes/${id}#people`, 303)
})
