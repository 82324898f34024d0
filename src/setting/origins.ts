import type { Config } from '../config/config.ts'
import type { Settings } from './setting.ts'

export interface Origins {
  /** What staff type. It ends with the path below which the house stands, where there is one, and so does the next. */
  readonly staff: string
  /** What recipients see and what stands in every message. Never taken from a request. */
  readonly public: string
}

/** What the audit log calls itself in its first checkpoint, and therefore in all. */
export const logName = (origins: Origins): string => `${new URL(origins.public).host}/log`

/** The path below which the house stands: `/sign`, or nothing. */
export const baseOf = (address: string): string => new URL(address).pathname.replace(/\/$/, '')

/** The environment's word counts before the console's; without either, the address that the server listens on. */
export function originsOf(config: Pick<Config, 'listen' | 'url' | 'publicUrl' | 'tls'>, installation: Settings['installation']): Origins {
  const { host, port } = config.listen
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const staff =
    config.url ??
    installation.staffUrl ??
    `${config.tls ? 'https' : 'http'}://${name}${port === (config.tls ? 443 : 80) || port === 0 ? '' : `:${port}`}`
  return { staff, public: config.publicUrl ?? installation.publicUrl ?? config.url ?? installation.staffUrl ?? staff }
}
