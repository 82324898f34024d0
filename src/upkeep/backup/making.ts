import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyObject } from 'node:crypto'
import { keptCheckpointIn } from '../../audit/kept.ts'
import { base64, concat, fromUtf8, randomBytes, utf8 } from '../../base/bytes.ts'
import { failpoint } from '../../base/failpoint.ts'
import { newId } from '../../base/id.ts'
import type { Instant } from '../../base/instant.ts'
import { Refusal } from '../../base/refusal.ts'
import { VERSION } from '../../base/version.ts'
import type { Config } from '../../config/config.ts'
import type { Db } from '../../db/open.ts'
import { type ChunkPlace, placeOf } from '../../store/place.ts'
import type { SecretKey } from '../../config/secret-key.ts'
import { holdLock } from '../../db/lock.ts'
import { factsOfFile, type Snapshot, tableBytes, takeSnapshot } from '../../db/snapshot.ts'
import {
  backupPath,
  beginFolder,
  chunkLine,
  chunkNameOf,
  chunkPath,
  flushFolder,
  FORMAT,
  installationOf,
  lookAtFolder,
  namesIn,
  type NamedFile,
  nameKeyOf,
  type OuterManifest,
  PARTIAL,
  signedPart,
  writeAside,
  writeFlushed,
} from './folder.ts'
import { type Keep, keepOnly } from './keeping.ts'
import { publicKeyOf, type RecoveryKey, signedBy, writerOf } from './recovery-key.ts'
import { type BackupKey, isSoundChunk, readPieces, sealChunk, sealedChunkSize, sealFile, sealTo, type Written } from './sealed.ts'

export interface BackupSource {
  /** Whose chunks are kept where `placeOf` says. */
  readonly db: Db
  readonly config: Config
  readonly secretKey: SecretKey
}

export interface BackupOrder {
  readonly folder: string
  readonly recovery: RecoveryKey
  readonly keep: Keep
  /** Backups of this installation were made here before: an empty folder is then a volume that is not there. */
  readonly isKnown: boolean
  readonly at: Instant
}

export interface Progress {
  readonly phase: 'tables' | 'chunks' | 'sealing' | 'keeping'
  readonly done: number
  readonly total: number
}

export interface BackupFacts {
  readonly id: string
  /** Files of chunks that the backup names, and those that were written by it. */
  readonly chunks: number
  readonly newChunks: number
  /** Bytes that were written. */
  readonly written: number
  /** Earlier backups that were let go. */
  readonly let: number
  /** The tables are kept elsewhere, by PostgreSQL's own means. */
  readonly withoutTables: boolean
}

/** What is sealed inside, for whoever restores: what must be there, to the last row. */
export interface InnerManifest {
  readonly format: typeof FORMAT
  readonly id: string
  readonly madeAt: Instant
  readonly version: string
  readonly nameKey: string
  /** Null: the tables are not in this backup. */
  readonly tables: {
    readonly size: number
    readonly sha256: string
    readonly counts: Readonly<Record<string, number>>
    readonly migrations: readonly string[]
  } | null
  readonly chunks: { readonly count: number; readonly listSha256: string }
  /** How far the audit log had come, with the hash of its last entry in hexadecimal; null before the first entry. */
  readonly log: { readonly size: number; readonly last: string } | null
}

/** What stands beside the tables, as a new machine needs it. */
export interface MachinePart {
  /** Base64, by name in the data folder. */
  readonly files: Readonly<Record<string, string>>
  /** What the file outside the database kept when the backup began; null: nothing yet. */
  readonly kept: ReturnType<ReturnType<typeof keptCheckpointIn>['read']>
  /** Settings of the environment that are no secret, to be set again by hand. */
  readonly settings: Readonly<Record<string, unknown>>
}

const MACHINE_FILES = ['secret.key', 'authority.key'] as const
const ROOM = 64_000_000
/** Each night so large a part of the chunks that stand there already is read and compared with its sum. */
const NIGHTS = 14

/**
 * Makes one backup while the server runs. Whatever happens here, every backup that is there stays as it was: this one stands under another
 * name until all of it is flushed, and comes into being by one rename. Throws a Refusal that says what is wrong, or what the system said.
 */
