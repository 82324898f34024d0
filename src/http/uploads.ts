import type { Bytes, LaidAside } from '../base/bytes.ts'
import { isSpooled } from './bodies.ts'
import { createMiddleware, type Ctx } from './env.ts'
import { readMultipart, type UploadForm } from './multipart.ts'
import { Spool } from './spool.ts'

/** Large files wait on the disk, from the first time that their form is asked for until the request is answered. */
export const spooledUploads = createMiddleware(async (c, next) => {
  c.set('upload', null)
  if (!isSpooled(c.req.raw, c.req.path)) return next()
  let spool: Spool | null = null
  let form: Promise<UploadForm> | null = null
  const read = async (): Promise<UploadForm> => {
    spool = Spool.open(c.var.house.config, Number(c.req.header('content-length') ?? 0), !c.var.user)
    return readMultipart(c.req.raw, spool)
  }
  c.set('upload', () => (form ??= read()))
  try {
    await next()
  } finally {
    await (spool as Spool | null)?.close()
  }
})

/** The form of an address that takes large files; its files are there until the answer. */
export async function uploadForm(c: Ctx): Promise<UploadForm> {
  if (c.var.upload) return c.var.upload()
  const fields = new Map<string, string>()
  for (const [name, value] of Object.entries(await c.req.parseBody())) if (typeof value === 'string') fields.set(name, value)
  return { fields, files: [] }
}

/** The file of a form on such an address, or null where none was chosen. */
export const spooledFile = async (c: Ctx, name: string): Promise<LaidAside | null> =>
  (await uploadForm(c)).files.find(({ field, bytes }) => field === name && bytes.size > 0)?.bytes ?? null

/** The bytes of a small form's file, or null where none was chosen. */
export async function uploadedFile(c: Ctx, name: string): Promise<Bytes | null> {
  const file = (await c.req.parseBody())[name]
  return file instanceof File && file.size > 0 ? new Uint8Array(await file.arrayBuffer()) : null
}
