import { z } from 'zod'
import type { Problem } from '../../envelope/dispatch.ts'
import { changeDraft, DELEGATIONS, type DraftDetails, findChangeable, findDraft, remindersOf } from '../../envelope/drafting.ts'
import { type Envelope, listRecipients } from '../../envelope/envelope.ts'
import { chooseLegalEntity } from '../../envelope/own-company.ts'
import { readSetting } from '../../setting/setting.ts'
import { formatsFor } from '../../view/formats.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { blankForm, type Form, formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx, wantsJson } from '../env.ts'
import { drawnLine, line, lines, wholeNumber } from '../schemas.ts'
import { DeadlineFields, readDeadline } from './deadline-fields.ts'
import { BY_HAND, draftPage, PERSON_STARTS } from './draft-page.ts'
import { personValues } from './person-fields.ts'
import { readReminders, ReminderFields } from './reminder-fields.ts'

const Details = DeadlineFields.partial().extend({
  title: drawnLine(200).optional(),
  legalEntityId: z.string().max(60).optional(),
  subject: line(200).optional(),
  message: lines(4_000).optional(),
  deadlineShown: z.string().max(20).default(''),
  /** Says that the form has reminders at all: a box that is not ticked sends nothing. */
  reminders: z.string().optional(),
  ...ReminderFields.shape,
  delegation: z.enum(DELEGATIONS, 'delegation.unknown').optional(),
  /** Of a template: empty for the usual deadline. */
  deadlineDays: z.union([z.literal('').transform(() => null), wholeNumber(1, 730)], 'number.invalid').optional(),
})

export const envelopeDraft = createApp()
  .get('/envelopes/:id/draft', signedIn, async (c) => {
    const envelope = await findChangeable(c.var.house.db, requireUser(c), c.req.param('id'))
    if (envelope.status !== 'draft' && envelope.status !== 'design') return c.redirect(`/envelopes/${envelope.id}`, 303)
    const recipient = (await listRecipients(c.var.house.db, envelope.id)).find(({ id }) => id === c.req.query('person'))
    const person = recipient && { id: recipient.id, form: blankForm(personValues(recipient)) }
    const byHand =
      c.req.query('person') === BY_HAND ? { id: null, form: blankForm({ ...PERSON_STARTS, language: envelope.language }) } : null
    return c.html(await draftPage(c, envelope, (person ?? byHand) ? { person: (person ?? byHand)! } : {}))
  })
  .post('/envelopes/:id/draft', signedIn, async (c) => {
    const id = c.req.param('id')
    const draft = await findDraft(c.var.house.db, requireUser(c), id)
    const saved = await saveDetails(c, draft)
    if (!saved.ok) {
      if (wantsJson(c)) return c.json({ code: 'form.invalid', message: saved.sentence, fields: saved.form.errors }, 422)
      return c.html(await draftPage(c, draft, { details: saved.form }), 422)
    }
    if (!wantsJson(c)) return c.redirect(`/envelopes/${id}/draft#${saved.part}`, 303)
    const { version } = await findDraft(c.var.house.db, requireUser(c), id)
    const { timeZone } = await readSetting(c.var.house.db, 'installation')
    return c.json({ version, saved: formatsFor(c.var.lang, timeZone).time(c.var.act.at) })
  })

export type Saved =
  | { readonly ok: true; readonly part: Problem['part']; readonly changes: number }
  | { readonly ok: false; readonly form: Form; readonly sentence: string }

/** Whatever of the details a form has; the rest stays as it is. Says by how much the draft's version has grown. */
export async function saveDetails(c: Ctx, draft: Envelope): Promise<Saved> {
  const { db } = c.var.house
  const answers = await readAnswers(c, Details)
  const refuse = (form: Form): Saved => ({ ok: false, form, sentence: Object.values(form.errors)[0] ?? '' })
  if (!answers.ok) return refuse(answers.form)
  const { title, legalEntityId, subject, message, deadlineDay, deadlineTime, deadlineShown, deadlineDays, reminders, delegation, ...days } =
    answers.value
  let counted = 0
  try {
    if (legalEntityId && legalEntityId !== draft.legalEntityId) {
      await chooseLegalEntity(db, userAct(c), requireUser(c), draft.id, legalEntityId)
      counted++
    }
    const changes: Partial<DraftDetails> = {
      ...(title === undefined ? {} : { title }),
      ...(subject === undefined ? {} : { subject }),
      ...(deadlineDays === undefined ? {} : { deadlineDays }),
      ...(message === undefined ? {} : { message }),
      // What is shown before anybody has chosen moves with the day of sending.
      ...(deadlineDay === undefined
        ? {}
        : `${deadlineDay} ${deadlineTime}` === deadlineShown
          ? { deadline: null }
          : { deadline: await readDeadline(c, { deadlineDay, deadlineTime: deadlineTime ?? '' }) }),
      ...(delegation === undefined ? {} : { delegation }),
      ...(reminders === undefined ? {} : { reminders: readReminders(days, remindersOf(draft)) }),
    }
    if (Object.keys(changes).length) {
      await changeDraft(db, userAct(c), requireUser(c), draft.id, changes)
      counted++
    }
  } catch (error) {
    return refuse(
      formWith(c, answers.form, error, { 'envelope.deadline-too-soon': 'deadlineDay', 'envelope.deadline-unreadable': 'deadlineDay' }),
    )
  }
  return { ok: true, part: legalEntityId ? 'people' : title !== undefined ? 'documents' : 'send', changes: counted }
}