export async function makeBackup(
  source: BackupSource,
  order: BackupOrder,
  tell: (progress: Progress) => void | Promise<void> = () => {},
): Promise<BackupFacts> {
  const { config, secretKey } = source
  const { folder, recovery, at } = order
  const installation = installationOf(secretKey)
  using lock = holdLock(join(config.dataDirectory, 'backup.lock'))
  if (!lock) throw new Refusal('conflict', 'backup.under-way')
  if (lookAtFolder(folder, installation, order.isKnown) === 'new') beginFolder(folder, installation)
  tidy(folder, config.dataDirectory)
  const id = `${at.slice(0, 19).replaceAll(':', '')}Z-${newId('bak').slice(4, 12)}`
  const aside = join(folder, 'backups', `${PARTIAL}${id}`)
  const copy = join(config.dataDirectory, `${PARTIAL}tables-${id}.db`)
  const recipient = publicKeyOf(recovery)
  const key: BackupKey = { id, secret: randomBytes(32) }
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  let snapshot: Snapshot | null = null
  try {
    // Kept first, tables afterwards: the tables go on from what is kept, never the other way round.
    const machine = machinePart(config)
    await tell({ phase: 'tables', done: 0, total: 1 })
    const database = join(config.dataDirectory, 'paraphe.db')
    const hasTables = config.databaseUrl === null
    if (hasTables) {
      refuseWithoutRoom(config.dataDirectory, tableBytes(database))
      snapshot = takeSnapshot(database, copy)
    }
    failpoint('backup.tables-copied')
    const nameKey = nameKeyOf(secretKey)
    const {
      named,
      written: chunkBytes,
      isNew,
    } = await keepChunks(folder, recipient, recovery.id, nameKey, snapshot, placeOf(source.db), at, tell)
    snapshot?.close()
    snapshot = null
    failpoint('backup.chunks-kept')
    await tell({ phase: 'sealing', done: 0, total: 1 })
    const list = utf8(named.map(chunkLine).join(''))
    writeFlushed(join(aside, 'chunks.list'), list)
    const files: Record<string, Written> = { 'chunks.list': { size: list.length, sha256: sha256(list) } }
    const facts = hasTables ? factsOfFile(copy) : null
    if (facts?.faults.length) throw new Refusal('conflict', 'backup.database-damaged', { detail: facts.faults[0]!.slice(0, 200) })
    const seal = (name: string, bytes: Iterable<Uint8Array>): void => {
      files[`${name}.sealed`] = sealFile(key, name, bytes, join(aside, `${name}.sealed`))
    }
    seal('machine', [utf8(JSON.stringify(machine))])
    const inner: InnerManifest = {
      format: FORMAT,
      id,
      madeAt: at,
      version: VERSION,
      nameKey,
      tables: facts && { size: facts.bytes, sha256: digestOfFile(copy), counts: facts.counts, migrations: facts.migrations },
      chunks: { count: named.length, listSha256: sha256(list) },
      log: facts && facts.log,
    }
    if (facts) seal('tables', readPieces(copy))
    failpoint('backup.tables-sealed')
    seal('manifest', [utf8(JSON.stringify(inner))])
    const unsigned: OuterManifest = {
      format: FORMAT,
      id,
      installation,
      version: VERSION,
      madeAt: at,
      recovery,
      sealedKey: base64(sealTo(recipient, `backup ${id}`, key.secret)),
      files,
      chunks: named.length,
      chunkBytes: named.reduce((total, { size }) => total + size, 0),
      signature: '',
    }
    const outer = { ...unsigned, signature: signedBy(writerOf(secretKey), signedPart(unsigned)) }
    // Read again from where it was written: what a disk took and did not keep is seen now.
    for (const [name, { sha256: expected }] of Object.entries(files))
      if (digestOfFile(join(aside, name)) !== expected) throw new Refusal('unavailable', 'backup.not-kept', { file: name })
    writeFlushed(join(aside, 'manifest.json'), utf8(`${JSON.stringify(outer, null, 1)}\n`))
    flushFolder(aside)
    failpoint('backup.before-rename')
    renameSync(aside, backupPath(folder, id))
    flushFolder(join(folder, 'backups'))
    failpoint('backup.after-rename')
    await tell({ phase: 'keeping', done: 0, total: 1 })
    const gone = keepOnly(folder, order.keep)
    const sealedBytes = Object.values(files).reduce((total, { size }) => total + size, 0)
    return {
      id,
      chunks: named.length,
      newChunks: isNew,
      written: chunkBytes + sealedBytes,
      let: gone.length,
      withoutTables: !hasTables,
    }
  } finally {
    snapshot?.close()
    for (const path of [aside, copy]) rmSync(path, { recursive: true, force: true })
  }
}

