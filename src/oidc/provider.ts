import * as client from 'openid-client'
import { SECOND } from '../base/instant.ts'
import { noteOutbound, placeOf } from '../base/outbound.ts'

/** How an OpenID provider is spoken to. */
export interface OidcProvider {
  readonly issuer: string
  readonly clientId: string
  /** Empty: a public client, which PKCE alone protects. */
  readonly secret: string
  readonly caPem: string | null
  readonly allowsHttp: boolean
}

export type OidcFault = 'silent' | 'refused' | 'invalid'

/** `silent`: it did not answer as a provider does; `refused`: it said no; `invalid`: what it said cannot be believed. */
export class OidcFailure extends Error {
  override name = 'OidcFailure'
  readonly fault: OidcFault
  constructor(fault: OidcFault, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.fault = fault
  }
}

const ANSWERING = 10 * SECOND
const MOST = 1_000_000
const KEPT = 60 * 60 * SECOND
const LEEWAY_SECONDS = 30

/** What a provider says of itself is public: each node keeps it for an hour by itself. */
const known = new Map<string, { readonly until: number; readonly found: Promise<client.Configuration> }>()

export function forgetProviders(): void {
  known.clear()
}

/** Asked only when somebody signs in, or an administrator tries. */
export function configurationOf(provider: OidcProvider, isFresh = false): Promise<client.Configuration> {
  const key = JSON.stringify(provider)
  const kept = known.get(key)
  if (!isFresh && kept && kept.until > Date.now()) return kept.found
  const found = discover(provider)
  known.set(key, { until: Date.now() + KEPT, found })
  found.catch(() => known.delete(key))
  return found
}

async function discover(provider: OidcProvider): Promise<client.Configuration> {
  const url = URL.parse(provider.issuer)
  if (!url || !(url.protocol === 'https:' || provider.allowsHttp)) throw new OidcFailure('silent', 'the issuer answers without encryption')
  try {
    const configuration = await client.discovery(
      url,
      provider.clientId,
      { [client.clockTolerance]: LEEWAY_SECONDS, ...(provider.secret ? { client_secret: provider.secret } : {}) },
      provider.secret ? undefined : client.None(),
      {
        timeout: ANSWERING / SECOND,
        [client.customFetch]: boundedFetch(provider),
        ...(provider.allowsHttp ? { execute: [client.allowInsecureRequests] } : {}),
      },
    )
    // The library takes the way to the token endpoint for proof enough; here the signature is looked at too.
    client.enableNonRepudiationChecks(configuration)
    configuration[client.customFetch] = boundedFetch(provider)
    configuration.timeout = ANSWERING / SECOND
    // Discovered: nothing of it leads to another protocol, or to plain text where the administrator did not say so.
    for (const [name, value] of Object.entries(configuration.serverMetadata()))
      if (/_endpoint$|^jwks_uri$/.test(name) && typeof value === 'string' && !isReachable(value, provider))
        throw new OidcFailure('invalid', `${name} is no address to call`)
    return configuration
  } catch (error) {
    throw failureOf(error, 'silent')
  }
}

const isReachable = (address: string, { allowsHttp }: OidcProvider): boolean => {
  const protocol = URL.parse(address)?.protocol
  return protocol === 'https:' || (allowsHttp && protocol === 'http:')
}

/** Ten seconds, a million bytes, no redirect, and the administrator's own authorities. */
const boundedFetch =
  ({ caPem }: OidcProvider): client.CustomFetch =>
  async (url, options) => {
    noteOutbound('sign-on', placeOf(url))
    const signal = AbortSignal.any([AbortSignal.timeout(ANSWERING), ...(options.signal ? [options.signal] : [])])
    const answer = await fetch(url, {
      ...(options as RequestInit),
      redirect: 'manual',
      signal,
      ...(caPem ? { tls: { ca: caPem } } : {}),
    })
    const pieces: Uint8Array[] = []
    let length = 0
    for await (const piece of answer.body ?? []) {
      length += piece.length
      if (length > MOST) throw new OidcFailure('silent', 'the answer is too long')
      pieces.push(piece)
    }
    const body = Buffer.concat(pieces)
    return new Response(body.length ? body : null, { status: answer.status, statusText: answer.statusText, headers: answer.headers })
  }

export function failureOf(error: unknown, otherwise: OidcFault): OidcFailure {
  if (error instanceof OidcFailure) return error
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return new OidcFailure('refused', oneLine(`${error.error}${error.error_description ? `: ${error.error_description}` : ''}`), {
      cause: error,
    })
  const { message, code, cause } = error as Error & { code?: string }
  const inner = cause instanceof Error && cause.message !== message ? ` (${cause.message})` : ''
  // Whatever the network says is silence; whatever the library says of an answer is disbelief.
  const fault: OidcFault =
    cause instanceof OidcFailure
      ? cause.fault
      : /TIMEOUT|ECONN|ENOTFOUND|Unable to connect|fetch|certificate|HTTP/i.test(`${code} ${message}`)
        ? 'silent'
        : otherwise
  return new OidcFailure(fault, oneLine(`${message}${inner}`), { cause: error })
}

const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 300)
