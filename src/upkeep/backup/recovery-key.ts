import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject, sign, verify } from 'node:crypto'
import { deriveKey, SALT } from '../../authority/key-encryption.ts'
import { base64, type Bytes, concat, fromBase64, hex, randomBytes, utf8 } from '../../base/bytes.ts'
import type { SecretKey } from '../../config/secret-key.ts'
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
  /** PKCS#8, and behind it the 32 bytes by which the installation's own backups are known, under AES-256-GCM, base64, bound to the id. */
  readonly wrapped: string
}

/**
 * Who writes the backups of an installation (Ed25519, RFC 8032): made of its secret key, so nothing more is kept. Anybody who has the public half of
 * the recovery key can seal to it; by this one whoever has the passphrase knows what this installation wrote.
 */
export const writerOf = (secretKey: SecretKey): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, secretKey.authenticate('backup', 'writer')]), format: 'der', type: 'pkcs8' })

export const signedBy = (writer: KeyObject, bytes: Uint8Array): string => base64(Uint8Array.from(sign(null, bytes, writer)))

export const isSignedBy = (writer: KeyObject, bytes: Uint8Array, signature: string): boolean =>
  verify(null, bytes, writer, Buffer.from(signature, 'base64'))

/** Both are these bytes and the key's 32 (RFC 8410). */
const PKCS8_ED25519 = Uint8Array.fromHex('302e020100300506032b657004220420')
const SPKI_ED25519 = Uint8Array.fromHex('302a300506032b6570032100')

export async function newRecoveryKey(passphrase: string, secretKey: SecretKey): Promise<RecoveryKey> {
  const pair = generateKeyPairSync('x25519')
  const publicKey = Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' }))
  const id = hex(new Bun.CryptoHasher('sha256').update(publicKey).digest().subarray(0, 6))
  const salt = randomBytes(SALT)
  const pkcs8 = Uint8Array.from(pair.privateKey.export({ type: 'pkcs8', format: 'der' }))
  const writer = Uint8Array.from(createPublicKey(writerOf(secretKey)).export({ type: 'spki', format: 'der' })).slice(SPKI_ED25519.length)
  const kept = concat([pkcs8, writer])
  const wrapped = await wrapKey(kept, await deriveKey(passphrase, salt), contextOf(id))
  pkcs8.fill(0)
  kept.fill(0)
  return { id, publicKey: base64(publicKey), salt: base64(salt), wrapped: base64(wrapped) }
}

/** Null where the passphrase is not the one under which the key is kept. */
export async function openRecoveryKey(
  { id, salt, wrapped }: RecoveryKey,
  passphrase: string,
): Promise<{ readonly own: KeyObject; readonly writer: KeyObject } | null> {
  const kept = await unwrapKey(fromBase64(wrapped), await deriveKey(passphrase, fromBase64(salt)), contextOf(id)).catch(() => null)
  if (!kept) return null
  const [pkcs8, writer] = [kept.slice(0, -RAW), kept.slice(-RAW)]
  return {
    own: createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }),
    writer: createPublicKey({ key: Buffer.concat([SPKI_ED25519, writer]), format: 'der', type: 'spki' }),
  }
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
