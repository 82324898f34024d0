import { argon2 } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Bytes, randomBytes, utf8 } from '../base/bytes.ts'

export type KeyProtection = 'key-file' | { readonly passphrase: string }

const FILE = 'authority.key'
/**
 * The byte before each wrapped private key. Installations of the first version kept each key under the file's key or the passphrase's
 * itself (argon2id as below, a salt of 16 bytes follows); they are brought to the main key when they are next unlocked.
 */
const MARKS = { keyFile: 0, passphrase: 1, mainKey: 2 } as const
export const SALT = 16

export const MAIN_KEY_MARK = Uint8Array.of(MARKS.mainKey)

export const isUnderMainKey = (stored: Uint8Array): boolean => stored[0] === MARKS.mainKey
export const isByPassphrase = (stored: Uint8Array): boolean => stored[0] === MARKS.passphrase

/** What stands behind the mark. */
export const withoutMark = (stored: Uint8Array): Uint8Array => stored.subarray(isByPassphrase(stored) ? 1 + SALT : 1)

/** The key of an installation of the first version. Null where a passphrase is needed, or the key file is not there. */
export async function findFirstKey(dataDirectory: string, stored: Uint8Array, passphrase?: string): Promise<Bytes | null> {
  if (stored[0] === MARKS.keyFile) return readKeyFile(dataDirectory)
  return isByPassphrase(stored) && passphrase !== undefined ? deriveKey(passphrase, stored.slice(1, 1 + SALT)) : null
}

const argon2id = promisify(argon2)

/** argon2id, 64 MiB, three passes, one lane: some 150 ms. 32 bytes. */
export const deriveKey = async (secret: string, salt: Uint8Array): Promise<Bytes> =>
  Uint8Array.from(
    await argon2id('argon2id', {
      message: utf8(secret.normalize('NFC')),
      nonce: salt,
      parallelism: 1,
      tagLength: 32,
      memory: 65_536,
      passes: 3,
    }),
  )

/** Made once; a second start finds the first one's. Readable by its owner alone. */
export function makeKeyFile(dataDirectory: string): Bytes {
  const path = join(dataDirectory, FILE)
  try {
    const file = openSync(path, 'wx', 0o600)
    writeSync(file, randomBytes(32))
    fsyncSync(file)
    closeSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = readKeyFile(dataDirectory)
  if (!key) throw new Error(`${path} is not a key of 32 bytes; restore it from your backup`)
  return key
}

export function readKeyFile(dataDirectory: string): Bytes | null {
  const path = join(dataDirectory, FILE)
  try {
    if (statSync(path).mode & 0o077) chmodSync(path, 0o600)
    const key = Uint8Array.from(readFileSync(path))
    return key.length === 32 ? key : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** For keys that are opened by something else from now on. */
export const removeKeyFile = (dataDirectory: string): void => rmSync(join(dataDirectory, FILE), { force: true })
