import { createHash } from 'node:crypto'
import type { Digest } from '../../base/digest.ts'
import { Refusal } from '../../base/refusal.ts'
import { beginAnswer, forgetAnswer, keepAnswer } from '../../integration/answers.ts'
import { type Rate, takeRequest } from '../../integration/rate.ts'
import { hasScope, type Scope } from '../../integration/scopes.ts'
import { redeemToken, type Token } from '../../integration/tokens.ts'
import { readSetting } from '../../setting/setting.ts'
import { preferredLanguage } from '../../view/words.ts'
import { createMiddleware, type Ctx } from '../env.ts'
import { uploadForm } from '../uploads.ts'
import { refuseOddJson } from './json.ts'
import { InvalidRequest } from './problem.ts'

export const isApi = (path: string): boolean => path.startsWith('/api/v1/')

/**
 * Who asks: the token of the Authorization header and nothing else. A cookie is not looked at, so no page of another site can ask in somebody's name.
 * A request without a token goes on as a stranger's; a route that needs one refuses it.
 */
export const bearer = createMiddleware(async (c, next) => {
  const { house, act, requestId } = c.var
  c.header('X-Request-Id', requestId)
  c.set('token', null)
  const secret = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  const asked = c.req.header('accept-language')
  c.set('lang', preferredLanguage(asked, 'en'))
  if (!secret) return next()
  const { token, user } = await redeemToken(house.db, secret, act.at, act.ip)
  c.set('lang', preferredLanguage(asked, user.language))
  const { perMinute } = await readSetting(house.db, 'api')
  tellRate(c, await takeRequest(house.db, token.id, act.at, perMinute))
  c.set('token', token)
  c.set('user', user)
  c.set('act', { ...act, actor: { kind: 'user', id: user.id, token: token.id } })
  return next()
})

/** draft-ietf-httpapi-ratelimit-headers-10: the policy, and what is left of it. */
function tellRate(c: Ctx, { isWithin, limit, remaining, reset }: Rate): void {
  c.header('RateLimit-Policy', `"token";q=${limit};w=60`)
  c.header('RateLimit', `"token";r=${remaining};t=${reset}`)
  if (isWithin) return
  c.header('Retry-After', String(reset))
  throw new Refusal('rate_limited', 'token.too-often', { seconds: reset })
}

/** Lets through a token that may be used for this, whatever else its owner may do. */
export const scoped = (scope: Scope | null) =>
  createMiddleware(async (c, next) => {
    const held = tokenIn(c)
    if (scope && !hasScope(held.scopes, scope)) throw new Refusal('forbidden', 'token.scope', { scope })
    return next()
  })

/** Who asks, behind `scoped`. */
export function tokenIn(c: Ctx): Token {
  if (!c.var.token) throw new Refusal('unauthenticated', 'token.needed')
  return c.var.token
}

/** A body of JSON is looked at before it is read. */
export const readable = createMiddleware(async (c, next) => {
  if (isJson(c)) {
    const text = await c.req.text()
    refuseOddJson(text)
    try {
      JSON.parse(text)
    } catch (error) {
      const what = error instanceof Error ? error.message.replace(/^JSON Parse error: /, '').slice(0, 120) : ''
      throw new Refusal('invalid', 'request.json', { what })
    }
  }
  return next()
})

const isJson = (c: Ctx): boolean => /^application\/([\w.-]+\+)?json\b/i.test(c.req.header('content-type') ?? '')

/** What an answer tells besides its body, and is told again. */
const TOLD_AGAIN = ['content-type', 'location', 'etag']

/**
 * With an Idempotency-Key the same request is carried out once, and its answer told again for a day. What was refused changed nothing, and frees its key.
 * What went wrong inside, or was cut off, keeps it: whoever asks again is told to look, unless it can be repeated without harm.
 */
export const onceByKey = (isRepeatable: boolean) =>
  createMiddleware(async (c, next) => {
    const key = keyIn(c)
    if (key === undefined) return next()
    const { house, act } = c.var
    const scope = tokenIn(c).userId
    const kept = await beginAnswer(house.db, act.at, { scope, key, digest: await digestOf(c), isRepeatable })
    if (kept) {
      const headers = { ...kept.headers, 'Idempotency-Replayed': 'true' }
      return c.newResponse(kept.body === '' ? null : kept.body, kept.status as 200, headers)
    }
    await next()
    const { res } = c
    if (res.status >= 500) return
    if (res.status >= 400) return void (await forgetAnswer(house.db, { scope, key }))
    const headers = Object.fromEntries(TOLD_AGAIN.flatMap((name) => (res.headers.has(name) ? [[name, res.headers.get(name)!]] : [])))
    await keepAnswer(house.db, { scope, key }, { status: res.status, headers, body: await res.clone().text() })
  })

export function keyIn(c: Ctx): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return undefined
  // RFC 8941: the draft has a string in quotes; many send it without.
  const plain = /^"(.*)"$/.exec(key)?.[1] ?? key
  if (!/^[\x21-\x7e]{1,200}$/.test(plain)) throw new InvalidRequest([{ parameter: 'Idempotency-Key', code: 'request.key', params: {} }])
  return plain
}

/** Of what was asked, whatever the boundary of its form. */
async function digestOf(c: Ctx): Promise<Digest> {
  const hash = createHash('sha256')
  hash.update(`${c.req.method} ${new URL(c.req.url).pathname}${new URL(c.req.url).search}\n`)
  if (c.var.upload) {
    const { fields, files } = await uploadForm(c)
    for (const [name, value] of fields) hash.update(`${JSON.stringify([name, value])}\n`)
    for (const { field, name, bytes } of files) {
      hash.update(`${JSON.stringify([field, name, bytes.size])}\n`)
      for await (const piece of bytes.pieces()) hash.update(piece)
    }
  } else if (c.req.raw.body) hash.update(new Uint8Array(await c.req.arrayBuffer()))
  return hash.digest('hex') as Digest
}
