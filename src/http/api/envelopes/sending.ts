import { dispatch } from '../../../envelope/dispatch.ts'
import { moveDeadline } from '../../../envelope/deadline.ts'
import { findDraft } from '../../../envelope/drafting.ts'
import { voidEnvelope } from '../../../envelope/voiding.ts'
import { requireUser, userAct } from '../../access.ts'
import type { Ctx } from '../../env.ts'
import { EnvelopeId } from '../envelopes.ts'
import { ShownEnvelope } from '../envelope-shapes.ts'
import { shownEnvelope } from '../envelope-shown.ts'
import { etagOf, refuseChanged } from '../etag.ts'
import { answer, body, changes, createApi, createRoute, keyed, matched, posts, refusals, z } from '../route.ts'
import { longText, moment, readMoment } from '../shapes.ts'

const tags = ['Envelopes']
const Voiding = z.strictObject({ reason: longText(1_000).openapi({ example: 'Sent twice.' }) }).openapi('Voiding')
const Deadline = z.strictObject({ deadline: moment }).openapi('Deadline')

const shown = (c: Ctx, id: string) => shownEnvelope(c.var.house.db, requireUser(c), id, c.var.lang)

export const apiSending = createApi()
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/dispatch',
      operationId: 'sendEnvelope',
      tags,
      summary: 'Send a draft',
      description: 'The server prepares it and writes to whoever is first; the status is `sending` until then.',
      ...posts('envelopes:write', { isRepeatable: true }),
      request: { headers: keyed.headers.extend(matched.headers.shape), params: EnvelopeId },
      responses: { 202: answer(ShownEnvelope, 'It is on its way.'), ...refusals(404, 409, 412) },
    }),
    async (c) => {
      const [user, { id }] = [requireUser(c), c.req.valid('param')]
      const draft = await findDraft(c.var.house.db, user, id)
      refuseChanged(c, await shown(c, id))
      await dispatch(c.var.house, userAct(c), user, id, draft.version)
      return c.json(await shown(c, id), 202)
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/voiding',
      operationId: 'voidEnvelope',
      tags,
      summary: 'Take back what is under way',
      description: 'Every link stops, and whoever had been asked is told the reason.',
      ...posts('envelopes:write', { isRepeatable: true }),
      request: { ...keyed, params: EnvelopeId, body: body(Voiding) },
      responses: { 200: answer(ShownEnvelope, 'It is void.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      await voidEnvelope(c.var.house.db, userAct(c), requireUser(c), id, c.req.valid('json').reason)
      return c.json(await shown(c, id), 200)
    },
  )
  .openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/envelopes/{id}/deadline',
      operationId: 'moveDeadline',
      tags,
      summary: 'Move the deadline of what is under way',
      ...changes('envelopes:write'),
      request: { ...matched, params: EnvelopeId, body: body(Deadline) },
      responses: { 200: answer(ShownEnvelope, 'With its new deadline.'), ...refusals(404, 409, 412, 413, 415) },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      refuseChanged(c, await shown(c, id))
      await moveDeadline(c.var.house.db, userAct(c), requireUser(c), id, readMoment(c.req.valid('json').deadline))
      const now = await shown(c, id)
      return c.json(now, 200, { ETag: etagOf(now) })
    },
  )
