import type { Bytes } from '../base/bytes.ts'
import { type KeyAlgorithm, OWN } from './algorithm.ts'
import { toDer } from './ecdsa.ts'
import type { Signer } from './signer.ts'

export interface KeyPair {
  readonly algorithm: KeyAlgorithm
  readonly pkcs8: Bytes
  readonly spki: Bytes
}

/** A key to be kept: wrap `pkcs8` before it goes anywhere. */
export async function generateKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  const { privateKey, publicKey } = await generate(algorithm, true)
  return { algorithm, pkcs8: await exported('pkcs8', privateKey), spki: await exported('spki', publicKey) }
}

/** A key that cannot leave this process and ends with it. */
export async function ephemeralSigner(algorithm: KeyAlgorithm): Promise<{ signer: Signer; spki: Bytes }> {
  const { privateKey, publicKey } = await generate(algorithm, false)
  return { signer: signerWith(algorithm, privateKey), spki: await exported('spki', publicKey) }
}

export async function signerOf(algorithm: KeyAlgorithm, pkcs8: Uint8Array): Promise<Signer> {
  const { key } = OWN[algorithm]
  return signerWith(algorithm, await crypto.subtle.importKey('pkcs8', pkcs8 as Bytes, key, false, ['sign']))
}

function signerWith(algorithm: KeyAlgorithm, key: CryptoKey): Signer {
  const { sign } = OWN[algorithm]
  return {
    algorithm,
    async sign(message) {
      const signature = new Uint8Array(await crypto.subtle.sign(sign, key, message as Bytes))
      return algorithm === 'rsa-3072' ? signature : toDer(signature)
    },
  }
}

const generate = async (algorithm: KeyAlgorithm, extractable: boolean): Promise<CryptoKeyPair> =>
  (await crypto.subtle.generateKey(OWN[algorithm].key, extractable, ['sign', 'verify'])) as CryptoKeyPair

const exported = async (format: 'pkcs8' | 'spki', key: CryptoKey): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.exportKey(format, key))
