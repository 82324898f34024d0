import { base64url, utf8 } from '../../src/base/bytes.ts'

export const CLIENT = 'paraphe'
export const SECRET = 'a secret of thirty-two letters…!'

type Claims = Record<string, unknown>

/** What the issuer does otherwise than an honest one. */
export interface Malice {
  readonly header?: Claims
  readonly claims?: Claims
  /** Signs what stands there; the issuer's own key by default. */
  readonly sign?: (text: string, own: CryptoKeyPair) => Promise<Uint8Array>
  readonly userInfo?: Claims
}

export interface Issuer extends AsyncDisposable {
  readonly issuer: string
  readonly own: CryptoKeyPair
  /** The nonce that the next token bears, and what is wrong with it. */
  answer(nonce: string, malice?: Malice): void
}

const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const
const FIVE_MINUTES = 300

export const newKeys = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey({ ...RS256, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, true, [
    'sign',
    'verify',
  ]) as Promise<CryptoKeyPair>

export const signedBy = async (text: string, { privateKey }: CryptoKeyPair): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.sign(RS256, privateKey, utf8(text)))

export async function mac(text: string, key: Uint8Array): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', new Uint8Array(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8(text)))
}

const json = (value: unknown): string => base64url(utf8(JSON.stringify(value)))

/** A small issuer that answers every code with a token, good or as bad as it is told. */
export async function startIssuer(): Promise<Issuer> {
  const own = await newKeys()
  let next: { nonce: string; malice: Malice } = { nonce: '', malice: {} }
  const token = async (): Promise<string> => {
    const { nonce, malice } = next
    const now = Math.floor(Date.now() / 1_000)
    const claims = { iss: issuer, sub: 'eve', aud: CLIENT, iat: now, exp: now + FIVE_MINUTES, auth_time: now, nonce, ...malice.claims }
    const text = `${json({ alg: 'RS256', kid: 'one', ...malice.header })}.${json(claims)}`
    return `${text}.${base64url(await (malice.sign ?? signedBy)(text, own))}`
  }
  const server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    routes: {
      '/.well-known/openid-configuration': (): Response =>
        Response.json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/me`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        }),
      '/keys': async () =>
        Response.json({
          keys: [{ ...(await crypto.subtle.exportKey('jwk', own.publicKey)), kid: 'one', use: 'sig', alg: 'RS256', key_ops: undefined }],
        }),
      '/token': async () => Response.json({ access_token: 'any', token_type: 'Bearer', expires_in: FIVE_MINUTES, id_token: await token() }),
      '/me': () => Response.json({ sub: 'eve', email: 'eve@acme.example', ...next.malice.userInfo }),
    },
  })
  const issuer: string = `http://127.0.0.1:${server.port}`
  return {
    issuer,
    own,
    answer: (nonce, malice = {}) => {
      next = { nonce, malice }
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
