import { Refusal } from '../../../base/refusal.ts'
import { addDocuments, consentToRemoval, findDocument, removeDocument, renameDocument } from '../../../envelope/documents.ts'
import { findDraft } from '../../../envelope/drafting.ts'
import { requireUser, userAct } from '../../access.ts'
import type { Ctx } from '../../env.ts'
import { uploadForm } from '../../uploads.ts'
import { NewDocument, ShownDocument } from '../envelope-shapes.ts'
import { shownDocument } from '../envelope-shown.ts'
import { EnvelopeId } from '../envelopes.ts'
import { givenDocument } from '../given.ts'
import { answer, body, changes, createApi, createRoute, jsonOf, keyed, noContent, posts, refusals, z } from '../route.ts'
import { drawnText, pathId } from '../shapes.ts'

const tags = ['Documents']
const DocumentId = EnvelopeId.extend({ document: pathId('document', 'doc') })
const Added = z.object({ items: z.array(ShownDocument) }).openapi('AddedDocuments')
const Renamed = z.strictObject({ title: drawnText(200) }).openapi('DocumentTitle')

/** As a form with a file, or as JSON: its bytes in base64, or an upload of the last day. */
async function givenFile(c: Ctx, json: z.output<typeof NewDocument>): Promise<{ files: { name: string; bytes: never }[]; title: string }> {
  if (!c.var.upload || !/^multipart\//i.test(c.req.header('content-type') ?? '')) {
    const { file, title } = await givenDocument(c, json, [])
    return { files: [file as never], title }
  }
  const { files, fields } = await uploadForm(c)
  const found = files
    .filter(({ field, bytes }) => field === 'file' && bytes.size > 0)
    .map(({ name, bytes }) => ({ name, bytes: bytes as never }))
  if (!found.length) throw new Refusal('invalid', 'document.missing')
  return { files: found, title: fields.get('title') ?? '' }
}

export const apiDocuments = createApi()
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/documents',
      operationId: 'addDocuments',
      tags,
      summary: 'Add a document to a draft',
      description: 'As multipart/form-data with `file`, or as JSON with its bytes or an upload.',
      ...posts('envelopes:write'),
      request: {
        ...keyed,
        params: EnvelopeId,
        body: {
          required: false,
          content: {
            'application/json': { schema: NewDocument },
            'multipart/form-data': {
              schema: {
                type: 'object',
                properties: { file: { type: 'string', format: 'binary' }, title: { type: 'string' } },
                required: ['file'],
              },
            },
          },
        },
      },
      responses: { 201: answer(Added, 'What was added.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const { house } = c.var
      const [user, { id }] = [requireUser(c), c.req.valid('param')]
      await findDraft(house.db, user, id)
      const { files, title } = await givenFile(c, jsonOf(c, NewDocument))
      const added = await addDocuments(house, userAct(c), user, id, { files })
      if (title && added.length === 1) await renameDocument(house.db, userAct(c), user, id, added[0]!.id, title)
      const items = await Promise.all(added.map(async (one) => shownDocument(await findDocument(house.db, id, one.id))))
      return c.json({ items }, 201)
    },
  )
  .openapi(
    createRoute({
      method: 'patch',
      path: '/api/v1/envelopes/{id}/documents/{document}',
      operationId: 'renameDocument',
      tags,
      summary: 'Rename a document of a draft',
      ...changes('envelopes:write'),
      request: { params: DocumentId, body: body(Renamed) },
      responses: { 200: answer(ShownDocument, 'As it is called now.'), ...refusals(404, 409, 413, 415) },
    }),
    async (c) => {
      const { db } = c.var.house
      const { id, document } = c.req.valid('param')
      await renameDocument(db, userAct(c), requireUser(c), id, document, c.req.valid('json').title)
      return c.json(shownDocument(await findDocument(db, id, document)), 200)
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/envelopes/{id}/documents/{document}/consent',
      operationId: 'agreeToRemoval',
      tags,
      summary: 'Agree that what acts in a document is removed',
      ...posts('envelopes:write', { isRepeatable: true }),
      request: { ...keyed, params: DocumentId },
      responses: { 200: answer(ShownDocument, 'It can be sent.'), ...refusals(404, 409) },
    }),
    async (c) => {
      const { db } = c.var.house
      const { id, document } = c.req.valid('param')
      await consentToRemoval(db, userAct(c), requireUser(c), id, document)
      return c.json(shownDocument(await findDocument(db, id, document)), 200)
    },
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/envelopes/{id}/documents/{document}',
      operationId: 'removeDocument',
      tags,
      summary: 'Take a document out of a draft, with its fields',
      ...changes('envelopes:write'),
      request: { params: DocumentId },
      responses: { 204: noContent('It is out.'), ...refusals(404, 409) },
    }),
    async (c) => {
      const { id, document } = c.req.valid('param')
      await removeDocument(c.var.house.db, userAct(c), requireUser(c), id, document)
      return c.body(null, 204)
    },
  )
