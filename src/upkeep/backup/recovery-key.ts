import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto'
import { deriveKey, SALT } from '../../authority/key-encryption.ts'
import { base64, type Bytes, fromBase64, hex, randomBytes, utf8 } from '../../base/bytes.ts'
import { unwrapKey, wrapKey } from '../../pki/seal-key.ts'

/**
 * A key pair (X25519, RFC 7748). What is sealed to the public half is opened by the private half alone, and that is kept under the recovery
 * passphrase (argon2id): the machine that writes backups every night reads none of them.
 */
export interface RecoveryKey {
  readonly id: string
  /** SubjectPublicKeyInfo, base64. */
  readonly publicKey: string
  /** 16 bytes, base64. */
  readonly salt: string
  /** PKCS#8 under AES-256-GCM, base64, bound to the id. */
  readonly wrapped: string
}

export async function newRecoveryKey(passphrase: string): Promise<RecoveryKey> {
  const pair = generateKeyPairSync('x25519')
  const publicKey = Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' }))
  const id = hex(new Bun.CryptoHasher('sha256').update(publicKey).digest().subarray(0, 6))
  const salt = randomBytes(SALT)
  const pkcs8 = Uint8Array.from(pair.privateKey.export({ type: 'pkcs8', format: 'der' }))
  const wrapped = await wrapKey(pkcs8, await deriveKey(passphrase, salt), contextOf(id))
  pkcs8.fill(0)
  return { id, publicKey: base64(publicKey), salt: base64(salt), wrapped: base64(wrapped) }
}

/** Null where the passphrase is not the one under which the key is kept. */
export async function openRecoveryKey({ id, salt, wrapped }: RecoveryKey, passphrase: string): Promise<KeyObject | null> {
  const pkcs8 = await unwrapKey(fromBase64(wrapped), await deriveKey(passphrase, fromBase64(salt)), contextOf(id)).catch(() => null)
  return pkcs8 && createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
}

const contextOf = (id: string) => ({ purpose: 'backup recovery', keyId: id })

export const publicKeyOf = ({ publicKey }: Pick<RecoveryKey, 'publicKey'>): KeyObject =>
  createPublicKey({ key: Buffer.from(fromBase64(publicKey)), format: 'der', type: 'spki' })

/** SubjectPublicKeyInfo of X25519 is these 12 bytes and the key's 32 (RFC 8410). */
const SPKI = Uint8Array.fromHex('302a300506032b656e032100')
export const RAW = 32

/** A key for one thing that is sealed, with the public half of the pair that was made for it and is forgotten. */
export function keyToSeal(recipient: KeyObject, use: string): { readonly key: Bytes; readonly ephemeral: Bytes } {
  const once = generateKeyPairSync('x25519')
  const ephemeral = rawOf(once.publicKey)
  return { ephemeral, key: agreed(diffieHellman({ privateKey: once.privateKey, publicKey: recipient }), ephemeral, rawOf(recipient), use) }
}

/** The same key, for whoever holds the private half. */
export function keyToOpen(own: KeyObject, ephemeral: Uint8Array, use: string): Bytes {
  const publicKey = createPublicKey({ key: Buffer.from([...SPKI, ...ephemeral]), format: 'der', type: 'spki' })
  return agreed(diffieHellman({ privateKey: own, publicKey }), ephemeral, rawOf(createPublicKey(own)), use)
}

const rawOf = (key: KeyObject): Bytes => Uint8Array.from(key.export({ type: 'spki', format: 'der' })).slice(SPKI.length)

const agreed = (shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array, use: string): Bytes =>
  derived(shared, Buffer.concat([ephemeral, recipient]), use)

/** HKDF-SHA-256 (RFC 5869), 32 bytes. */
export const derived = (secret: Uint8Array, salt: Uint8Array, use: string): Bytes =>
  new Uint8Array(hkdfSync('sha256', secret, salt, utf8(`paraphe backup 1 ${use}`), 32))
