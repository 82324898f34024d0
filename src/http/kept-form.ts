import { base64url, fromBase64url, fromUtf8, utf8 } from '../base/bytes.ts'
import { Refusal } from '../base/refusal.ts'
import type { Ctx } from './env.ts'

export const KEPT = 'kept'
/** The fields of a proof begin so; no form of ours has others that do. */
export const PROOF = 'proof-'
/** So that the form that carries it is within what is read of a small one. */
const LONGEST = 220_000

export interface KeptForm {
  readonly sealed: string
  /** Files are not kept: whoever chose some chooses them again. */
  readonly hadFiles: boolean
}

/**
 * What was posted, to be sent again once it is known who sits there: sealed, so that nothing secret stands in the page, and bound to this session and
 * this address.
 */
export async function keepForm(c: Ctx): Promise<KeptForm> {
  await c.req.parseBody()
  const form = await c.req.formData().catch(() => new FormData())
  const again = form.get(KEPT)
  if (typeof again === 'string') return { sealed: again, hadFiles: false }
  const fields: [string, string][] = []
  let hadFiles = false
  for (const [name, value] of form.entries()) {
    if (typeof value !== 'string') hadFiles ||= (value as unknown as Blob).size > 0
    else if (name !== 'csrf' && !name.startsWith(PROOF)) fields.push([name, value])
  }
  const plain = new Uint8Array(Bun.gzipSync(utf8(JSON.stringify(fields))))
  const sealed = base64url(c.var.house.secretKey.seal('kept-form', contextOf(c), plain))
  if (sealed.length > LONGEST) throw new Refusal('too_large', 'request.too-large')
  return { sealed, hadFiles }
}

/** Puts the kept fields back, so that the handler reads what was posted first. What is no kept form of this session and address is refused. */
export async function restoreForm(c: Ctx): Promise<void> {
  await c.req.parseBody()
  const form = await c.req.formData().catch(() => new FormData())
  const sealed = form.get(KEPT)
  if (typeof sealed !== 'string') return
  for (const [name, value] of opened(c, sealed)) form.append(name, value)
  for (const name of [...form.keys()]) if (name === KEPT || name.startsWith(PROOF)) form.delete(name)
  // Everything that reads the form reads this one.
  c.req.bodyCache.formData = Promise.resolve(form) as never
}

function opened(c: Ctx, sealed: string): [string, string][] {
  try {
    const plain = c.var.house.secretKey.open('kept-form', contextOf(c), fromBase64url(sealed))
    return JSON.parse(fromUtf8(Bun.gunzipSync(new Uint8Array(plain)))) as [string, string][]
  } catch {
    throw new Refusal('forbidden', 'request.stale-form')
  }
}

const contextOf = (c: Ctx): string => `${c.var.sessionId} ${c.req.path}`
