import { hostname as machine } from 'node:os'
import { equalBytes, utf8 } from '../base/bytes.ts'
import { sha256 } from '../audit/trail.ts'
import type { House } from '../house.ts'
import { log } from '../log/lines.ts'
import { createMetrics } from '../upkeep/metrics/registry.ts'
import { checkReadiness, type ReadinessLine } from '../upkeep/readiness.ts'
import { answerSelf, type Saw } from '../upkeep/self-question.ts'
import { plain, SOCKET, wayOf } from './proxies.ts'
import type { Served } from './served.ts'

/** The addresses for machines that watch: no page, no cookie, no language. */
export const WATCHED = new Set(['/healthz', '/readyz', '/metrics'])

export interface Watching {
  /** `isOwn`: it came by the listener for watching alone. */
  answer(request: Request, path: string, from: { readonly peer: string | null; readonly isOwn: boolean }): Promise<Response>
  observe(served: Served): void
  /** From now on nothing new should come here. */
  stopping(): void
  close(): void
}

/** A look at the database is kept for so long, whoever asks: what it costs is not for strangers to say. */
const KEPT = 2_000

export function createWatching({ db, config, clock, keys, secretKey }: House): Watching {
  const metrics = createMetrics({ db, config, clock, isLocked: () => keys.isLocked() })
  let isStopping = false
  let looked: { readonly until: number; readonly lines: Promise<ReadinessLine[]> } | null = null
  let wasReady = true
  const look = (): Promise<ReadinessLine[]> => {
    if (!looked || looked.until < performance.now())
      looked = {
        until: performance.now() + KEPT,
        lines: checkReadiness({ db, config, isLocked: () => keys.isLocked(), isStopping: () => isStopping }, clock()),
      }
    return looked.lines
  }
  const mayRead = (request: Request): boolean => {
    const token = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
    return token !== undefined && config.metricsToken !== null && equalBytes(sha256(utf8(token)), sha256(utf8(config.metricsToken)))
  }

  return {
    async answer(request, path, { peer, isOwn }) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return told('Method not allowed\n', 405, { allow: 'GET, HEAD' })
      if (path === '/healthz') {
        const question = request.headers.get('paraphe-self')
        const answer = question && answerSelf(secretKey, question, sawOf(request, peer, config), clock())
        return answer ? told(answer, 200, { 'content-type': 'application/json' }) : told('ok\n')
      }
      if (path === '/metrics') {
        // Without a token there are figures on their own listener alone, and nobody is told that there are any.
        if (!config.metricsToken && !isOwn) return told('Not found\n', 404)
        if (config.metricsToken && !mayRead(request)) return told('Unauthorized\n', 401, { 'www-authenticate': 'Bearer' })
        return told(await metrics.scrape(), 200, { 'content-type': metrics.contentType })
      }
      const lines = await look()
      const isReady = lines.every(({ state }) => state !== 'stop')
      if (isReady !== wasReady) log(isReady ? 'info' : 'error', 'server.readiness', { ready: isReady, lines })
      wasReady = isReady
      const status = isReady ? 200 : 503
      const isDetailed = mayRead(request) || (isOwn && !config.metricsToken) || isFromHere(request, peer)
      const body = { status: isReady ? 'ready' : 'not-ready', ...(isDetailed ? { checks: lines } : {}) }
      return told(`${JSON.stringify(body)}\n`, status, { 'content-type': 'application/json' })
    },
    observe: ({ method, route, status, ms }) => metrics.observe({ method, route: route ?? 'none', status, seconds: ms / 1_000 }),
    stopping: () => {
      isStopping = true
      looked = null
    },
    close: () => metrics.close(),
  }
}

/** What this server would take the request for: how a proxy before it speaks. */
function sawOf(request: Request, peer: string | null, { trustedProxies }: House['config']): Saw {
  const way = wayOf(request, peer, trustedProxies)
  return {
    host: way.host,
    client: way.address ?? '',
    peer: peer ?? '',
    encrypted: way.scheme === 'https',
    forwarded: request.headers.has('x-forwarded-for') || request.headers.has('forwarded'),
    trusted: peer === SOCKET || trustedProxies.has(plain(peer) ?? ''),
  }
}

/** Asked on the machine itself: a proxy on it says for whom it asks. */
const isFromHere = (request: Request, peer: string | null): boolean =>
  /^(127\.|::1$|::ffff:127\.)/.test(peer ?? '') &&
  !['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some((name) => request.headers.has(name))

/** A listener that no proxy stands before is asked by an address or by the machine's own name, never by a name that a page made point here. */
export const isWatchersHost = (request: Request): boolean => {
  const { hostname = '' } = URL.parse(request.url) ?? {}
  return /^(?:[\d.]+|\[[\da-f:.]+\]|localhost)$/.test(hostname) || hostname === machine().toLowerCase()
}

const told = (body: string, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(body, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
  })
