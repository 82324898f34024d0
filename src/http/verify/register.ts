import { zValidator } from '@hono/zod-validator'
import { z } from 'zod'
import { type Digest, isDigest } from '../../base/digest.ts'
import { Refusal } from '../../base/refusal.ts'
import { registerEntryOf } from '../../verification/register.ts'
import { createApp } from '../env.ts'

/** A file has at most a hundred revisions; the last digest is that of the whole. */
const Asked = z.object({ digests: z.array(z.string().refine(isDigest)).min(1).max(101) })

/** For a file that stays with the visitor: what the register says of it, by the digests of its beginnings and of the whole. */
export const verifyRegister = createApp().post(
  '/verify/register',
  zValidator('json', Asked, (result) => {
    if (!result.success) throw new Refusal('invalid', 'request.malformed')
  }),
  async (c) => c.json({ register: await registerEntryOf(c.var.house.db, c.req.valid('json').digests as Digest[]) }),
)
