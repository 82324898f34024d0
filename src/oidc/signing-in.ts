import * as client from 'openid-client'
import { configurationOf, failureOf, OidcFailure, type OidcProvider } from './provider.ts'

/** What is kept of a sign-in between leaving and coming back; nothing of it is shown to anybody. */
export interface Asked {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Claims of the ID token, with those of the user-info endpoint where the token has fewer. */
export interface OidcAnswer {
  readonly issuer: string
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly idToken: string
  /** The provider's own session, where it says so. */
  readonly session: string | null
}

export interface Asking {
  readonly redirectUri: string
  readonly scopes: string
  /** Asks for the password again, whoever is signed in there. */
  readonly again?: boolean
  readonly loginHint?: string
}

/** Where the browser goes: authorization code with PKCE (RFC 7636, S256), a state and a nonce of 256 bits each. */
export async function beginSignIn(
  provider: OidcProvider,
  { redirectUri, scopes, again, loginHint }: Asking,
): Promise<{ url: URL; asked: Asked }> {
  const configuration = await configurationOf(provider)
  const asked: Asked = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() }
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: [...new Set(['openid', ...scopes.split(/\s+/).filter(Boolean)])].join(' '),
    code_challenge: await client.calculatePKCECodeChallenge(asked.verifier),
    code_challenge_method: 'S256',
    state: asked.state,
    nonce: asked.nonce,
    ...(again ? { prompt: 'login', max_age: '0' } : {}),
    ...(loginHint ? { login_hint: loginHint } : {}),
  })
  return { url, asked }
}

/** Seconds within which a new proof must have been given at the provider. */
const AGAIN = 60

/**
 * Redeems the code of the address that the browser came back with. State, nonce, issuer (RFC 9207), signature, audience and times are checked before
 * anything is believed (OpenID Connect Core §3.1.3.7).
 */
export async function finishSignIn(provider: OidcProvider, address: URL, asked: Asked, again: boolean): Promise<OidcAnswer> {
  const configuration = await configurationOf(provider)
  try {
    const tokens = await client.authorizationCodeGrant(configuration, address, {
      expectedState: asked.state,
      expectedNonce: asked.nonce,
      pkceCodeVerifier: asked.verifier,
      idTokenExpected: true,
      ...(again ? { maxAge: AGAIN } : {}),
    })
    const claims = tokens.claims()
    if (!claims || !tokens.id_token) throw new OidcFailure('invalid', 'no ID token')
    if (claims.azp !== undefined && claims.azp !== provider.clientId) throw new OidcFailure('invalid', 'a token of another client')
    const more = await userInfo(configuration, tokens.access_token, claims.sub)
    const session = claims['sid']
    return {
      issuer: claims.iss,
      subject: claims.sub,
      // The token is signed; what the other endpoint says only adds to it.
      claims: { ...more, ...claims },
      idToken: tokens.id_token,
      session: typeof session === 'string' ? session : null,
    }
  } catch (error) {
    throw failureOf(error, 'invalid')
  }
}

async function userInfo(configuration: client.Configuration, token: string, subject: string): Promise<Record<string, unknown>> {
  if (!configuration.serverMetadata().userinfo_endpoint) return {}
  return client.fetchUserInfo(configuration, token, subject)
}

/** Where the browser goes to sign out there too; null: the provider has no such place (OpenID Connect RP-Initiated Logout 1.0). */
export async function signOutAddress(provider: OidcProvider, idToken: string, back: string): Promise<URL | null> {
  const configuration = await configurationOf(provider)
  if (!configuration.serverMetadata().end_session_endpoint) return null
  return client.buildEndSessionUrl(configuration, { id_token_hint: idToken, post_logout_redirect_uri: back })
}

/** What the provider says of itself: for an administrator's trial. */
export async function describeProvider(
  provider: OidcProvider,
): Promise<{ issuer: string; endpoints: Record<string, string>; algorithms: string[] }> {
  const metadata = (await configurationOf(provider, true)).serverMetadata()
  const names = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint', 'end_session_endpoint'] as const
  return {
    issuer: metadata.issuer,
    endpoints: Object.fromEntries(names.flatMap((name) => (metadata[name] ? [[name, metadata[name]]] : []))),
    algorithms: [...(metadata.id_token_signing_alg_values_supported ?? [])],
  }
}
