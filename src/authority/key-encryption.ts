import { argon2 } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Bytes, concat, randomBytes, utf8 } from '../base/bytes.ts'

export type KeyProtection = 'key-file' | { readonly passphrase: string }

/** The key under which private keys are kept, and the mark that stands before each of them and says how to find it again. */
export interface KeyEncryption {
  readonly mark: Bytes
  readonly key: Bytes
}

const FILE = 'authority.key'
const BY_FILE = 0
/** argon2id, 64 MiB, three passes, one lane; a salt of 16 bytes follows. A change of these costs is another mark. */
const BY_PASSPHRASE = 1
const SALT = 16

export async function newKeyEncryption(dataDirectory: string, protection: KeyProtection): Promise<KeyEncryption> {
  if (protection === 'key-file') return { mark: Uint8Array.of(BY_FILE), key: makeKeyFile(dataDirectory) }
  const salt = randomBytes(SALT)
  return { mark: concat([Uint8Array.of(BY_PASSPHRASE), salt]), key: await derive(protection.passphrase, salt) }
}

export const isByPassphrase = (stored: Uint8Array): boolean => stored[0] === BY_PASSPHRASE

/** Null where a passphrase is needed, or the key file is not there. */
export async function findKeyEncryption(dataDirectory: string, stored: Uint8Array, passphrase?: string): Promise<KeyEncryption | null> {
  if (stored[0] === BY_FILE) {
    const key = readKeyFile(dataDirectory)
    return key && { mark: Uint8Array.of(BY_FILE), key }
  }
  if (stored[0] !== BY_PASSPHRASE || passphrase === undefined) return null
  const mark = stored.slice(0, 1 + SALT)
  return { mark, key: await derive(passphrase, mark.slice(1)) }
}

/** What stands behind the mark. */
export const withoutMark = (stored: Uint8Array): Uint8Array => stored.subarray(isByPassphrase(stored) ? 1 + SALT : 1)

const argon2id = promisify(argon2)

const derive = async (passphrase: string, salt: Uint8Array): Promise<Bytes> =>
  Uint8Array.from(
    await argon2id('argon2id', {
      message: utf8(passphrase.normalize('NFC')),
      nonce: salt,
      parallelism: 1,
      tagLength: 32,
      memory: 65_536,
      passes: 3,
    }),
  )

/** Made once; a second start finds the first one's. Readable by its owner alone. */
function makeKeyFile(dataDirectory: string): Bytes {
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

function readKeyFile(dataDirectory: string): Bytes | null {
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
