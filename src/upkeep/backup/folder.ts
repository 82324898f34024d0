import { randomUUID } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { hex, utf8 } from '../../base/bytes.ts'
import type { Instant } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import type { RecoveryKey } from './recovery-key.ts'
import type { Written } from './sealed.ts'

/**
 * Where backups are kept: `backups/ID/…`, each whole, and `chunks/KEY/xx/…`, which they share. Everything is written under another name,
 * flushed, and moved into place by one rename; what begins with `partial-` is what a crash left.
 */
export const FORMAT = 1
const MARKER = 'paraphe-backups.json'
export const PARTIAL = 'partial-'

/** What anybody who has the folder may read: nothing of a document, a person or a name. */
export interface OuterManifest {
  readonly format: typeof FORMAT
  readonly id: string
  readonly installation: string
  readonly version: string
  readonly madeAt: Instant
  readonly recovery: RecoveryKey
  /** The backup's own key, sealed to the recovery key; base64. */
  readonly sealedKey: string
  /** As they stand in the folder. */
  readonly files: Readonly<Record<string, Written>>
  readonly chunks: number
  /** Of all chunk files together. */
  readonly chunkBytes: number
  /** Of everything above, by the installation that wrote it (Ed25519, base64). */
  readonly signature: string
}

/** What is signed: the manifest as it is written, without the signature. */
export const signedPart = ({ signature: _, ...rest }: OuterManifest): Uint8Array => utf8(JSON.stringify(rest))

/** Which installation a folder belongs to; says nothing of its key. */
export const installationOf = (secretKey: SecretKey): string => hex(secretKey.authenticate('backup', 'installation').subarray(0, 8))

/** The key of the names under which chunks are kept, so that a name tells nothing of what the chunk holds. */
export const nameKeyOf = (secretKey: SecretKey): string => hex(secretKey.authenticate('backup', 'names'))

export function chunkNameOf(nameKey: string, keyId: string, digest: string): string {
  const name = new Bun.CryptoHasher('sha256', Buffer.from(nameKey, 'hex')).update(`${keyId} ${digest}`).digest('hex').slice(0, 40)
  return `${keyId}/${name.slice(0, 2)}/${name}`
}

export const chunkPath = (folder: string, name: string): string => join(folder, 'chunks', name)
export const backupPath = (folder: string, id: string): string => join(folder, 'backups', id)

/** A path that backups may be kept in, as it is kept. Not below the data: they would be lost with it. */
export function readBackupPath(typed: string, dataDirectory: string): string {
  const path = resolve(typed)
  if (!isAbsolute(typed) || /[\p{Cc}]/u.test(typed)) throw new Refusal('invalid', 'backup.path-invalid')
  if (!relative(dataDirectory, path).startsWith('..')) throw new Refusal('invalid', 'backup.in-data')
  return path
}

export type FolderState = 'new' | 'known'

/**
 * Looks whether the folder is there, can be written, and is this installation's. A folder that was ours once and holds nothing of ours now is
 * most likely a volume that is not mounted: `isKnown` refuses to begin anew there. Nothing is left behind.
 */
export function lookAtFolder(folder: string, installation: string, isKnown: boolean): FolderState {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Refusal('conflict', 'backup.folder-missing', { folder })
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const probe = join(folder, `${PARTIAL}probe-${randomUUID()}`)
    writeFlushed(probe, Buffer.from('paraphe'))
    rmSync(probe)
  } catch (error) {
    throw new Refusal('conflict', 'backup.folder-not-writable', { folder, detail: (error as Error).message.slice(0, 200) })
  }
  refuseLinks(folder)
  const found = readMarker(folder)
  if (found === installation) return 'known'
  if (found !== null) throw new Refusal('conflict', 'backup.folder-other', { folder })
  if (isKnown) throw new Refusal('conflict', 'backup.folder-unmounted', { folder })
  const others = readdirSync(folder).filter((name) => name !== 'lost+found' && !name.startsWith('.') && !name.startsWith(PARTIAL))
  if (others.length) throw new Refusal('conflict', 'backup.folder-not-empty', { folder })
  return 'new'
}

