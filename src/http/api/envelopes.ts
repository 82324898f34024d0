import { composeEnvelope } from '../../envelope/composing.ts'
import { changeDraft, discardDraft, findDraft } from '../../envelope/drafting.ts'
import { NO_FILTERS } from '../../envelope/filtering.ts'
import { listEnvelopes } from '../../envelope/list.ts'
import type { Instant } from '../../base/instant.ts'
import { createsDocuments, requireUser, userAct, viewsDocuments } from '../access.ts'
import { keyIn } from './door.ts'
import { ChangedEnvelope, EnvelopePage, ListQuery, NewEnvelope, ShownEnvelope } from './envelope-shapes.ts'
import { shownEnvelope } from './envelope-shown.ts'
import { etagOf, isKnown, refuseChanged } from './etag.ts'
import { composedField, givenDetails, givenDocument, givenRecipient } from './given.ts'
import { answer, body, changes, createApi, createRoute, keyed, matched, noContent, posts, reads, refusals, z } from './route.ts'
import { cursorOf, Paging, pathId, readCursor, readMoment } from './shapes.ts'

export const EnvelopeId = z.object({ id: pathId('id', 'env') })
const tags = ['Envelopes']

export const apiEnvelopes = createApi()
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/envelopes',
      operationId: 'listEnvelopes',
      tags,
      summary: 'List envelopes',
      description: 'Those that the token’s owner may see, the last changed first.',
      ...reads('envelopes:read', { may: viewsDocuments }),
      request: { query: Paging.extend(ListQuery) },
      responses: { 200: answer(EnvelopePage, 'A page of envelopes.'), ...refusals() },
    }),
    async (c) => {
      const { cursor, limit, group, search = '', template = '', from, until } = c.req.valid('query')
      const place = readCursor(cursor, 'string', 'string')
      const after = place && { updatedAt: place[0] as Instant, id: String(place[1]) }
      const filters = { ...NO_FILTERS, search, template, from: from ? readMoment(from) : null, until: until ? readMoment(until) : null }
      const { entries, next } = await listEnvelopes(c.var.house.db, requireUser(c), { group, filters, after, most: limit }, c.var.act.at)
      const items = entries.map(({ id, title, status, stage, at, deadline, documentIds, signed, signers }) => ({
        id,
        title,
        status: status as z.output<typeof ShownEnvelope>['status'],
        stage,
        updatedAt: at,
        deadline,
        documentIds: [...documentIds],
        signed,
        signers,
      }))
      return c.json({ items, next: cursorOf(next && [next.updatedAt, next.id]) }, 200)
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes',
      operationId: 'createEnvelope',
      tags,
      summary: 'Create an envelope, and send it',
      description: 'With documents, recipients and fields in one request; `send` lets it go. All of it stands, or nothing does.',
      ...posts('envelopes:write', { may: createsDocuments, isRepeatable: true }),
      request: { ...keyed, body: body(NewEnvelope) },
      responses: { 201: answer(ShownEnvelope, 'It is made; `status` says whether it is on its way.'), ...refusals(409, 413, 415) },
    }),
    async (c) => {
      const user = requireUser(c)
      const { documents, recipients, fields, textTags, agreeToRemoval, send, ...details } = c.req.valid('json')
      const given = givenDetails(details)
      const language = given.language ?? user.language
      const id = await composeEnvelope(
        c.var.house,
        userAct(c),
        user,
        {
          details: given,
          documents: await Promise.all(documents.map((document, at) => givenDocument(c, document, ['documents', at]))),
          recipients: recipients.map((recipient, at) => givenRecipient(recipient, at, language)),
          fields: fields.map(composedField),
          takesTags: textTags,
          agreesToRemoval: agreeToRemoval,
          sends: send,
        },
        keyIn(c),
      )
      const shown = await shownEnvelope(c.var.house.db, user, id, c.var.lang)
      return c.json(shown, 201, { Location: `/api/v1/envelopes/${id}`, ETag: etagOf(shown) })
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/envelopes/{id}',
      operationId: 'getEnvelope',
      tags,
      summary: 'Read an envelope',
      ...reads('envelopes:read'),
      request: { params: EnvelopeId },
      responses: { 200: answer(ShownEnvelope, 'The envelope.'), 304: noContent('As it was with that ETag.'), ...refusals(404) },
    }),
    async (c) => {
      const shown = await shownEnvelope(c.var.house.db, requireUser(c), c.req.valid('param').id, c.var.lang)
      const etag = etagOf(shown)
      if (isKnown(c, etag)) return c.body(null, 304, { ETag: etag })
      return c.json(shown, 200, { ETag: etag })
    },
  )
  .openapi(
    createRoute({
      method: 'patch',
      path: '/api/v1/envelopes/{id}',
      operationId: 'changeEnvelope',
      tags,
      summary: 'Change a draft',
      description: 'Only what is named changes.',
      ...changes('envelopes:write'),
      request: { ...matched, params: EnvelopeId, body: body(ChangedEnvelope) },
      responses: { 200: answer(ShownEnvelope, 'As it is now.'), ...refusals(404, 409, 412, 413, 415) },
    }),
    async (c) => {
      const { db } = c.var.house
      const [user, { id }] = [requireUser(c), c.req.valid('param')]
      const draft = await findDraft(db, user, id)
      refuseChanged(c, await shownEnvelope(db, user, id, c.var.lang))
      await changeDraft(db, userAct(c), user, id, givenDetails(c.req.valid('json')), c.req.header('if-match') ? draft.version : undefined)
      const shown = await shownEnvelope(db, user, id, c.var.lang)
      return c.json(shown, 200, { ETag: etagOf(shown) })
    },
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/envelopes/{id}',
      operationId: 'discardEnvelope',
      tags,
      summary: 'Discard a draft',
      description: 'What was sent is voided, never deleted.',
      ...changes('envelopes:write'),
      request: { params: EnvelopeId },
      responses: { 204: noContent('It is gone.'), ...refusals(404, 409) },
    }),
    async (c) => {
      await discardDraft(c.var.house.db, userAct(c), requireUser(c), c.req.valid('param').id)
      return c.body(null, 204)
    },
  )
