import { addTypedPerson, usualTurn } from '../../../envelope/choosing.ts'
import { correctRecipient } from '../../../envelope/correcting.ts'
import { findDraft } from '../../../envelope/drafting.ts'
import { findEnvelopeFor, listRecipients } from '../../../envelope/envelope.ts'
import { changeRecipient, findRecipient, removeRecipient } from '../../../envelope/recipients.ts'
import { remind } from '../../../envelope/reminding.ts'
import { requireUser, userAct } from '../../access.ts'
import { RecipientDetails, ShownRecipient } from '../envelope-shapes.ts'
import { shownRecipient } from '../envelope-shown.ts'
import { EnvelopeId } from '../envelopes.ts'
import { givenRecipient } from '../given.ts'
import { answer, body, changes, createApi, createRoute, keyed, noContent, posts, refusals, z } from '../route.ts'
import { drawnText, email, language, pathId, phone } from '../shapes.ts'

const tags = ['Recipients']
const RecipientId = EnvelopeId.extend({ recipient: pathId('recipient', 'rcp') })
const OneRecipient = RecipientDetails.openapi('RecipientDetails')
const Correction = z
  .strictObject({
    firstName: drawnText(80).optional(),
    lastName: drawnText(80).optional(),
    email: z.union([email, z.null()]).optional(),
    phone: z.union([phone, z.null()]).optional(),
    channel: z.enum(['email', 'sms'], 'form.invalid').optional(),
    language: language.optional(),
  })
  .openapi('Correction', { description: 'What is left out stays.' })

export const apiRecipients = createApi()
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/recipients',
      operationId: 'addRecipient',
      tags,
      summary: 'Add somebody to a draft',
      ...posts('envelopes:write'),
      request: { ...keyed, params: EnvelopeId, body: body(OneRecipient) },
      responses: { 201: answer(ShownRecipient, 'Where they stand.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const { db } = c.var.house
      const [user, { id }] = [requireUser(c), c.req.valid('param')]
      const draft = await findDraft(db, user, id)
      const { key: _, ...given } = givenRecipient(c.req.valid('json'), 0, draft.language)
      const added = await addTypedPerson(db, userAct(c), user, id, given, { keep: false })
      return c.json(shownRecipient(await findRecipient(db, id, added.id)), 201)
    },
  )
  .openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/envelopes/{id}/recipients/{recipient}',
      operationId: 'changeRecipient',
      tags,
      summary: 'Change somebody in a draft',
      description: 'Their fields stay theirs.',
      ...changes('envelopes:write'),
      request: { params: RecipientId, body: body(OneRecipient) },
      responses: { 200: answer(ShownRecipient, 'As they stand now.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const { db } = c.var.house
      const [user, { id, recipient }] = [requireUser(c), c.req.valid('param')]
      const draft = await findDraft(db, user, id)
      const before = await findRecipient(db, id, recipient)
      const { key: _, ...given } = givenRecipient(c.req.valid('json'), 0, draft.language)
      const turn = usualTurn(
        (await listRecipients(db, id)).filter((one) => one.id !== recipient),
        given,
      )
      const details = {
        ...given,
        routingOrder: given.routingOrder ?? turn.order,
        roleName: before.roleName,
        userId: null,
        contactId: before.contactId,
      }
      await changeRecipient(db, userAct(c), user, id, recipient, details, given.routingOrder === null && turn.opens)
      return c.json(shownRecipient(await findRecipient(db, id, recipient)), 200)
    },
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/envelopes/{id}/recipients/{recipient}',
      operationId: 'removeRecipient',
      tags,
      summary: 'Take somebody out of a draft, with their fields',
      ...changes('envelopes:write'),
      request: { params: RecipientId },
      responses: { 204: noContent('They are out.'), ...refusals(404, 409) },
    }),
    async (c) => {
      const { id, recipient } = c.req.valid('param')
      await removeRecipient(c.var.house.db, userAct(c), requireUser(c), id, recipient)
      return c.body(null, 204)
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/recipients/{recipient}/reminders',
      operationId: 'remindRecipient',
      tags,
      summary: 'Remind somebody whose turn it is',
      ...posts('envelopes:write'),
      request: { ...keyed, params: RecipientId },
      responses: { 202: answer(ShownRecipient, 'The message is on its way.'), ...refusals(404, 409) },
    }),
    async (c) => {
      const { db } = c.var.house
      const { id, recipient } = c.req.valid('param')
      await remind(db, userAct(c), requireUser(c), id, recipient)
      c.var.house.wake()
      return c.json(shownRecipient(await findRecipient(db, id, recipient)), 202)
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/recipients/{recipient}/correction',
      operationId: 'correctRecipient',
      tags,
      summary: 'Put right how somebody is written or reached',
      description: 'While it is under way and they have not signed. They get a new link, and the old one stops.',
      ...posts('envelopes:write'),
      request: { ...keyed, params: RecipientId, body: body(Correction) },
      responses: { 200: answer(ShownRecipient, 'As they stand now.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const { db } = c.var.house
      const [user, { id, recipient }] = [requireUser(c), c.req.valid('param')]
      await findEnvelopeFor(db, user, id, 'edit')
      const before = await findRecipient(db, id, recipient)
      const { phone: typed = before.phone, ...given } = c.req.valid('json')
      const correction = {
        firstName: given.firstName ?? before.firstName,
        lastName: given.lastName ?? before.lastName,
        email: given.email === undefined ? before.email : given.email,
        phone: typed && typed.replaceAll(' ', ''),
        channel: given.channel ?? before.channel,
        language: given.language ?? before.language,
      }
      await correctRecipient(db, userAct(c), user, id, recipient, correction)
      c.var.house.wake()
      return c.json(shownRecipient(await findRecipient(db, id, recipient)), 200)
    },
  )