/** A link in place of ours leads where a backup has nothing to read, to write or to delete. */
export function refuseLinks(folder: string): void {
  for (const name of ['backups', 'chunks'])
    if (lstatSync(join(folder, name), { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Refusal('conflict', 'backup.folder-link', { folder: join(folder, name) })
}

export function beginFolder(folder: string, installation: string): void {
  for (const name of ['backups', 'chunks']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 })
  writeAside(join(folder, MARKER), Buffer.from(`${JSON.stringify({ format: FORMAT, installation })}\n`))
}

function readMarker(folder: string): string | null {
  const path = join(folder, MARKER)
  if (!lstatSync(path, { throwIfNoEntry: false })) return null
  const { installation } = JSON.parse(readPlain(path, 64 * 1024)) as { installation?: unknown }
  return typeof installation === 'string' ? installation : ''
}

/** A pipe or a device would keep its reader forever, an endless file would take its memory: only a real file of at most `most` bytes is read. */
function readPlain(path: string, most: number): string {
  const found = lstatSync(path)
  if (!found.isFile() || found.size > most) throw new Error(`${path} is not a file of a backup`)
  return readFileSync(path, 'utf8')
}

/** One disk takes both with it. */
export function isOnSameDevice(folder: string, dataDirectory: string): boolean {
  try {
    return statSync(folder).dev === statSync(dataDirectory).dev
  } catch {
    return false
  }
}

/** The newest first. What cannot be read is not listed. */
export function listBackups(folder: string): OuterManifest[] {
  const found: OuterManifest[] = []
  for (const id of namesIn(join(folder, 'backups'))) {
    const manifest = id.startsWith(PARTIAL) ? null : readManifest(folder, id)
    if (manifest) found.push(manifest)
  }
  return found.sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1))
}

/** Null where there is none, or none that can be read. */
export function readManifest(folder: string, id: string): OuterManifest | null {
  try {
    const manifest = JSON.parse(readPlain(join(backupPath(folder, id), 'manifest.json'), 1024 * 1024)) as OuterManifest
    const isOne =
      manifest.format === FORMAT && manifest.id === id && typeof manifest.madeAt === 'string' && manifest.recovery && manifest.files
    return isOne ? manifest : null
  } catch {
    return null
  }
}

const CHUNK_LINE = /^([0-9a-f]{12}\/[0-9a-f]{2}\/[0-9a-f]{40}) (\d+)$/

/** A chunk's file as a backup names it; its size is that of the file. */
export interface NamedFile {
  readonly name: string
  readonly size: number
}

/** Every chunk's file that a backup needs. Throws where the list is not one. */
export function readChunkList(folder: string, id: string): NamedFile[] {
  return readPlain(join(backupPath(folder, id), 'chunks.list'), 1024 * 1024 * 1024)
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, name = '', size = ''] = CHUNK_LINE.exec(line) ?? []
      if (!name) throw new Error(`the list of chunks of ${id} is damaged`)
      return { name, size: Number(size) }
    })
}

export const chunkLine = ({ name, size }: NamedFile): string => `${name} ${size}\n`

export const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** Written, flushed; the folder that names it is not. Throws where something of that name is there: nothing is written through a link. */
export function writeFlushed(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Under another name, flushed, then moved into place: whoever looks sees the old bytes or the new ones. */
export function writeAside(path: string, bytes: Uint8Array): void {
  const aside = join(dirname(path), `${PARTIAL}${randomUUID()}-${path.slice(dirname(path).length + 1)}`)
  try {
    writeFlushed(aside, bytes)
    renameSync(aside, path)
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  }
}

/** Names in a folder are kept by the folder: without this a power cut may take back a rename. */
export function flushFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
