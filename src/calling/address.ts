import { BlockList, isIP } from 'node:net'
import { Refusal } from '../base/refusal.ts'

/** Addresses of this machine, of private networks, and those that reach nobody in particular (RFC 6890, RFC 4291, RFC 6598, RFC 8215, and the registers of IANA that go on with them). */
const CLOSED = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  CLOSED.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::ffff:0:0:0', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  CLOSED.addSubnet(network, prefix, 'ipv6')

/** Whether an address belongs to a machine that anybody may reach. An IPv4 address inside an IPv6 one is judged as what it is. */
export function isOpenAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !CLOSED.check(address, 'ipv4')
  if (family !== 6) return false
  const bytes = bytesOf(address)
  if (!bytes) return false
  const inner = [...bytes.slice(12)].join('.')
  const head = bytes.slice(0, 12)
  // ::, ::1 and ::a.b.c.d; ::ffff:a.b.c.d; 64:ff9b::a.b.c.d
  if (head.every((byte) => byte === 0)) return false
  if (head.slice(0, 10).every((byte) => byte === 0) && head[10] === 255 && head[11] === 255) return isOpenAddress(inner)
  if (head[0] === 0 && head[1] === 0x64 && head[2] === 0xff && head[3] === 0x9b && head.slice(4).every((byte) => byte === 0))
    return isOpenAddress(inner)
  return !CLOSED.check(address, 'ipv6')
}

function bytesOf(address: string): number[] | null {
  const host = URL.parse(`http://[${address.split('%')[0]}]/`)?.hostname.slice(1, -1)
  if (!host) return null
  const [left = '', right] = host.split('::')
  const groups = (text: string): string[] => (text ? text.split(':') : [])
  const missing = right === undefined ? 0 : 8 - groups(left).length - groups(right).length
  const all = [...groups(left), ...Array.from({ length: missing }, () => '0'), ...groups(right ?? '')]
  return all.length === 8 ? all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]) : null
}

/** Whether the configuration lets us call this host although it is private or answers without encryption. */
export const isAllowed = (url: URL, allowed: readonly string[]): boolean => allowed.includes(url.host) || allowed.includes(url.hostname)

/** The address of a target as an administrator types it: https, or a host that the configuration names. */
export function targetUrl(text: string, allowed: readonly string[]): URL {
  const url = URL.parse(text.trim())
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash || text.length > 500)
    throw new Refusal('invalid', 'webhook.address-invalid')
  if (isAllowed(url, allowed)) return url
  if (url.protocol !== 'https:') throw new Refusal('invalid', 'webhook.not-https')
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  // One dot at the end says that the name is whole; a second one makes it no name, but the checks of its end would pass.
  if (
    isIP(host)
      ? !isOpenAddress(host)
      : !host.includes('.') || host.endsWith('.') || /(^|\.)(localhost|local|internal|home\.arpa)$/.test(host)
  )
    throw new Refusal('invalid', 'webhook.private', { host: url.host })
  return url
}
