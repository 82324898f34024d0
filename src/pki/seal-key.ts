import { type Bytes, concat, randomBytes, utf8 } from '../base/bytes.ts'

const NONCE = 12

/** The context to which a wrapped key is bound: one key's bytes in the place of another's do not open. */
export interface KeyContext {
  readonly purpose: string
  readonly keyId: string
}

/** PKCS#8 under AES-256-GCM: nonce ‖ ciphertext and tag. `keyEncryptionKey` has 32 bytes. */
export async function wrapKey(pkcs8: Uint8Array, keyEncryptionKey: Uint8Array, context: KeyContext): Promise<Bytes> {
  const nonce = randomBytes(NONCE)
  const key = await imported(keyEncryptionKey, 'encrypt')
  return concat([nonce, new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, context), key, pkcs8 as Bytes))])
}

/** Throws an OperationError where the key-encryption key, the context or the bytes differ. */
export async function unwrapKey(wrapped: Uint8Array, keyEncryptionKey: Uint8Array, context: KeyContext): Promise<Bytes> {
  const key = await imported(keyEncryptionKey, 'decrypt')
  const nonce = wrapped.slice(0, NONCE)
  return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, context), key, wrapped.slice(NONCE)))
}

const imported = (key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> => {
  if (key.length !== 32) throw new RangeError('a key of 32 bytes')
  return crypto.subtle.importKey('raw', key as Bytes, 'AES-GCM', false, [use])
}

const parameters = (nonce: Bytes, { purpose, keyId }: KeyContext) => ({
  name: 'AES-GCM',
  iv: nonce,
  additionalData: utf8(JSON.stringify(['paraphe key', purpose, keyId])),
})