/** What earlier ones left when they were cut off. Only whoever holds the lock may. */
function tidy(folder: string, dataDirectory: string): void {
  for (const place of [join(folder, 'backups'), folder, dataDirectory])
    for (const name of namesIn(place)) if (name.startsWith(PARTIAL)) rmSync(join(place, name), { recursive: true, force: true })
}

/** The copy of the tables stands beside the data for a while: it must not take the room that the server needs. */
function refuseWithoutRoom(dataDirectory: string, needed: number): void {
  const { bavail, bsize } = statfsSync(dataDirectory)
  if (bavail * bsize < needed + ROOM)
    throw new Refusal('unavailable', 'backup.no-room', {
      needed: Math.ceil((needed + ROOM) / 1e6),
      free: Math.floor((bavail * bsize) / 1e6),
    })
}

function machinePart(config: Config): MachinePart {
  const files = MACHINE_FILES.filter((name) => existsSync(join(config.dataDirectory, name))).map((name) => [
    name,
    base64(Uint8Array.from(readFileSync(join(config.dataDirectory, name)))),
  ])
  const { url, publicUrl, listen, publicListen, trustedProxies, webhookHosts, auditCheckpoint } = config
  return {
    files: Object.fromEntries(files) as Record<string, string>,
    kept: keptCheckpointIn(config.auditCheckpoint).read(),
    settings: { url, publicUrl, listen, publicListen, trustedProxies: trustedProxies.listed, webhookHosts, auditCheckpoint },
  }
}

async function keepChunks(
  folder: string,
  recipient: KeyObject,
  keyId: string,
  nameKey: string,
  snapshot: Snapshot | null,
  outside: ChunkPlace | null,
  at: Instant,
  tell: (progress: Progress) => void | Promise<void>,
): Promise<{ named: NamedFile[]; written: number; isNew: number }> {
  const named: NamedFile[] = []
  let written = 0
  let isNew = 0
  const touched = new Set<string>()
  const night = Math.floor(Date.parse(at) / 86_400_000) % NIGHTS
  const chunks = snapshot?.chunks ?? []
  for (const [position, { digest, size }] of chunks.entries()) {
    const name = chunkNameOf(nameKey, keyId, digest)
    const path = chunkPath(folder, name)
    const file = { name, size: sealedChunkSize(size) }
    named.push(file)
    if (position % 50 === 0) await tell({ phase: 'chunks', done: position, total: chunks.length })
    if (isThere(path, file.size, Number.parseInt(digest.slice(0, 6), 16) % NIGHTS === night)) continue
    const kept = snapshot!.chunk(digest)
    const bytes = kept?.length === 0 ? await outside?.get(digest) : kept
    if (!bytes || sha256(bytes) !== digest) throw new Refusal('conflict', 'backup.chunk-damaged', { digest: digest.slice(0, 16) })
    const place = join(path, '..')
    mkdirSync(place, { recursive: true, mode: 0o700 })
    touched.add(place)
    writeAside(path, sealChunk(recipient, digest, bytes))
    failpoint('backup.chunk-kept')
    written += file.size
    isNew++
  }
  for (const place of touched) flushFolder(place)
  if (touched.size) flushFolder(join(folder, 'chunks', keyId))
  return { named, written, isNew }
}

/** One that is cut short, or whose sum is wrong on the night on which it is read, is written anew. */
function isThere(path: string, size: number, isRead: boolean): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.size !== size) return false
  return !isRead || isSoundChunk(concat([...readPieces(path)]))
}

const sha256 = (bytes: Uint8Array): string => new Bun.CryptoHasher('sha256').update(bytes).digest('hex')

export function digestOfFile(path: string): string {
  const hasher = new Bun.CryptoHasher('sha256')
  for (const piece of readPieces(path)) hasher.update(piece)
  return hasher.digest('hex')
}

export const parsed = <T>(bytes: Uint8Array): T => JSON.parse(fromUtf8(bytes)) as T
