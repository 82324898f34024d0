import { networkInterfaces, hostname } from 'node:os'
import type { Config } from '../config/config.ts'
import type { Origins } from '../setting/origins.ts'

/** Host header values that may be served. Until the set-up is done, the machine's own names and addresses count too. */
export function allowedHosts(config: Config, origins: Origins, isSetUp: boolean): ReadonlySet<string> {
  const hosts = new Set([new URL(origins.staff).host, new URL(origins.public).host])
  const ports = [config.listen.port, ...(config.publicListen ? [config.publicListen.port] : [])]
  const own = ['localhost', '127.0.0.1', '[::1]']
  if (!isSetUp) {
    own.push(hostname().toLowerCase())
    for (const addresses of Object.values(networkInterfaces()))
      for (const { address, family } of addresses ?? []) own.push(family === 'IPv6' ? `[${address.split('%')[0]}]` : address)
  }
  for (const port of ports.filter((one) => one !== 0))
    for (const name of own) hosts.add(port === (config.tls ? 443 : 80) ? name : `${name}:${port}`)
  return hosts
}
