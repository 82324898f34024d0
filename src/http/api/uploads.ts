import { fromBase64 } from '../../base/bytes.ts'
import { Refusal, RefusalAt } from '../../base/refusal.ts'
import { fileNameOf } from '../../envelope/reading.ts'
import { keepUpload, type Upload } from '../../integration/uploads.ts'
import { createsDocuments, requireUser, userAct } from '../access.ts'
import type { Ctx } from '../env.ts'
import { uploadForm } from '../uploads.ts'
import { answer, createApi, createRoute, jsonOf, keyed, posts, refusals, z } from './route.ts'
import { id, text, told } from './shapes.ts'

const Kept = z.object({ id: id('upl'), fileName: z.string(), size: z.int(), expiresAt: told }).openapi('Upload')
const File = z
  .strictObject({
    fileName: text(200).openapi({ example: 'lease.pdf' }),
    content: z.string().openapi({ format: 'byte', description: 'In base64.' }),
  })
  .openapi('File')

async function keep(c: Ctx, json: z.output<typeof File>): Promise<Upload> {
  const { db } = c.var.house
  if (c.var.upload && /^multipart\//i.test(c.req.header('content-type') ?? '')) {
    const file = (await uploadForm(c)).files.find(({ field }) => field === 'file')
    if (!file) throw new Refusal('invalid', 'document.missing')
    return keepUpload(db, userAct(c), fileNameOf(file.name), file.bytes, file.bytes.size)
  }
  if (json.content === undefined) throw new Refusal('invalid', 'document.missing')
  let bytes
  try {
    bytes = fromBase64(json.content)
  } catch {
    throw new RefusalAt(new Refusal('invalid', 'upload.base64'), ['content'])
  }
  return keepUpload(db, userAct(c), fileNameOf(json.fileName), bytes, bytes.length)
}

export const apiUploads = createApi().openapi(
  createRoute({
    method: 'post',
    path: '/api/v1/uploads',
    operationId: 'upload',
    tags: ['Documents'],
    summary: 'Upload a file for a document',
    description:
      'It is kept for a day. As multipart/form-data with `file` (whatever its size), or in base64. It is read when it is put into an envelope.',
    ...posts('envelopes:write', { may: createsDocuments }),
    request: {
      ...keyed,
      body: {
        required: false,
        content: {
          'application/json': { schema: File },
          'multipart/form-data': {
            schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] },
          },
        },
      },
    },
    responses: { 201: answer(Kept, 'Its id goes into `documents`.'), ...refusals(413, 415) },
  }),
  async (c) => {
    requireUser(c)
    const { id, fileName, size, expiresAt } = await keep(c, jsonOf(c, File))
    return c.json({ id, fileName, size, expiresAt }, 201)
  },
)
