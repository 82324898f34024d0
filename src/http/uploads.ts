import type { Bytes } from '../base/bytes.ts'
import type { Ctx } from './env.ts'

/** The bytes of a form's file, or null where none was chosen. */
export async function uploadedFile(c: Ctx, name: string): Promise<Bytes | null> {
  const file = (await c.req.parseBody())[name]
  return file instanceof File && file.size > 0 ? new Uint8Array(await file.arrayBuffer()) : null
}
