import type { ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Refusal, type RefusalCode } from '../base/refusal.ts'
import { fill, type Language, words } from '../view/words.ts'
import { log } from '../log/lines.ts'
import { type Ctx, type Env, wantsJson } from './env.ts'
import { isApi } from './api/door.ts'
import { problem } from './api/problem.ts'
import { InvalidForm } from './form.ts'
import { routeOf } from './served.ts'

export const STATUS: Readonly<Record<RefusalCode, ContentfulStatusCode>> = {
  unauthenticated: 401,
  not_found: 404,
  forbidden: 403,
  conflict: 409,
  invalid: 422,
  gone: 410,
  rate_limited: 429,
  too_large: 413,
  unavailable: 503,
}

/** The status of a refusal that a page shows itself; anything that is none is thrown on. */
export function refusalStatus(error: unknown): ContentfulStatusCode {
  if (!(error instanceof Refusal)) throw error
  return STATUS[error.code]
}

/** The sentence of a refusal in a language. */
export function refusalSentence(language: Language, refusal: Pick<Refusal, 'reason' | 'params'>): string {
  const sentences: Readonly<Record<string, string>> = words(language).refusals
  return fill(Object.hasOwn(sentences, refusal.reason) ? sentences[refusal.reason]! : sentences['form.invalid']!, refusal.params)
}

/** The only place where a refusal becomes a status, and where an accident loses its details. */
export const onError: ErrorHandler<Env> = (error, c) => {
  const lang = c.var.lang ?? 'en'
  if (isApi(c.req.path)) {
    if (!(error instanceof Refusal || error instanceof HTTPException) && !c.req.raw.signal.aborted) tellLog(c, error)
    return problem(c, error)
  }
  if (error instanceof Refusal) {
    if (error.code === 'rate_limited' || error.code === 'unavailable') c.header('Retry-After', '30')
    const fields =
      error instanceof InvalidForm
        ? Object.fromEntries(Object.entries(error.fields).map(([name, reason]) => [name, refusalSentence(lang, { reason, params: {} })]))
        : undefined
    return answer(c, STATUS[error.code], refusalSentence(lang, error), error.reason, null, fields)
  }
  if (error instanceof HTTPException) {
    const status = error.status as ContentfulStatusCode
    return answer(
      c,
      status,
      refusalSentence(lang, { reason: status === 413 ? 'request.too-large' : 'request.malformed', params: {} }),
      'request.malformed',
      null,
    )
  }
  // Whoever went away in the middle of a body is told nothing, and nothing is amiss.
  if (error.name === 'AbortError' && c.req.raw.signal.aborted) return c.body(null, 400)
  tellLog(c, error)
  const reference = c.var.requestId
  return answer(c, 500, refusalSentence(lang, { reason: 'server.accident', params: { reference } }), 'server.accident', reference)
}

const tellLog = (c: Ctx, error: unknown): void =>
  log('error', 'request.accident', { method: c.req.method, route: routeOf(c), error: error instanceof Error ? error.stack : String(error) })

export const notFound = async (c: Ctx): Promise<Response> =>
  isApi(c.req.path)
    ? problem(c, new Refusal('not_found', 'page.not-found'))
    : answer(c, 404, refusalSentence(c.var.lang ?? 'en', { reason: 'page.not-found', params: {} }), 'page.not-found', null)

async function answer(
  c: Ctx,
  status: ContentfulStatusCode,
  message: string,
  code: string,
  reference: string | null,
  fields?: Record<string, string>,
): Promise<Response> {
  if (wantsJson(c)) return c.json({ code, message, ...(reference ? { reference } : {}), ...(fields ? { fields } : {}) }, status)
  return c.html(await c.var.render('errors/show', { status, message, reference: reference ?? c.var.requestId }), status)
}
