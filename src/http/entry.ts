import { addressesInCertificates } from '../authority/certificates.ts'
import type { House } from '../house.ts'
import { baseOf, type Origins } from '../setting/origins.ts'
import { pathBelow } from './base-path.ts'
import type { Env } from './env.ts'
import { allowedHosts } from './origins.ts'
import { type Way, wayOf } from './proxies.ts'
import { isWellFormed } from './security.ts'
import { WATCHED } from './watching.ts'

export interface Entry {
  readonly facts: Omit<Env['Bindings'], 'noted'>
  /** Below the path at which the house stands. */
  readonly path: string
}

export interface Here {
  readonly origins: Origins
  readonly isSetUp: boolean
}

/** Before routing. Whoever does not name the house is `unknown`; what is not below its path is `elsewhere`. */
export async function entryOf(house: House, here: Here, request: Request, peer: string | null): Promise<Entry | 'unknown' | 'elsewhere'> {
  const own = ownEntry(house, here, request, peer)
  if (typeof own !== 'string' || !isWellFormed(request)) return own
  const { pathname } = new URL(request.url)
  if (!pathname.includes('/pki/')) return own
  // An address that stands in a certificate goes on to answer after the house has moved, where the request still reaches it.
  const way = wayOf(request, peer, house.config.trustedProxies)
  for (const { host, base } of await addressesInCertificates(house.db)) {
    const path = host === way.host ? pathBelow(base, pathname) : null
    if (path?.startsWith('/pki/')) return entry(way, base, path)
  }
  return own
}

/** By the addresses that the house has now. */
export function ownEntry(house: House, { origins, isSetUp }: Here, request: Request, peer: string | null): Entry | 'unknown' | 'elsewhere' {
  if (!isWellFormed(request)) return 'unknown'
  const way = wayOf(request, peer, house.config.trustedProxies)
  if (!allowedHosts(house.config, origins, isSetUp).has(way.host)) return 'unknown'
  const { pathname } = new URL(request.url)
  for (const base of basesFor(way.host, origins)) {
    const path = pathBelow(base, pathname)
    if (path !== null) return entry(way, base, path)
  }
  // Whoever watches asks the machine itself and knows nothing of the path below which the house stands.
  return WATCHED.has(pathname) ? entry(way, '', pathname) : 'elsewhere'
}

const entry = ({ address, host, scheme }: Way, base: string, path: string): Entry => ({
  facts: { address, host, origin: `${scheme}://${host}`, base },
  path,
})

/** Of the address that has this host; of both for the machine's own names. The longest first, for the other may stand above it. */
function basesFor(host: string, origins: Origins): readonly string[] {
  const addresses = [origins.staff, origins.public]
  const named = addresses.filter((address) => new URL(address).host === host)
  const bases = new Set((named.length ? named : addresses).map(baseOf))
  return bases.size === 1 ? [...bases] : [...bases].sort((a, b) => b.length - a.length)
}
