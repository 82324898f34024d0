import { afterAll, beforeAll, expect, test } from 'bun:test'
import { utf8 } from '../../src/base/bytes.ts'
import { OidcFailure } from '../../src/oidc/provider.ts'
import { beginSignIn, finishSignIn } from '../../src/oidc/signing-in.ts'
import { CLIENT, type Issuer, mac, type Malice, newKeys, SECRET, signedBy, startIssuer } from './issuer.ts'

let issuer: Issuer
let strangers: CryptoKeyPair

beforeAll(async () => {
  issuer = await startIssuer()
  strangers = await newKeys()
})
afterAll(() => issuer[Symbol.asyncDispose]())

const REDIRECT = 'http://house.example/sign-in/with/src_1/return'

/** What the house makes of the answer: whom it names, or why it is not believed. */
async function outcome(malice: Malice = {}, { again = false, nonce = '' } = {}): Promise<string> {
  const provider = { issuer: issuer.issuer, clientId: CLIENT, secret: SECRET, caPem: null, allowsHttp: true }
  const { asked } = await beginSignIn(provider, { redirectUri: REDIRECT, scopes: 'email', again })
  issuer.answer(nonce || asked.nonce, malice)
  const address = new URL(`${REDIRECT}?code=one&state=${asked.state}`)
  return finishSignIn(provider, address, asked, again).then(
    ({ subject }) => subject,
    (error: unknown) => (error instanceof OidcFailure ? error.fault : String(error)),
  )
}

const seconds = (from: number): number => Math.floor(Date.now() / 1_000) + from

test('an honest token is believed, for a new proof too', async () => {
  expect(await outcome()).toBe('eve')
  expect(await outcome({}, { again: true })).toBe('eve')
})

test('a token for another client is not believed, nor one for both that was issued to the other', async () => {
  expect(await outcome({ claims: { aud: 'another' } })).toBe('invalid')
  expect(await outcome({ claims: { aud: ['another'] } })).toBe('invalid')
  expect(await outcome({ claims: { aud: [CLIENT, 'another'] } })).toBe('invalid')
  expect(await outcome({ claims: { aud: [CLIENT, 'another'], azp: 'another' } })).toBe('invalid')
  expect(await outcome({ claims: { azp: 'another' } })).toBe('invalid')
  expect(await outcome({ claims: { iss: 'http://127.0.0.1:1' } })).toBe('invalid')
})

test('a token without a signature is not believed, nor one that anything but the key of the issuer signed', async () => {
  expect(await outcome({ header: { alg: 'none' }, sign: async () => new Uint8Array() })).toBe('invalid')
  expect(await outcome({ sign: async () => new Uint8Array() })).toBe('invalid')
  expect(await outcome({ sign: async () => new Uint8Array(256) })).toBe('invalid')
  expect(await outcome({ sign: (text) => signedBy(text, strangers) })).toBe('invalid')
  expect(await outcome({ sign: (text, own) => signedBy(`${text} `, own) })).toBe('invalid')
  const jwk = await crypto.subtle.exportKey('jwk', strangers.publicKey)
  expect(await outcome({ header: { jwk }, sign: (text) => signedBy(text, strangers) })).toBe('invalid')
  expect(await outcome({ header: { kid: 'other' }, sign: (text) => signedBy(text, strangers) })).toBe('invalid')
})

test('a secret that is known elsewhere signs nothing: neither the public key nor that of the client', async () => {
  expect(await outcome({ header: { alg: 'HS256' }, sign: (text) => mac(text, utf8(SECRET)) })).toBe('invalid')
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', issuer.own.publicKey))
  expect(await outcome({ header: { alg: 'HS256' }, sign: (text) => mac(text, spki) })).toBe('invalid')
})

test('a token of another sign-in is not believed', async () => {
  expect(await outcome({}, { nonce: 'that of another sign-in' })).toBe('invalid')
  expect(await outcome({ claims: { nonce: undefined } })).toBe('invalid')
})

test('a token that is over, or not yet, is not believed', async () => {
  expect(await outcome({ claims: { exp: seconds(-60) } })).toBe('invalid')
  expect(await outcome({ claims: { exp: undefined } })).toBe('invalid')
  expect(await outcome({ claims: { nbf: seconds(120) } })).toBe('invalid')
  expect(await outcome({ claims: { sub: undefined } })).toBe('invalid')
})

test('a proof is new: an older sign-in at the provider, or one of unknown age, is none', async () => {
  expect(await outcome({ claims: { auth_time: seconds(-600) } }, { again: true })).toBe('invalid')
  expect(await outcome({ claims: { auth_time: undefined } }, { again: true })).toBe('invalid')
})

test('what the other endpoint says of somebody else is not taken, and never outweighs the token', async () => {
  expect(await outcome({ userInfo: { sub: 'ann' } })).toBe('invalid')
})
