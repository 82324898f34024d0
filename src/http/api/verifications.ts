import { fromBase64 } from '../../base/bytes.ts'
import { Refusal, RefusalAt } from '../../base/refusal.ts'
import { verifyUploaded } from '../../verification/uploaded.ts'
import type { Ctx } from '../env.ts'
import { spooledFile } from '../uploads.ts'
import { answer, createApi, createRoute, jsonOf, keyed, posts, refusals, z } from './route.ts'
import { digest, plainly, told } from './shapes.ts'

const File = z.strictObject({ content: z.string().openapi({ format: 'byte', description: 'The PDF in base64.' }) }).openapi('VerifiedFile')
const Verification = z
  .object({
    report: z
      .looseObject({
        answer: z.string().openapi({ description: 'In one word: whether it is genuine and unchanged.' }),
        indication: z.string().openapi({ description: 'ETSI EN 319 102-1: passed, indeterminate, failed.' }),
        subIndication: z.union([z.string(), z.null()]),
        level: z.union([z.string(), z.null()]).openapi({ description: 'B-B, B-T, B-LT or B-LTA.' }),
        profile: z.union([z.enum(['ours', 'foreign']), z.null()]),
        digest,
        size: z.int(),
        checkedAt: told,
        faults: z.array(z.string()),
        signatures: z
          .array(z.looseObject({ kind: z.string() }))
          .openapi({ description: 'Each with who, when, by whose clock, what it covers and what came later.' }),
      })
      .openapi('VerificationReport'),
    register: z.union([z.looseObject({}), z.null()]).openapi({ description: 'What this house’s register says of it; null: nothing.' }),
    listed: z.union([z.looseObject({}), z.array(z.unknown()), z.null()]).openapi({ description: 'What the newest revocation lists say.' }),
  })
  .openapi('Verification')

async function givenFile(c: Ctx, json: z.output<typeof File>) {
  if (c.var.upload && /^multipart\//i.test(c.req.header('content-type') ?? '')) {
    const file = await spooledFile(c, 'file')
    if (!file) throw new Refusal('invalid', 'verification.file-missing')
    return file
  }
  if (json.content === undefined) throw new Refusal('invalid', 'verification.file-missing')
  try {
    return fromBase64(json.content)
  } catch {
    throw new RefusalAt(new Refusal('invalid', 'upload.base64'), ['content'])
  }
}

export const apiVerifications = createApi().openapi(
  createRoute({
    method: 'post',
    path: '/api/v1/verifications',
    operationId: 'verify',
    tags: ['Verification'],
    summary: 'Verify a signed PDF',
    description: 'The same verdict as on the page: nothing is stored, nothing is fetched.',
    ...posts('verification:write', { isRepeatable: true }),
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
    responses: { 200: answer(Verification, 'The verdict, as separate questions.'), ...refusals(413, 415) },
  }),
  async (c) => {
    const { house, act } = c.var
    const { report, register, listed } = await verifyUploaded(house, await givenFile(c, jsonOf(c, File)), act.at)
    return c.json(plainly({ report, register, listed }) as unknown as z.output<typeof Verification>, 200)
  },
)
