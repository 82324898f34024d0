import { join } from 'node:path'
import type { CheckpointKey } from '../audit/checkpoint.ts'
import { type KeptCheckpoint, keptCheckpointIn } from '../audit/kept.ts'
import type { Bytes } from '../base/bytes.ts'
import { type Instant, systemClock } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import type { AuthorityKeyTable, KeyProtectorTable } from '../db/database.ts'
import type { Db } from '../db/open.ts'
import type { KeyAlgorithm } from '../pki/algorithm.ts'
import { signerOf } from '../pki/key.ts'
import type { Signer } from '../pki/signer.ts'
import { KEPT_CHECKPOINT } from '../config/config.ts'
import { checkpointKeyOf } from './audit-key.ts'
import { isByPassphrase, isUnderMainKey } from './key-encryption.ts'
import { adoptMainKey, type MainKey, openMainKey, type Opened, type Secret, tidyKeyFile, unwrapUnder, wrapUnder } from './key-protector.ts'

export type KeyPurpose = AuthorityKeyTable['purpose']
export type SigningPurpose = Exclude<KeyPurpose, 'audit'>

/** Holds the private keys in memory while they are unlocked, in a form that WebCrypto does not give out again. */
export interface KeyStore {
  readonly dataDirectory: string
  /** True while the keys cannot be used: no authority yet, no passphrase yet, or the key file is gone. */
  isLocked(): boolean
  needsPassphrase(): boolean
  /** The newest key of a purpose. Refused while locked, and where that key is not on this server. */
  signerFor(purpose: SigningPurpose): Promise<Signer>
  /** One certain key: a certificate is always used with its own. Refused as `signerFor`. */
  signerOfKey(keyId: string): Promise<Signer>
  hasKey(keyId: string | null): boolean
  /** Refused while locked. */
  checkpointKey(): CheckpointKey
  /** Reads the keys of the database again, with the secret under which they are kept. False: it does not open them. */
  load(db: Db, secret?: string | Secret): Promise<boolean>
  /** Refused while locked: the key under which new private keys are kept. */
  mainKey(): MainKey
}

/** `keptIn` is the file outside the database that keeps the newest checkpoint of the audit log. */
export async function openKeyStore(dataDirectory: string, db: Db, keptIn = join(dataDirectory, KEPT_CHECKPOINT)): Promise<KeyStore> {
  const store = emptyKeyStore(dataDirectory, keptCheckpointIn(keptIn))
  await store.load(db)
  return store
}

interface Keys {
  readonly mainKey: MainKey
  readonly byId: ReadonlyMap<string, Signer>
  /** Of each purpose the newest. */
  readonly newest: ReadonlyMap<SigningPurpose, Signer>
  readonly checkpointKey: CheckpointKey
}

function emptyKeyStore(dataDirectory: string, kept: KeptCheckpoint): KeyStore {
  let keys: Keys | null = null
  let needsPassphrase = false
  const unlocked = (): Keys => {
    if (!keys) throw new Refusal('unavailable', 'authority.locked')
    return keys
  }
  const found = (signer: Signer | undefined): Signer => {
    if (!signer) throw new Refusal('unavailable', 'authority.key-elsewhere')
    return signer
  }
  return {
    dataDirectory,
    isLocked: () => keys === null,
    needsPassphrase: () => keys === null && needsPassphrase,
    signerFor: async (purpose) => found(unlocked().newest.get(purpose)),
    signerOfKey: async (keyId) => found(unlocked().byId.get(keyId)),
    hasKey: (keyId) => keyId !== null && (keys?.byId.has(keyId) ?? false),
    checkpointKey: () => unlocked().checkpointKey,
    mainKey: () => unlocked().mainKey,
    async load(db, secret) {
      const rows = await storedKeys(db)
      const protectors = await listProtectors(db)
      needsPassphrase = protectors.length
        ? !protectors.some(({ kind }) => kind === 'key-file')
        : rows.some((row) => isByPassphrase(row.wrapped))
      const given = typeof secret === 'string' ? { passphrase: secret } : secret
      const main = await findMainKey(db, dataDirectory, rows, protectors, keys?.mainKey, given)
      const opened = main && (await openAll(main.key, kept, await storedKeys(db)))
      if (opened) keys = opened
      if (opened) tidyKeyFile(dataDirectory, await listProtectors(db))
      return Boolean(opened)
    },
  }
}

type StoredKey = Pick<AuthorityKeyTable, 'id' | 'purpose' | 'algorithm' | 'spki'> & { readonly wrapped: Bytes; readonly createdAt: Instant }

async function storedKeys(db: Db): Promise<StoredKey[]> {
  const rows = await db
    .selectFrom('authorityKey')
    .selectAll()
    .where('retiredAt', 'is', null)
    .where('wrapped', 'is not', null)
    .orderBy('createdAt')
    .execute()
  return rows.map((row) => ({ ...row, wrapped: row.wrapped! }))
}

export const listProtectors = (db: Db): Promise<KeyProtectorTable[]> =>
  db.selectFrom('keyProtector').selectAll().orderBy('createdAt').execute()

/** Without a secret the main key that is held already opens what was added since. */
async function findMainKey(
  db: Db,
  dataDirectory: string,
  rows: readonly StoredKey[],
  protectors: readonly KeyProtectorTable[],
  held: MainKey | undefined,
  secret: Secret | undefined,
): Promise<Pick<Opened, 'key'> | null> {
  if (!rows.length) return null
  if (held && !secret) return { key: held }
  if (protectors.length) return openMainKey(dataDirectory, protectors, secret)
  if (rows.some(({ wrapped }) => isUnderMainKey(wrapped))) return null
  return adoptMainKey(db, dataDirectory, rows, secret && 'passphrase' in secret ? secret.passphrase : undefined, systemClock())
}

async function openAll(mainKey: MainKey, kept: KeptCheckpoint, rows: readonly StoredKey[]): Promise<Keys | null> {
  const byId = new Map<string, Signer>()
  const newest = new Map<SigningPurpose, Signer>()
  let checkpointKey: CheckpointKey | null = null
  for (const row of rows) {
    const pkcs8 = await unwrapUnder(mainKey, row)
    if (!pkcs8) return null
    if (row.purpose === 'audit') checkpointKey = await checkpointKeyOf(pkcs8, row.spki, kept)
    else {
      const signer = await signerOf(row.algorithm as KeyAlgorithm, pkcs8)
      byId.set(row.id, signer)
      newest.set(row.purpose, signer)
    }
    pkcs8.fill(0)
  }
  return checkpointKey && { mainKey, byId, newest, checkpointKey }
}

/** As a new private key is to stand in the database. Refused while locked. */
export const keepKey = (keys: KeyStore, purpose: KeyPurpose, keyId: string, pkcs8: Bytes): Promise<Bytes> =>
  wrapUnder(keys.mainKey(), purpose, keyId, pkcs8)
