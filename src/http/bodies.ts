import { Refusal } from '../base/refusal.ts'
import { createMiddleware } from './env.ts'

const SMALL = 256_000
const JSON_BODY = 2_000_000
const PICTURE = 16_000_000
const DOCUMENTS = 160_000_000

/** Where files are uploaded, and how large the whole form may be; `signedIn`: by people of the house alone. */
const UPLOADS: readonly { readonly path: RegExp; readonly most: number; readonly signedIn?: true }[] = [
  { path: /^\/envelopes\/[^/]+\/documents$/, most: DOCUMENTS, signedIn: true },
  { path: /^\/verify(\/report)?$/, most: DOCUMENTS },
  { path: /^\/console\/(companies|stamps)(\/|$)/, most: PICTURE, signedIn: true },
  { path: /^\/setup\/company$/, most: PICTURE },
  { path: /^\/s\/[^/]+\/(marks|attachments\/[^/]+)$/, most: PICTURE },
]

/**
 * A body is looked at before a byte of it is read: a form is small, and only a form with files, on an address that takes them, is large. What does
 * not say how long it is is not read. Stands behind the session and before everything that parses.
 */
export const boundedBodies = createMiddleware(async (c, next) => {
  if (!c.req.raw.body) return next()
  // RFC 9112 §6.3: over a socket a body has a length or a transfer coding; of the second nobody knows how long it will be.
  const stated = c.req.header('content-length') ?? '0'
  if (c.req.header('transfer-encoding') || !/^\d{1,12}$/.test(stated)) throw new Refusal('too_large', 'request.length-needed')
  const type = (c.req.header('content-type') ?? '').toLowerCase()
  const upload = type.startsWith('multipart/form-data')
    ? UPLOADS.find(({ path, signedIn }) => path.test(c.req.path) && (!signedIn || c.var.user))
    : undefined
  const most = upload?.most ?? (type.startsWith('application/json') && c.var.user ? JSON_BODY : SMALL)
  if (Number(stated) > most) throw new Refusal('too_large', 'request.too-large')
  return next()
})
