import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { type Bytes, concat, equalBytes, utf8 } from '../../base/bytes.ts'
import { derived, keyToOpen, keyToSeal, RAW } from './recovery-key.ts'

/** Bytes that are not what was sealed, or not here. */
export class DamagedBackup extends Error {
  override name = 'DamagedBackup'
}

const SEGMENT = 1_048_576
const TAG = 16
const MAGIC = utf8('PARAPHE1')
const SUM = 32
const NO_NONCE = new Uint8Array(12)

const sha256 = (bytes: Uint8Array): Bytes => Uint8Array.from(new Bun.CryptoHasher('sha256').update(bytes).digest())

function encrypted(key: Bytes, nonce: Uint8Array, context: string, plain: Uint8Array): Bytes {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(utf8(context))
  return concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypted(key: Bytes, nonce: Uint8Array, context: string, sealed: Uint8Array): Bytes {
  if (sealed.length < TAG) throw new DamagedBackup(`${context} is cut short`)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(utf8(context))
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    return concat([decipher.update(sealed.subarray(0, sealed.length - TAG)), decipher.final()])
  } catch {
    throw new DamagedBackup(`${context} is not what was sealed`)
  }
}

/** ephemeral ‖ ciphertext ‖ tag, under a key that is made for these bytes alone: only the private half of `recipient` opens them. */
export function sealTo(recipient: KeyObject, use: string, plain: Uint8Array): Bytes {
  const { key, ephemeral } = keyToSeal(recipient, use)
  return concat([ephemeral, encrypted(key, NO_NONCE, use, plain)])
}

/** Throws DamagedBackup where the bytes, their use or the key differ. */
export const openSealed = (own: KeyObject, use: string, sealed: Uint8Array): Bytes => {
  if (sealed.length < RAW + TAG) throw new DamagedBackup(`${use} is cut short`)
  return decrypted(keyToOpen(own, sealed.slice(0, RAW), use), NO_NONCE, use, sealed.subarray(RAW))
}

/** How long the file of a chunk of that size is. */
export const sealedChunkSize = (size: number): number => MAGIC.length + RAW + size + TAG + SUM

/** A file of its own, with a sum at its end by which damage is seen without any key. */
export function sealChunk(recipient: KeyObject, digest: string, bytes: Uint8Array): Bytes {
  const body = concat([MAGIC, sealTo(recipient, `chunk ${digest}`, bytes)])
  return concat([body, sha256(body)])
}

export function isSoundChunk(file: Uint8Array): boolean {
  if (file.length < sealedChunkSize(0) || !equalBytes(file.subarray(0, MAGIC.length), MAGIC)) return false
  return equalBytes(sha256(file.subarray(0, file.length - SUM)), file.subarray(file.length - SUM))
}

/** Throws DamagedBackup where the file is not the chunk of that digest. */
export function openChunk(own: KeyObject, digest: string, file: Uint8Array): Bytes {
  if (!isSoundChunk(file)) throw new DamagedBackup(`chunk ${digest} is damaged`)
  const bytes = openSealed(own, `chunk ${digest}`, file.subarray(MAGIC.length, file.length - SUM))
  if (sha256(bytes).toHex() !== digest) throw new DamagedBackup(`chunk ${digest} holds other bytes`)
  return bytes
}

/** What one backup's files are sealed with. */
export interface BackupKey {
  readonly id: string
  readonly secret: Bytes
}

const keyOf = ({ id, secret }: BackupKey, name: string): Bytes => derived(secret, utf8(id), `file ${name}`)
const contextOf = ({ id }: BackupKey, name: string): string => `${id} ${name}`

/** The position and whether it is the last stand in the nonce: no segment is moved, left out or put behind the end. */
function nonceOf(position: number, isLast: boolean): Bytes {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(3, BigInt(position))
  nonce[11] = isLast ? 1 : 0
  return nonce
}

export interface Written {
  readonly size: number
  readonly sha256: string
}

/** Seals what `source` gives into `path`, flushed to the disk. Answers what stands in the file. */
export function sealFile(key: BackupKey, name: string, source: Iterable<Uint8Array>, path: string): Written {
  const fileKey = keyOf(key, name)
  const sum = new Bun.CryptoHasher('sha256')
  const file = openSync(path, 'wx', 0o600)
  let size = 0
  const write = (position: number, plain: Uint8Array, isLast: boolean): void => {
    const sealed = encrypted(fileKey, nonceOf(position, isLast), contextOf(key, name), plain)
    for (let at = 0; at < sealed.length;) at += writeSync(file, sealed, at)
    sum.update(sealed)
    size += sealed.length
  }
  try {
    let position = 0
    let held: Bytes | null = null
    for (const piece of segmentsOf(source)) {
      if (held) write(position++, held, false)
      held = piece
    }
    write(position, held ?? new Uint8Array(), true)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return { size, sha256: sum.digest('hex') }
}

/** The plain bytes of a sealed file, a segment at a time. Throws DamagedBackup where one was changed, moved, cut off or taken from elsewhere. */
export function* openFile(key: BackupKey, name: string, path: string): Generator<Bytes> {
  const fileKey = keyOf(key, name)
  let position = 0
  let held: Bytes | null = null
  for (const sealed of readPieces(path, SEGMENT + TAG)) {
    if (held) yield decrypted(fileKey, nonceOf(position++, false), contextOf(key, name), held)
    held = sealed
  }
  yield decrypted(fileKey, nonceOf(position, true), contextOf(key, name), held ?? new Uint8Array())
}

function* segmentsOf(source: Iterable<Uint8Array>): Generator<Bytes> {
  let segment = new Uint8Array(SEGMENT)
  let filled = 0
  for (const piece of source)
    for (let at = 0; at < piece.length;) {
      const take = Math.min(SEGMENT - filled, piece.length - at)
      segment.set(piece.subarray(at, at + take), filled)
      filled += take
      at += take
      if (filled < SEGMENT) continue
      yield segment
      segment = new Uint8Array(SEGMENT)
      filled = 0
    }
  if (filled) yield segment.slice(0, filled)
}

/** A file's bytes in pieces of that length, the last one shorter. A pipe or a device, which would keep its reader forever, is refused. */
export function* readPieces(path: string, length = SEGMENT): Generator<Bytes> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) throw new DamagedBackup(`${path} is not a file of a backup`)
    for (;;) {
      const piece = new Uint8Array(length)
      let filled = 0
      for (;;) {
        const read = readSync(file, piece, filled, length - filled, null)
        filled += read
        if (read === 0 || filled === length) break
      }
      if (filled) yield piece.slice(0, filled)
      if (filled < length) return
    }
  } finally {
    closeSync(file)
  }
}
