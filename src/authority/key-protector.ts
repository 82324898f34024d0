import { type Bytes, concat, randomBytes } from '../base/bytes.ts'
import { newId } from '../base/id.ts'
import type { Instant } from '../base/instant.ts'
import type { AuthorityKeyTable, KeyProtectorTable } from '../db/database.ts'
import type { Db, Tx } from '../db/open.ts'
import { unwrapKey, wrapKey } from '../pki/seal-key.ts'
import {
  deriveKey,
  findFirstKey,
  isByPassphrase,
  isUnderMainKey,
  type KeyProtection,
  MAIN_KEY_MARK,
  makeKeyFile,
  readKeyFile,
  removeKeyFile,
  SALT,
  withoutMark,
} from './key-encryption.ts'

/**
 * Every private key is kept under one random main key; the main key under one or more protectors: the key file or a passphrase, and a
 * recovery secret. So a passphrase is changed, and a lost one replaced, without touching a private key.
 */
export type MainKey = Bytes & { readonly brand: 'MainKey' }

export const newMainKey = (): MainKey => randomBytes(32) as MainKey

export type Secret = { readonly passphrase: string } | { readonly recovery: string }

type Stored = Pick<AuthorityKeyTable, 'id' | 'purpose'> & { readonly wrapped: Bytes }

/** As it stands in the database: the mark, then the wrapped PKCS#8, bound to its purpose and id. */
export const wrapUnder = async (key: MainKey, purpose: AuthorityKeyTable['purpose'], keyId: string, pkcs8: Bytes): Promise<Bytes> =>
  concat([MAIN_KEY_MARK, await wrapKey(pkcs8, key, { purpose, keyId })])

/** Null where the row is another's or was altered. */
export const unwrapUnder = (key: MainKey, { id, purpose, wrapped }: Stored): Promise<Bytes | null> =>
  isUnderMainKey(wrapped) ? unwrapKey(withoutMark(wrapped), key, { purpose, keyId: id }).catch(() => null) : Promise.resolve(null)

/** A row that opens the main key from now on. A key file is made where there is none; the caller's transaction keeps the row. */
export async function newProtector(
  dataDirectory: string,
  key: MainKey,
  protection: KeyProtection | { readonly recovery: string },
  at: Instant,
): Promise<KeyProtectorTable> {
  const id = newId('prt')
  const kind = protection === 'key-file' ? 'key-file' : 'recovery' in protection ? 'recovery' : 'passphrase'
  const salt = kind === 'key-file' ? new Uint8Array() : randomBytes(SALT)
  const opener =
    protection === 'key-file'
      ? makeKeyFile(dataDirectory)
      : await deriveKey('recovery' in protection ? spelt(protection.recovery) : protection.passphrase, salt)
  return { id, kind, salt, wrapped: await wrapKey(key, opener, contextOf({ id, kind })), createdAt: at }
}

const contextOf = ({ id, kind }: Pick<KeyProtectorTable, 'id' | 'kind'>) => ({ purpose: `main ${kind}`, keyId: id })

/** Without its groups and in capitals: however it was written down. */
export const spelt = (recovery: string): string => recovery.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')

const LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ23456789'

/** 30 letters in six groups: 147 bits, without those that look alike. */
export function newRecoverySecret(): string {
  let text = ''
  while (text.length < 30) for (const byte of randomBytes(30)) if (byte < 240 && text.length < 30) text += LETTERS[byte % 30]
  return text.match(/.{5}/g)!.join('-')
}

export interface Opened {
  readonly key: MainKey
  readonly by: KeyProtectorTable['kind']
}

/** Null where what is given, or the key file, opens none of them. */
export async function openMainKey(
  dataDirectory: string,
  protectors: readonly KeyProtectorTable[],
  secret?: Secret,
): Promise<Opened | null> {
  for (const protector of protectors) {
    const opener = await openerOf(dataDirectory, protector, secret)
    const key = opener && (await unwrapKey(protector.wrapped, opener, contextOf(protector)).catch(() => null))
    if (key) return { key: key as MainKey, by: protector.kind }
  }
  return null
}

async function openerOf(dataDirectory: string, { kind, salt }: KeyProtectorTable, secret?: Secret): Promise<Bytes | null> {
  if (kind === 'key-file') return readKeyFile(dataDirectory)
  if (!secret) return null
  if (kind === 'recovery') return 'recovery' in secret ? deriveKey(spelt(secret.recovery), salt) : null
  return 'passphrase' in secret ? deriveKey(secret.passphrase, salt) : null
}

/**
 * Brings an installation of the first version, whose keys stood under the file or the passphrase itself, to a main key: in one transaction,
 * so that a crash leaves the old way or the new. Null where what is given does not open them.
 */
export async function adoptMainKey(
  db: Db,
  dataDirectory: string,
  rows: readonly Stored[],
  passphrase: string | undefined,
  at: Instant,
): Promise<Opened | null> {
  const first = rows[0] && (await findFirstKey(dataDirectory, rows[0].wrapped, passphrase))
  if (!first) return null
  const key = newMainKey()
  const rewrapped: { id: string; wrapped: Bytes }[] = []
  for (const { id, purpose, wrapped } of rows) {
    const pkcs8 = await unwrapKey(withoutMark(wrapped), first, { purpose, keyId: id }).catch(() => null)
    if (!pkcs8) return null
    rewrapped.push({ id, wrapped: await wrapUnder(key, purpose, id, pkcs8) })
    pkcs8.fill(0)
  }
  const by = isByPassphrase(rows[0]!.wrapped) ? 'passphrase' : 'key-file'
  const protector = await newProtector(dataDirectory, key, by === 'key-file' ? 'key-file' : { passphrase: passphrase! }, at)
  return db.transaction().execute(async (tx) => {
    const others = await tx.selectFrom('keyProtector').selectAll().execute()
    if (others.length) return openMainKey(dataDirectory, others, passphrase === undefined ? undefined : { passphrase })
    for (const { id, wrapped } of rewrapped) await tx.updateTable('authorityKey').set({ wrapped }).where('id', '=', id).execute()
    await tx.insertInto('keyProtector').values(protector).execute()
    return { key, by }
  })
}

/** Puts the new protector in the place of those of `kinds`. */
export async function replaceProtectors(tx: Tx, kinds: readonly KeyProtectorTable['kind'][], protector: KeyProtectorTable): Promise<void> {
  await tx.deleteFrom('keyProtector').where('kind', 'in', kinds).execute()
  await tx.insertInto('keyProtector').values(protector).execute()
}

/** A file that opens nothing any more is taken away; a crash before that leaves it to the next start. */
export function tidyKeyFile(dataDirectory: string, protectors: readonly Pick<KeyProtectorTable, 'kind'>[]): void {
  if (protectors.length && !protectors.some(({ kind }) => kind === 'key-file')) removeKeyFile(dataDirectory)
}
