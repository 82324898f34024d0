import { expect, test } from 'bun:test'
import { randomBytes, utf8 } from '../../src/base/bytes.ts'
import { OWN } from '../../src/pki/algorithm.ts'
import { Der } from '../../src/pki/der-reader.ts'
import { fromDer, toDer } from '../../src/pki/ecdsa.ts'
import { generateKeyPair, signerOf } from '../../src/pki/key.ts'
import { unwrapKey, wrapKey } from '../../src/pki/seal-key.ts'
import { checkSignature } from '../../src/pki/signature.ts'

for (const algorithm of ['ecdsa-p256', 'rsa-3072'] as const)
  test(`a kept ${algorithm} key signs what its public key verifies`, async () => {
    const pair = await generateKeyPair(algorithm)
    const signer = await signerOf(algorithm, pair.pkcs8)
    const message = utf8('message')
    const signature = await signer.sign(message)
    const check = { algorithm: Der.read(OWN[algorithm].identifier), spki: pair.spki, message, signature }
    expect(await checkSignature(check)).toBe('valid')
    expect(await checkSignature({ ...check, message: utf8('messagf') })).toBe('invalid')
    expect(await checkSignature({ ...check, spki: (await generateKeyPair(algorithm)).spki })).toBe('invalid')
  })

test('a wrapped key opens only under its own key and in its own place', async () => {
  const [plain, key] = [randomBytes(138), randomBytes(32)]
  const context = { purpose: 'seal', keyId: 'key_1' }
  const wrapped = await wrapKey(plain, key, context)
  expect(await unwrapKey(wrapped, key, context)).toEqual(plain)
  expect(unwrapKey(wrapped, key, { ...context, purpose: 'tsa' })).rejects.toThrow()
  expect(unwrapKey(wrapped, key, { ...context, keyId: 'key_2' })).rejects.toThrow()
  expect(unwrapKey(wrapped, randomBytes(32), context)).rejects.toThrow()
  wrapped[20]! ^= 1
  expect(unwrapKey(wrapped, key, context)).rejects.toThrow()
})

test('r‖s and its SEQUENCE turn into each other', () => {
  for (let round = 0; round < 300; round++) {
    const pair = randomBytes(64)
    if (round % 3 === 0) pair.fill(0, 0, 2)
    if (round % 3 === 1) pair.fill(0, 32, 35)
    expect(fromDer(toDer(pair), 32)).toEqual(pair)
  }
})
