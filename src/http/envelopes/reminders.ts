import { remindersOf } from '../../envelope/drafting.ts'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { changeReminders } from '../../envelope/reminding.ts'
import { words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { flash } from '../server.ts'
import { envelopePage } from './page.ts'
import { readReminders, ReminderFields } from './reminder-fields.ts'

/** How often whoever is silent is reminded, while it is under way. */
export const envelopeReminders = createApp().post('/envelopes/:id/reminders', signedIn, async (c) => {
  const { db } = c.var.house
  const envelope = await findEnvelopeFor(db, requireUser(c), c.req.param('id'), 'edit')
  const answers = await readAnswers(c, ReminderFields)
  if (!answers.ok) return c.html(await envelopePage(c, envelope, { reminders: answers.form }), 422)
  await changeReminders(db, userAct(c), requireUser(c), envelope.id, readReminders(answers.value, remindersOf(envelope)))
  flash(c, 'good', words(c.var.lang).following.reminders.changed)
  return c.redirect(`/envelopes/${envelope.id}`, 303)
})
