import { z } from 'zod'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { voidEnvelope } from '../../envelope/voiding.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { formWith, readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { linesNeeded } from '../schemas.ts'
import { flash } from '../server.ts'
import { envelopePage } from './page.ts'

const Reason = z.object({ reason: linesNeeded('envelope.reason-missing', 1_000) })

export const envelopeVoiding = createApp().post('/envelopes/:id/voiding', signedIn, async (c) => {
  const { db } = c.var.house
  const envelope = await findEnvelopeFor(db, requireUser(c), c.req.param('id'), 'edit')
  const answers = await readAnswers(c, Reason)
  if (!answers.ok) return c.html(await envelopePage(c, envelope, { voiding: answers.form }), 422)
  try {
    await voidEnvelope(db, userAct(c), requireUser(c), envelope.id, answers.value.reason)
  } catch (error) {
    const voiding = formWith(c, answers.form, error, { 'envelope.reason-missing': 'reason' })
    return c.html(await envelopePage(c, envelope, { voiding }), refusalStatus(error))
  }
  flash(c, 'good', words(c.var.lang).documents.show.voided)
  return c.redirect(`/envelopes/${envelope.id}`, 303)
})
