import type { CheckpointKey } from '../audit/checkpoint.ts'
import type { KeptCheckpoint } from '../audit/kept.ts'
import type { Bytes } from '../base/bytes.ts'

const ED25519 = { name: 'Ed25519' } as const

/** Ed25519: signs checkpoints of the audit trail, never a PDF. */
export async function generateAuditKey(): Promise<{ pkcs8: Bytes; spki: Bytes }> {
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(ED25519, true, ['sign', 'verify'])) as CryptoKeyPair
  return {
    pkcs8: new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey)),
    spki: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)),
  }
}

export async function checkpointKeyOf(pkcs8: Bytes, spki: Bytes, kept: KeptCheckpoint): Promise<CheckpointKey> {
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign'])
  return {
    publicKey: spki.slice(-32),
    kept,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(ED25519, key, message as Bytes)),
  }
}
