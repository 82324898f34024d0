import { since } from '../../audit/since.ts'
import { type OutboundTarget, placeOf } from '../../base/outbound.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { Db } from '../../db/open.ts'
import { listSources } from './source.ts'

/** Directories and providers in use: spoken to when somebody signs in, and directories by the comparisons too. */
export async function outboundOfSignOn({ db, secretKey }: { readonly db: Db; readonly secretKey: SecretKey }): Promise<OutboundTarget[]> {
  const sources = (await listSources(db, secretKey)).filter(({ isOn }) => isOn)
  return Promise.all(
    sources.map(async (source): Promise<OutboundTarget> => {
      const place =
        source.kind === 'ldap'
          ? { host: source.settings.host, port: source.settings.port, isEncrypted: source.settings.security !== 'none' }
          : placeOf(source.settings.issuer)
      const started = await since(db, 'source.switched-on', (detail) => detail['source'] === source.id || null)
      return { kind: source.kind === 'ldap' ? 'directory' : 'sign-on', name: source.name, ...place, isFixed: false, ...started }
    }),
  )
}
