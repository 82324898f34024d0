import { Refusal } from '../base/refusal.ts'
import { routePath } from 'hono/route'
import { newId } from '../base/id.ts'
import { words } from '../view/words.ts'
import { log } from '../log/lines.ts'
import { duringRequest } from '../log/request.ts'
import type { Ctx } from './env.ts'
import { METHODS } from './security.ts'

/** What is written of a request: never its path, which may hold a secret, nor anything that was sent. */
export interface Served {
  readonly request: string
  readonly method: string
  /** `/envelopes/:id`; null where no route took it. */
  readonly route: string | null
  readonly status: number
  /** Until its answer began. */
  readonly ms: number
  /** Who asked: visitor, user, recipient. */
  readonly actor: string
}

/** Filled in while the request is served. */
export interface Noted {
  readonly request: string
  route: string | null
  actor: string
}

/** The pattern of the last handler that was reached, without the expressions that its parameters must match. */
export function routeOf(c: Ctx): string | null {
  const path = routePath(c)
  return path === '*' || path === '/*' ? null : path.replace(/\{(?:[^{}]|\{[^{}]*\})*\}/g, '')
}

/** Gives the request its number, which its answer bears, and tells what became of it. An accident before the router is told as one. */
export async function attend(
  request: Request,
  tell: (served: Served) => void,
  watching: { observe(served: Served): void },
  serve: (noted: Noted) => Promise<Response>,
): Promise<Response> {
  const began = performance.now()
  const noted: Noted = { request: newId('req').slice(4, 14), route: null, actor: 'visitor' }
  const response = await duringRequest(noted.request, () => serve(noted)).catch((error: unknown) => {
    // The database is away, so that no page can be made: one sentence, and when to come again.
    if (error instanceof Refusal && error.code === 'unavailable')
      return new Response(`${words('en').refusals['database.away']}\n${words('fr').refusals['database.away']}\n`, {
        status: 503,
        headers: { ...PLAIN, 'retry-after': '30' },
      })
    log('error', 'request.accident', { error: error instanceof Error ? error.stack : String(error) })
    return new Response(`Something went wrong on our side. Reference ${noted.request}\n`, { status: 500, headers: PLAIN })
  })
  response.headers.set('X-Request-Id', noted.request)
  const { route, actor } = noted
  const method = METHODS.has(request.method) ? request.method : 'OTHER'
  const served = { request: noted.request, method, route, status: response.status, ms: Math.round(performance.now() - began), actor }
  watching.observe(served)
  tell(served)
  return response
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
