import { type OutboundTarget, placeOf } from '../base/outbound.ts'
import type { Config } from '../config/config.ts'

/** The database of several nodes, as the settings of the server name it. */
export async function outboundOfDatabase({ config: { databaseUrl } }: { readonly config: Config }): Promise<OutboundTarget[]> {
  if (databaseUrl === null) return []
  const isEncrypted = /[?&](?:ssl|sslmode)=(?:require|verify|true)/.test(databaseUrl)
  return [{ kind: 'database', name: null, ...placeOf(databaseUrl), isEncrypted, isFixed: true, since: null, by: null }]
}
