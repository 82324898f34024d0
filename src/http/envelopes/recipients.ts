import { z } from 'zod'
import { addKnownPerson, addTypedPerson, usualTurn } from '../../envelope/choosing.ts'
import { findDraft } from '../../envelope/drafting.ts'
import { listRecipients } from '../../envelope/envelope.ts'
import { changeRecipient, findRecipient, NOBODY, removeRecipient } from '../../envelope/recipients.ts'
import { Refusal } from '../../base/refusal.ts'
import { moveRecipient, MOVES } from '../../envelope/turns.ts'
import { requireUser, signedIn, userAct } from '../access.ts'
import { formWith, readAnswers } from '../answers.ts'
import { createApp, type Ctx } from '../env.ts'
import { refusalStatus } from '../errors.ts'
import { form } from '../form.ts'
import { draftPage } from './draft-page.ts'
import { Person, PERSON_REASONS } from './person-fields.ts'
import { flashRefusal } from './refusals.ts'

const Choice = z.object({ person: z.string().min(1, 'text.missing').max(60), into: z.string().max(60).default('') })
const Step = z.object({ recipient: z.string().max(60), move: z.enum(MOVES, 'form.invalid') })

const back = (c: Ctx, id: string): Response => c.redirect(`/envelopes/${id}/draft#people`, 303)

export const envelopeRecipients = createApp()
  .post('/envelopes/:id/recipients', signedIn, (c) => keep(c, c.req.param('id'), null))
  .post('/envelopes/:id/recipients/choice', signedIn, form(Choice), async (c) => {
    const id = c.req.param('id')
    try {
      const { person, into } = c.req.valid('form')
      await addKnownPerson(c.var.house.db, userAct(c), requireUser(c), id, person, into || null)
    } catch (error) {
      flashRefusal(c, error)
    }
    return back(c, id)
  })
  .post('/envelopes/:id/recipients/order', signedIn, form(Step), async (c) => {
    const id = c.req.param('id')
    const { recipient, move } = c.req.valid('form')
    await moveRecipient(c.var.house.db, userAct(c), requireUser(c), id, recipient, move)
    return back(c, id)
  })
  .post('/envelopes/:id/recipients/:recipient', signedIn, (c) => keep(c, c.req.param('id'), c.req.param('recipient')))
  .post('/envelopes/:id/recipients/:recipient/removal', signedIn, async (c) => {
    const { id, recipient } = c.req.param()
    await removeRecipient(c.var.house.db, userAct(c), requireUser(c), id, recipient)
    return back(c, id)
  })

async function keep(c: Ctx, id: string, recipientId: string | null): Promise<Response> {
  const { db } = c.var.house
  const draft = await findDraft(db, requireUser(c), id)
  const before = recipientId === null ? null : await findRecipient(db, id, recipientId)
  const answers = await readAnswers(c, Person)
  if (!answers.ok) return c.html(await draftPage(c, draft, { person: { id: recipientId, form: answers.form } }), 422)
  const { keep, as, roleName, ...given } = answers.value
  const asRole = as === 'role' && draft.status === 'design'
  // Outside a template a role keeps its name, whoever fills it.
  const details = asRole
    ? { ...given, ...NOBODY, roleName }
    : { ...given, roleName: draft.status === 'design' ? null : (before?.roleName ?? null) }
  try {
    if (asRole && !roleName) throw new Refusal('invalid', 'template.role-name-missing')
    if (!before) await addTypedPerson(db, userAct(c), requireUser(c), id, details, { keep })
    else {
      const others = (await listRecipients(db, id)).filter((recipient) => recipient.id !== before.id)
      const turn = usualTurn(others, details)
      const routingOrder = details.routingOrder ?? turn.order
      await changeRecipient(
        db,
        userAct(c),
        requireUser(c),
        id,
        before.id,
        {
          ...details,
          routingOrder,
          userId: asRole ? null : before.userId,
          contactId: asRole ? null : before.contactId,
        },
        details.routingOrder === null && turn.opens,
      )
    }
  } catch (error) {
    const person = { id: recipientId, form: formWith(c, answers.form, error, PERSON_REASONS) }
    return c.html(await draftPage(c, draft, { person }), refusalStatus(error))
  }
  return back(c, id)
}
