import type { Digest } from '../base/digest.ts'
import { readObject } from '../store/object.ts'
import type { Ctx } from './env.ts'

/** A picture that this house has written itself, as PNG. Its address holds or implies its digest, so it never changes. */
export async function picture(c: Ctx, digest: Digest): Promise<Response> {
  const bytes = await readObject(c.var.house.db, digest)
  return c.body(bytes, 200, { 'content-type': 'image/png', 'cache-control': 'private, max-age=86400' })
}
