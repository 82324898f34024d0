import type { Instant } from './instant.ts'

/** What the house may speak to beyond its own machine; its words stand in the dictionary under `outbound.kinds`. */
export const OUTBOUND_KINDS = ['mail', 'sms', 'time-stamp', 'webhook', 'directory', 'sign-on', 'database', 'objects'] as const
export type OutboundKind = (typeof OUTBOUND_KINDS)[number]

/** One other side that the house is told to speak to. A room that speaks to any answers them by `outboundOf…`; `upkeep/outbound` gathers. */
export interface OutboundTarget {
  readonly kind: OutboundKind
  /** What the house calls it; null: it has no name of its own. */
  readonly name: string | null
  /** As in an address, without the brackets of IPv6. */
  readonly host: string
  readonly port: number
  /** Whether what is sent is encrypted on its way. */
  readonly isEncrypted: boolean
  /** Since when, and who said so; null where the log does not know, or where it stands in the settings of the server. */
  readonly since: Instant | null
  /** The id of a user. */
  readonly by: string | null
  /** Decided outside the console, by the settings of the server. */
  readonly isFixed: boolean
}

/** Host and port of a web address, and of `ldap:`, `ldaps:`, `postgres:` ones. Throws where it is none. */
export function placeOf(address: string): Pick<OutboundTarget, 'host' | 'port' | 'isEncrypted'> {
  const url = new URL(address)
  const [port = 0, isEncrypted = false] = PORTS[url.protocol] ?? []
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || port, isEncrypted }
}

const PORTS: Readonly<Record<string, readonly [port: number, isEncrypted: boolean]>> = {
  'http:': [80, false],
  'https:': [443, true],
  's3:': [443, true],
  'ldap:': [389, false],
  'ldaps:': [636, true],
  'postgres:': [5_432, false],
  'postgresql:': [5_432, false],
}

export type OutboundUse = Pick<OutboundTarget, 'kind' | 'host' | 'port'>

const used = new Map<string, OutboundUse & { times: number }>()

/** Said by whoever opens a connection to a target, each time. Kept in memory until the worker writes it down, at most a minute later. */
export function noteOutbound(kind: OutboundKind, place: Pick<OutboundTarget, 'host' | 'port'>): void {
  const { host, port } = place
  const key = `${kind} ${host} ${port}`
  const known = used.get(key)
  if (known) known.times++
  else if (used.size < MOST) used.set(key, { kind, host, port, times: 1 })
}
const MOST = 1_000

/** What was used since the last call. */
export function takeOutbound(): (OutboundUse & { readonly times: number })[] {
  const taken = [...used.values()]
  used.clear()
  return taken
}
