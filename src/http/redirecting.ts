import type { Listen } from '../config/config.ts'
import { baseOf, type Origins } from '../setting/origins.ts'
import type { Listener } from './listen.ts'

/** A listener that leads everybody who came without encryption to the same address with it, and serves nothing. */
export function listenToRedirect(at: Listen, origins: () => Promise<Origins>): Listener {
  return Bun.serve({
    hostname: at.host,
    port: at.port,
    idleTimeout: 10,
    maxRequestBodySize: 0,
    async fetch(request) {
      const url = URL.parse(request.url)
      const { staff, public: open } = await origins()
      const own = [staff, open]
        .map((address) => new URL(address))
        .find(({ hostname, protocol }) => protocol === 'https:' && hostname === url?.hostname)
      if (!own || !url) return new Response('No house of this name listens here.\n', { status: 421, headers: PLAIN })
      // To the start of the house for whoever typed its name alone.
      const path = url.pathname === '/' ? `${baseOf(own.href)}/` : url.pathname
      return new Response(null, { status: 308, headers: { ...PLAIN, location: own.origin + path + url.search } })
    },
  })
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
