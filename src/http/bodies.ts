import { Refusal } from '../base/refusal.ts'
import { isApi } from './api/door.ts'
import { createMiddleware } from './env.ts'

const SMALL = 256_000
const JSON_BODY = 2_000_000
/** Files in base64: larger ones are uploaded as they are. */
const JSON_WITH_FILES = 32_000_000
const PICTURE = 16_000_000
const CONTACTS = 6_000_000
const TABLE = 4_200_000
const DOCUMENTS = 160_000_000

interface UploadPlace {
  readonly path: RegExp
  readonly most: number
  readonly signedIn?: true
  readonly spooled?: true
}

/**
 * Where files are uploaded, and how large the whole form may be; `signedIn`: by people of the house alone; `spooled`: the files wait on the disk, not in
 * memory.
 */
const UPLOADS: readonly UploadPlace[] = [
  { path: /^\/(api\/v1\/)?envelopes\/[^/]+\/documents$/, most: DOCUMENTS, signedIn: true, spooled: true },
  { path: /^\/api\/v1\/(uploads|verifications)$/, most: DOCUMENTS, signedIn: true, spooled: true },
  { path: /^\/templates\/[^/]+\/bulk$/, most: TABLE, signedIn: true },
  { path: /^\/vault\/imports$/, most: DOCUMENTS, signedIn: true, spooled: true },
  { path: /^\/verify(\/report)?$/, most: DOCUMENTS, spooled: true },
  { path: /^\/console\/(companies|stamps)(\/|$)/, most: PICTURE, signedIn: true },
  { path: /^\/contacts\/imports$/, most: CONTACTS, signedIn: true },
  { path: /^\/setup\/company$/, most: PICTURE },
  { path: /^\/s\/[^/]+\/(marks|drawing)$/, most: PICTURE },
  { path: /^\/s\/[^/]+\/attachments\/[^/]+$/, most: PICTURE, spooled: true },
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
  const upload = isMultipart(c.req.raw)
    ? UPLOADS.find(({ path, signedIn }) => path.test(c.req.path) && (!signedIn || c.var.user))
    : undefined
  const json = typeOf(c.req.raw).startsWith('application/json') && c.var.user
  const most = upload?.most ?? (json ? (isApi(c.req.path) ? JSON_WITH_FILES : JSON_BODY) : SMALL)
  if (Number(stated) > most) throw new Refusal('too_large', 'request.too-large')
  return next()
})

const typeOf = (request: Request): string => (request.headers.get('content-type') ?? '').toLowerCase()
const isMultipart = (request: Request): boolean => typeOf(request).startsWith('multipart/form-data')

/** A form whose files go to the disk as they come. */
export function isSpooled(request: Request, path: string): boolean {
  if (request.method !== 'POST' || !isMultipart(request)) return false
  return UPLOADS.some((place) => place.spooled && place.path.test(path))
}
