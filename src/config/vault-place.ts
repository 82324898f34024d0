import { ConfigError } from './sources.ts'

/** Where stored files are kept outside the database. */
export interface VaultPlace {
  readonly bucket: string
  /** Without slashes at its ends; empty: none. */
  readonly prefix: string
  /** An origin; the bucket stands in the path behind it. */
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** `s3://bucket/prefix?endpoint=https://s3.example.com&region=eu-west-3` with the two halves of its key. Throws a ConfigError. */
export function vaultPlaceOf(text: string, key: string | null, secret: string | null): VaultPlace {
  const url = URL.parse(text)
  const wrong = (why: string): never => {
    throw new ConfigError(`PARAPHE_VAULT_URL: ${why}; s3://bucket/prefix?endpoint=https://s3.example.com&region=eu-west-3 is one`)
  }
  if (!url || url.protocol !== 's3:' || !/^[a-z0-9][a-z0-9.-]{2,62}$/.test(url.hostname)) return wrong('it names no bucket')
  if (url.username || url.password) return wrong('the key stands in PARAPHE_VAULT_KEY_ID and PARAPHE_VAULT_SECRET')
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'endpoint' && name !== 'region')
  if (unknown) return wrong(`it does not know ${unknown}`)
  const region = url.searchParams.get('region') ?? 'us-east-1'
  const endpoint = URL.parse(url.searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`)
  if (!endpoint || !/^https?:$/.test(endpoint.protocol) || endpoint.pathname !== '/' || endpoint.search)
    return wrong('its endpoint is no web address')
  const prefix = url.pathname.replaceAll(/^\/+|\/+$/g, '')
  if (!/^[\w./-]*$/.test(prefix)) return wrong('its prefix has letters, digits, dots, dashes and slashes alone')
  if (!key || !secret) throw new ConfigError('PARAPHE_VAULT_URL: PARAPHE_VAULT_KEY_ID and PARAPHE_VAULT_SECRET are missing')
  return { bucket: url.hostname, prefix, endpoint: endpoint.origin, region, accessKeyId: key, secretAccessKey: secret }
}
