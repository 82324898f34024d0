import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import type { Server as BunServer } from 'bun'
import { ConfigError, type Listen } from '../config/config.ts'
import type { ServerCertificate } from './certificate.ts'
import type { Door } from './doors.ts'
import { SOCKET } from './proxies.ts'
import type { Server } from './server.ts'

/** A body may be as large as an upload; what is allowed within is each route's to say. */
const LARGEST_BODY = 160_000_000
/** Seconds of silence before a connection is cut; an upload over a slow line is given more. */
const SILENCE = 30
const SILENCE_OF_UPLOADS = 120
/** What is gathered from many large files before its first byte, or reads large files that stand in the request. */
const GATHERED = /\/(evidence\.zip|vault\/archive)$|^\/api\/v1\/(envelopes|templates|verifications)/
const SILENCE_OF_GATHERING = 240

export interface ListenOptions {
  readonly door?: Door
  readonly onAccident?: (error: Error) => void
  /** With it the listener speaks TLS (1.2 and 1.3), and shares its port with the one that takes its place. */
  readonly tls?: ServerCertificate
}

/** What is known of a listener once it listens. */
export type Listener = Pick<BunServer<undefined>, 'port' | 'hostname' | 'stop'>

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }

/** The socket in front of the door. */
export function listen(server: Server, at: Listen, { door = 'house', onAccident, tls }: ListenOptions = {}): BunServer<undefined> {
  const options = {
    maxRequestBodySize: LARGEST_BODY,
    async fetch(request: Request, bun: BunServer<undefined>) {
      const path = URL.parse(request.url)?.pathname ?? '?'
      if (request.headers.get('content-type')?.startsWith('multipart/')) bun.timeout(request, SILENCE_OF_UPLOADS)
      else if (GATHERED.test(path)) bun.timeout(request, SILENCE_OF_GATHERING)
      return server.fetch(request, at.socket ? SOCKET : (bun.requestIP(request)?.address ?? null), door)
    },
    error(error: Error) {
      onAccident?.(error)
      return new Response('Something went wrong on our side.\n', { status: 500, headers: PLAIN })
    },
  }
  if (!at.socket)
    return Bun.serve({
      ...options,
      idleTimeout: SILENCE,
      hostname: at.host,
      port: at.port,
      ...(tls ? { tls: { cert: tls.cert, key: tls.key }, reusePort: true } : {}),
    })
  clearSocket(at.socket)
  const listener = Bun.serve({ ...options, unix: at.socket })
  // For the proxy, which is in the group of the folder or of this program; nobody else.
  chmodSync(at.socket, 0o660)
  return listener
}

/** What a server that was killed has left behind. Who listens there still has the lock of the data folder. */
function clearSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found && !found.isSocket()) throw new ConfigError(`${path}: there is a file of this name, and it is no socket`)
  if (found) unlinkSync(path)
}
