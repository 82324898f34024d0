import { Refusal } from '../../base/refusal.ts'
import { moveDeadline } from '../../envelope/deadline.ts'
import { findEnvelopeFor } from '../../envelope/envelope.ts'
import { readSetting } from '../../setting/setting.ts'
import { formatsFor } from '../../view/formats.ts'
import { fill, words } from '../../view/words.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { formWith, readAnswers } from '../answers.ts'
import { createApp } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { flash } from '../server.ts'
import { DeadlineFields, readDeadline } from './deadline-fields.ts'
import { envelopePage } from './page.ts'

export const envelopeDeadline = createApp().post('/envelopes/:id/deadline', signedIn, async (c) => {
  const { db } = c.var.house
  const envelope = await findEnvelopeFor(db, requireUser(c), c.req.param('id'), 'edit')
  const answers = await readAnswers(c, DeadlineFields)
  if (!answers.ok) return c.html(await envelopePage(c, envelope, { deadline: answers.form }), 422)
  try {
    const deadline = await readDeadline(c, answers.value)
    if (!deadline) throw new Refusal('invalid', 'envelope.deadline-unreadable')
    await moveDeadline(db, userAct(c), requireUser(c), envelope.id, deadline)
    const { timeZone } = await readSetting(db, 'installation')
    flash(c, 'good', fill(words(c.var.lang).documents.show.moved, { when: formatsFor(c.var.lang, timeZone).dateTime(deadline) }))
  } catch (error) {
    const deadline = formWith(c, answers.form, error, {
      'envelope.deadline-unreadable': 'deadlineDay',
      'envelope.deadline-too-soon': 'deadlineDay',
      'envelope.deadline-too-late': 'deadlineDay',
    })
    return c.html(await envelopePage(c, envelope, { deadline }), refusalStatus(error))
  }
  return c.redirect(`/envelopes/${envelope.id}`, 303)
})
