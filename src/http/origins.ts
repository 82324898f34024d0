import { networkInterfaces, hostname } from 'node:os'
import { type Settings } from '../setting/setting.ts'
import type { Config } from '../config/config.ts'

export interface Origins {
  /** What staff type. */
  readonly staff: string
  /** What recipients see and what stands in every message. Never taken from a request. */
  readonly public: string
}

/** The environment's word counts before the console's; without either, the address that the server listens on. */
export function originsOf(config: Config, installation: Settings['installation']): Origins {
  const { host, port } = config.listen
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const staff = config.url ?? installation.staffUrl ?? `http://${name}${port === 80 ? '' : `:${port}`}`
  return { staff, public: config.publicUrl ?? installation.publicUrl ?? config.url ?? installation.staffUrl ?? staff }
}

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
  for (const port of ports) for (const name of own) hosts.add(port === 80 ? name : `${name}:${port}`)
  return hosts
}
