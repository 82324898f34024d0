import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Bytes, concat, randomBytes, utf8 } from '../base/bytes.ts'

/** A key that stands outside the database, so that a copy of the database alone opens no link and reads no code. */
export interface SecretKey {
  /** 32 bytes that depend on the purpose and on each part, unambiguously. */
  authenticate(purpose: Purpose, ...parts: readonly string[]): Bytes
  /** nonce ‖ tag ‖ ciphertext (AES-256-GCM), bound to the purpose and the context. */
  seal(purpose: Purpose, context: string, plain: Uint8Array): Bytes
  /** Throws where the bytes were altered or belong to another purpose or context. */
  open(purpose: Purpose, context: string, sealed: Uint8Array): Bytes
}

export type Purpose =
  | 'invitation'
  | 'one-time-code'
  | 'channel-password'
  | 'csrf'
  | 'rate-limit'
  | 'welcome'
  | 'device'
  | 'setup'
  | 'lost-link'
  | 'self-service'
  | 'self-service-proof'
  | 'report'
  | 'webhook'
  | 'node'
  | 'identity-source'
  | 'sign-on-answer'
  | 'self'
  | 'totp'
  | 'recovery-code'
  | 'passkey'
  | 'password-link'
  | 'kept-form'
  | 'backup'

/** Its name in the data folder. */
export const SECRET_KEY_FILE = 'secret.key'

/** Reads `secret.key` in the data folder, or makes it at the first start. A crash while it is made leaves a short file, which is refused. */
export function loadSecretKey(dataDirectory: string): SecretKey {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const path = join(dataDirectory, SECRET_KEY_FILE)
  try {
    const file = openSync(path, 'wx', 0o600)
    writeSync(file, randomBytes(32))
    fsyncSync(file)
    closeSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (statSync(path).mode & 0o077) chmodSync(path, 0o600)
  const bytes = readFileSync(path)
  if (bytes.length !== 32) throw new Error(`${path} is not a key of 32 bytes; restore it from your backup`)
  return secretKeyOf(bytes)
}

export function secretKeyOf(master: Uint8Array): SecretKey {
  const keys = new Map<Purpose, Buffer>()
  const keyFor = (purpose: Purpose): Buffer => {
    const known = keys.get(purpose)
    if (known) return known
    const made = Buffer.from(hkdfSync('sha256', master, new Uint8Array(), `paraphe ${purpose}`, 32))
    keys.set(purpose, made)
    return made
  }
  return {
    authenticate(purpose, ...parts) {
      const mac = createHmac('sha256', keyFor(purpose))
      for (const part of parts) mac.update(`${Buffer.byteLength(part)}:`).update(part)
      return Uint8Array.from(mac.digest())
    },
    seal(purpose, context, plain) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), nonce).setAAD(utf8(context))
      const body = concat([cipher.update(plain), cipher.final()])
      return concat([nonce, cipher.getAuthTag(), body])
    },
    open(purpose, context, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), sealed.subarray(0, 12)).setAAD(utf8(context))
      decipher.setAuthTag(sealed.subarray(12, 28))
      return concat([decipher.update(sealed.subarray(28)), decipher.final()])
    },
  }
}
