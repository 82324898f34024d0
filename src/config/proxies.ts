import { BlockList, isIP } from 'node:net'
import { ConfigError } from './sources.ts'

export interface TrustedProxies {
  /** Which headers they write: `X-Forwarded-For`, `-Host`, `-Proto`, or `Forwarded` (RFC 7239). */
  readonly write: 'x-forwarded' | 'forwarded'
  /** As they were said. */
  readonly listed: readonly string[]
  has(address: string): boolean
}

/** Addresses and networks in CIDR notation, IPv4 and IPv6. */
export function trustedProxies(listed: readonly string[], write: string): TrustedProxies {
  if (write !== 'x-forwarded' && write !== 'forwarded')
    throw new ConfigError(`PARAPHE_PROXY_HEADERS: "${write}" is neither x-forwarded nor forwarded`)
  const list = new BlockList()
  for (const one of listed) {
    const [address = '', bits, more] = one.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    if (!family || more !== undefined || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)))
      throw new ConfigError(`PARAPHE_TRUSTED_PROXIES: "${one}" is neither an address nor a network such as 10.0.0.0/8`)
    list.addSubnet(address, bits === undefined ? most : Number(bits), family === 6 ? 'ipv6' : 'ipv4')
  }
  return {
    write,
    listed,
    has(address) {
      const family = isIP(address)
      return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
    },
  }
}
