import { join } from 'node:path'
import type { CheckpointKey } from '../audit/checkpoint.ts'
import { type KeptCheckpoint, keptCheckpointIn } from '../audit/kept.ts'
import { Refusal } from '../base/refusal.ts'
import { type Bytes, concat } from '../base/bytes.ts'
import type { AuthorityKeyTable } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { KeyAlgorithm } from '../pki/algorithm.ts'
import { signerOf } from '../pki/key.ts'
import { unwrapKey, wrapKey } from '../pki/seal-key.ts'
import type { Signer } from '../pki/signer.ts'
import { KEPT_CHECKPOINT } from '../config/config.ts'
import { checkpointKeyOf } from './audit-key.ts'
import { findKeyEncryption, isByPassphrase, type KeyEncryption, withoutMark } from './key-encryption.ts'

export type KeyPurpose = AuthorityKeyTable['purpose']
export type SigningPurpose = Exclude<KeyPurpose, 'audit'>

/** Holds the private keys in memory while they are unlocked, in a form that WebCrypto does not give out again. */
export interface KeyStore {
  readonly dataDirectory: string
  /** True while the keys cannot be used: no authority yet, no passphrase yet, or the key file is gone. */
  isLocked(): boolean
  needsPassphrase(): boolean
  /** Refused while locked. */
  signerFor(purpose: SigningPurpose): Promise<Signer>
  /** Refused while locked. */
  checkpointKey(): CheckpointKey
  /** Reads the keys of the database again; with a passphrase where they are kept under one. False: it does not open them. */
  load(db: Db, passphrase?: string): Promise<boolean>
}

/** `keptIn` is the file outside the database that keeps the newest checkpoint of the audit log. */
export async function openKeyStore(dataDirectory: string, db: Db, keptIn = join(dataDirectory, KEPT_CHECKPOINT)): Promise<KeyStore> {
  const store = emptyKeyStore(dataDirectory, keptCheckpointIn(keptIn))
  await store.load(db)
  return store
}

interface Keys {
  readonly signers: ReadonlyMap<SigningPurpose, Signer>
  readonly checkpointKey: CheckpointKey
}

function emptyKeyStore(dataDirectory: string, kept: KeptCheckpoint): KeyStore {
  let keys: Keys | null = null
  let needsPassphrase = false
  const unlocked = (): Keys => {
    if (!keys) throw new Refusal('unavailable', 'authority.locked')
    return keys
  }
  return {
    dataDirectory,
    isLocked: () => keys === null,
    needsPassphrase: () => keys === null && needsPassphrase,
    async signerFor(purpose) {
      const signer = unlocked().signers.get(purpose)
      if (!signer) throw new Refusal('unavailable', 'authority.locked')
      return signer
    },
    checkpointKey: () => unlocked().checkpointKey,
    async load(db, passphrase) {
      const rows = await db.selectFrom('authorityKey').selectAll().where('retiredAt', 'is', null).where('wrapped', 'is not', null).execute()
      const stored = rows.map((row) => ({ ...row, wrapped: row.wrapped! }))
      needsPassphrase = stored.some((row) => isByPassphrase(row.wrapped))
      const opened = stored.length ? await openAll(dataDirectory, kept, stored, passphrase) : null
      if (opened) keys = opened
      return opened !== null
    },
  }
}

interface StoredKey {
  readonly id: string
  readonly purpose: KeyPurpose
  readonly algorithm: string
  readonly spki: Bytes
  readonly wrapped: Bytes
}

async function openAll(dataDirectory: string, kept: KeptCheckpoint, rows: readonly StoredKey[], passphrase?: string): Promise<Keys | null> {
  const encryption = await findKeyEncryption(dataDirectory, rows[0]!.wrapped, passphrase)
  if (!encryption) return null
  const signers = new Map<SigningPurpose, Signer>()
  let checkpointKey: CheckpointKey | null = null
  for (const { id, purpose, algorithm, spki, wrapped } of rows) {
    const pkcs8 = await unwrapKey(withoutMark(wrapped), encryption.key, { purpose, keyId: id }).catch(() => null)
    if (!pkcs8) return null
    if (purpose === 'audit') checkpointKey = await checkpointKeyOf(pkcs8, spki, kept)
    else signers.set(purpose, await signerOf(algorithm as KeyAlgorithm, pkcs8))
    pkcs8.fill(0)
  }
  return checkpointKey && { signers, checkpointKey }
}

/** As it stands in the database: the mark, then the wrapped PKCS#8, bound to its purpose and id. */
export const keepKey = async ({ mark, key }: KeyEncryption, purpose: KeyPurpose, keyId: string, pkcs8: Bytes): Promise<Bytes> =>
  concat([mark, await wrapKey(pkcs8, key, { purpose, keyId })])
