import type { Instant } from '../base/instant.ts'
import { ConfigError, type Listen, type TlsFiles } from '../config/config.ts'
import { log } from '../log/lines.ts'
import { readServerCertificate, type ServerCertificate } from './certificate.ts'
import { type Listener, listen, type ListenOptions } from './listen.ts'
import type { Server } from './server.ts'

/** How often the files are looked at: whoever renews them need tell nobody. */
const LOOK = 10_000

export interface SecureListeners {
  readonly listeners: readonly Listener[]
  /** Reads the files anew, now. What cannot be used is logged, and the certificate that is shown stays. */
  look(): void
}

/**
 * Listeners that speak TLS themselves. A changed certificate opens a second socket on the same port (SO_REUSEPORT) before the first one takes no more
 * connections; what is under way on it ends by itself.
 */
export function listenSecurely(
  server: Server,
  doors: readonly { readonly at: Listen; readonly options: ListenOptions }[],
  files: TlsFiles,
  clock: () => Instant,
): SecureListeners {
  let shown = readServerCertificate(files, clock())
  let told = ''
  const open = ({ at, options }: (typeof doors)[number], port: number, tls: ServerCertificate): Listener =>
    listen(server, { ...at, port }, { ...options, tls })
  const opened = doors.map((door) => {
    // A port that somebody else listens on is told: SO_REUSEPORT alone would share it with another server of this user.
    refuseTaken(door.at)
    return { door, now: open(door, door.at.port, shown) }
  })

  const look = (): void => {
    try {
      const found = readServerCertificate(files, clock())
      told = ''
      if (found.cert === shown.cert && found.key === shown.key) return
      for (const one of opened) {
        const earlier = one.now
        one.now = open(one.door, earlier.port ?? one.door.at.port, found)
        void earlier.stop()
      }
      shown = found
      log('info', 'tls.renewed', { until: found.notAfter })
    } catch (error) {
      // A key may be written a moment after its certificate: told once, looked at again.
      const message = error instanceof ConfigError ? error.message : String(error)
      if (message !== told) log('error', 'tls.unusable', { reason: message })
      told = message
    }
  }
  const timer = setInterval(look, LOOK)
  return {
    look,
    listeners: opened.map((one) => ({
      get port() {
        return one.now.port
      },
      get hostname() {
        return one.now.hostname
      },
      stop: async (atOnce?: boolean) => {
        clearInterval(timer)
        await one.now.stop(atOnce)
      },
    })),
  }
}

function refuseTaken({ host, port }: Listen): void {
  try {
    Bun.listen({ hostname: host, port, socket: { data() {} } }).stop(true)
  } catch {
    throw new ConfigError(`${host}:${port}: another program listens there, or this one may not`)
  }
}
