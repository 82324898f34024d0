import { findDraft } from '../../../envelope/drafting.ts'
import { findEnvelopeFor, listDocuments, listRecipients } from '../../../envelope/envelope.ts'
import { fieldsOf, placeFields } from '../../../envelope/fields.ts'
import { fieldsOfTags } from '../../../envelope/offers.ts'
import { requireUser, userAct } from '../../access.ts'
import { PlacedField, ShownField } from '../envelope-shapes.ts'
import { shownFields } from '../envelope-shown.ts'
import { EnvelopeId } from '../envelopes.ts'
import { etagOf, isKnown, refuseChanged } from '../etag.ts'
import { placedField } from '../given.ts'
import { answer, body, changes, createApi, createRoute, keyed, matched, noContent, posts, reads, refusals, z } from '../route.ts'

const tags = ['Fields']
const Fields = z.object({ items: z.array(ShownField) }).openapi('Fields')
const Placed = z.strictObject({ fields: z.array(PlacedField).max(2_000, 'field.too-many') }).openapi('PlacedFields')

export const apiFields = createApi()
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/envelopes/{id}/fields',
      operationId: 'getFields',
      tags,
      summary: 'Read the fields, and what has been filled in',
      ...reads('envelopes:read'),
      request: { params: EnvelopeId },
      responses: { 200: answer(Fields, 'The fields, in reading order.'), 304: noContent('As they were with that ETag.'), ...refusals(404) },
    }),
    async (c) => {
      const { db } = c.var.house
      const shown = { items: await shownFields(db, await findEnvelopeFor(db, requireUser(c), c.req.valid('param').id)) }
      const etag = etagOf(shown)
      if (isKnown(c, etag)) return c.body(null, 304, { ETag: etag })
      return c.json(shown, 200, { ETag: etag })
    },
  )
  .openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/envelopes/{id}/fields',
      operationId: 'putFields',
      tags,
      summary: 'Place all fields of a draft',
      description: 'In the place of those that stand there. All of them are placed, or none.',
      ...changes('envelopes:write'),
      request: { ...matched, params: EnvelopeId, body: body(Placed) },
      responses: { 200: answer(Fields, 'As they stand now.'), ...refusals(404, 409, 412, 413, 415) },
    }),
    async (c) => {
      const { db } = c.var.house
      const [user, { id }] = [requireUser(c), c.req.valid('param')]
      const draft = await findDraft(db, user, id)
      refuseChanged(c, { items: await shownFields(db, draft) })
      const fields = c.req.valid('json').fields.map(placedField)
      await placeFields(db, userAct(c), user, id, { version: draft.version, fields })
      const shown = { items: await shownFields(db, draft) }
      return c.json(shown, 200, { ETag: etagOf(shown) })
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/fields/tags',
      operationId: 'placeTags',
      tags,
      summary: 'Make fields of the text tags in the documents',
      description: 'Tags such as {{signature;client}} that have no field yet, each for whom it names, or else for the other party.',
      ...posts('envelopes:write', { isRepeatable: true }),
      request: { ...keyed, params: EnvelopeId },
      responses: { 200: answer(Fields, 'All fields as they stand now.'), ...refusals(404, 409) },
    }),
    async (c) => {
      const { db } = c.var.house
      const [user, { id }] = [requireUser(c), c.req.valid('param')]
      const draft = await findDraft(db, user, id)
      const before = await fieldsOf(db, draft)
      const found = fieldsOfTags(await listDocuments(db, id), await listRecipients(db, id)).filter(
        (field) => !before.some((one) => one.documentId === field.documentId && one.origin === field.origin),
      )
      if (found.length) await placeFields(db, userAct(c), user, id, { version: draft.version, fields: [...before, ...found] })
      return c.json({ items: await shownFields(db, draft) }, 200)
    },
  )
