import { isIP } from 'node:net'
import type { TrustedProxies } from '../config/proxies.ts'

/** How a request reached the house, as far as that can be believed. */
export interface Way {
  /** Null: over a unix socket, from a proxy that says nothing. */
  readonly address: string | null
  /** As the browser typed it. */
  readonly host: string
  readonly scheme: 'http' | 'https'
}

/** The peer of a connection over a unix socket: whoever may open the file is our proxy. */
export const SOCKET = 'unix'

/**
 * What proxies write in front of a request counts from them alone, read from the right: the client is the first address that is no proxy of ours. Of the two
 * kinds of headers (`X-Forwarded-…` and RFC 7239) only the one that the proxies write is looked at, for they pass on the other one as a stranger wrote it.
 */
export function wayOf(request: Request, peer: string | null, proxies: TrustedProxies): Way {
  const plainPeer = peer === SOCKET ? null : plain(peer)
  const socket: Way = {
    address: plainPeer,
    host: request.headers.get('host')?.toLowerCase() ?? '',
    scheme: request.url.startsWith('https:') ? 'https' : 'http',
  }
  if (peer !== SOCKET && !(plainPeer && proxies.has(plainPeer))) return socket
  const hops = proxies.write === 'forwarded' ? forwarded(request) : xForwarded(request)
  const trusted = hops.addresses.findIndex((address) => !proxies.has(address ?? ''))
  /** How many proxies of ours wrote something, the outermost of them last. */
  const written = trusted === -1 ? Math.max(1, hops.addresses.length) : trusted + 1
  const host = hops.hosts[Math.min(written, hops.hosts.length) - 1]?.toLowerCase()
  const scheme = hops.schemes[Math.min(written, hops.schemes.length) - 1]?.toLowerCase()
  return {
    address: (trusted === -1 ? hops.addresses.at(-1) : hops.addresses[trusted]) ?? plainPeer,
    host: host || socket.host,
    scheme: scheme === 'https' || scheme === 'http' ? scheme : socket.scheme,
  }
}

/** Each from the nearest proxy outwards. An address that is none ends the list: beyond it nothing is known. */
interface Hops {
  readonly addresses: readonly (string | null)[]
  readonly hosts: readonly string[]
  readonly schemes: readonly string[]
}

function xForwarded({ headers }: Request): Hops {
  const list = (name: string): string[] => {
    const value = headers.get(name)
    return value
      ? value
          .split(',')
          .map((part) => part.trim())
          .reverse()
      : []
  }
  return {
    addresses: untilUnknown(list('x-forwarded-for').map((hop) => plain(hop))),
    hosts: list('x-forwarded-host'),
    schemes: list('x-forwarded-proto'),
  }
}

const PAIR = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[!#$%&'*+.^_`|~0-9A-Za-z:[\]-]*)\s*$/

/** RFC 7239 §4: elements separated by commas, pairs by semicolons; either may stand within quotation marks. */
function forwarded({ headers }: Request): Hops {
  const elements = splitOutsideQuotes(headers.get('forwarded') ?? '', ',').map((element) => {
    const pairs = new Map<string, string>()
    for (const pair of splitOutsideQuotes(element, ';')) {
      const [, name, value] = PAIR.exec(pair) ?? []
      if (name && value !== undefined) pairs.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1').replaceAll(/\\(.)/g, '$1'))
    }
    return pairs
  })
  const found = elements.reverse()
  return {
    addresses: untilUnknown(found.filter((pairs) => pairs.has('for')).map((pairs) => plain(pairs.get('for')!))),
    hosts: found.flatMap((pairs) => pairs.get('host') ?? []),
    schemes: found.flatMap((pairs) => pairs.get('proto') ?? []),
  }
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = ['']
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!
    if (isQuoted && letter === '\\') parts[parts.length - 1] += letter + (text[++at] ?? '')
    else if (letter === separator && !isQuoted) parts.push('')
    else {
      if (letter === '"') isQuoted = !isQuoted
      parts[parts.length - 1] += letter
    }
  }
  return parts.filter((part) => part.trim())
}

const untilUnknown = (addresses: readonly (string | null)[]): (string | null)[] => {
  const unknown = addresses.indexOf(null)
  return unknown === -1 ? [...addresses] : addresses.slice(0, unknown)
}

/** An address without its port, brackets and the prefix of an IPv4 address in IPv6; null where it is none. */
export function plain(text: string | null): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?|([0-9a-f:.]+))$/i.exec(text?.trim() ?? '')
  const address = (match?.[1] ?? match?.[2] ?? match?.[3])?.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase()
  return address && isIP(address) ? address : null
}
