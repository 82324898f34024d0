import { openEmbedded } from '../../envelope/embedding.ts'
import { originsOf } from '../../setting/origins.ts'
import { readSetting } from '../../setting/setting.ts'
import { requireUser, userAct } from '../access.ts'
import { answer, changes, createApi, createRoute, refusals, z } from './route.ts'
import { pathId, told } from './shapes.ts'

const SigningLink = z
  .object({
    url: z
      .string()
      .openapi({ description: 'For the `src` of a frame. Whoever has it can read; to sign takes the code, which goes to the recipient.' }),
    expiresAt: told,
    origins: z.array(z.string()).openapi({ description: 'Pages of these origins may show it.' }),
  })
  .openapi('SigningLink')

export const apiSigningLinks = createApi().openapi(
  createRoute({
    method: 'post',
    path: '/api/v1/envelopes/{id}/recipients/{recipient}/signing-links',
    operationId: 'createSigningLink',
    tags: ['Envelopes'],
    summary: 'Make a link that your own page shows inside it',
    description:
      'Asked for when the recipient stands before the page: it lives for a day. Only origins that the console lists may show it.',
    // No Idempotency-Key: an answer that is kept would keep the secret of the link.
    ...changes('envelopes:write'),
    request: { params: z.object({ id: pathId('id', 'env'), recipient: pathId('recipient', 'rcp') }) },
    responses: { 201: answer(SigningLink, 'The link.'), ...refusals(404, 409) },
  }),
  async (c) => {
    const { db, config, secretKey } = c.var.house
    const { id, recipient } = c.req.valid('param')
    const publicOrigin = originsOf(config, await readSetting(db, 'installation')).public
    const made = await openEmbedded({ db, secretKey }, userAct(c), requireUser(c), { envelopeId: id, recipientId: recipient, publicOrigin })
    return c.json({ ...made, origins: [...made.origins] }, 201)
  },
)
