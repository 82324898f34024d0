import { BlockList, isIP } from 'node:net'
import { Refusal } from '../base/refusal.ts'

export const MOST_NETWORKS = 50

/** Addresses and networks (`192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`), one a line or with commas or spaces between. */
export function readNetworks(typed: string): string[] {
  const networks = typed.split(/[\s,;]+/).filter(Boolean)
  for (const network of networks)
    if (!sizeOf(network)) throw new Refusal('invalid', 'token.network-invalid', { network: network.slice(0, 60) })
  if (networks.length > MOST_NETWORKS) throw new Refusal('invalid', 'token.too-many-networks', { most: MOST_NETWORKS })
  return [...new Set(networks.map((network) => network.toLowerCase()))]
}

/** Empty: from anywhere. An address that is not known is in no network. */
export function isWithin(networks: readonly string[], ip: string | null): boolean {
  if (!networks.length) return true
  const family = ip ? isIP(ip) : 0
  if (!ip || !family) return false
  const list = new BlockList()
  for (const network of networks) {
    const size = sizeOf(network)
    if (size) list.addSubnet(network.split('/')[0]!, size.bits, size.family)
  }
  return list.check(ip, family === 4 ? 'ipv4' : 'ipv6')
}

function sizeOf(network: string): { family: 'ipv4' | 'ipv6'; bits: number } | null {
  const [address = '', length, ...rest] = network.split('/')
  const version = isIP(address)
  if (!version || rest.length || (length !== undefined && !/^\d{1,3}$/.test(length))) return null
  const most = version === 4 ? 32 : 128
  const bits = length === undefined ? most : Number(length)
  return bits <= most ? { family: version === 4 ? 'ipv4' : 'ipv6', bits } : null
}
