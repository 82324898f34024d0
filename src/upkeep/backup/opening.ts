import type { KeyObject } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { concat, fromBase64 } from '../../base/bytes.ts'
import { Refusal } from '../../base/refusal.ts'
import { backupPath, chunkPath, FORMAT, listBackups, type OuterManifest, readChunkList, readManifest, signedPart } from './folder.ts'
import { digestOfFile, type InnerManifest, parsed } from './making.ts'
import { isSignedBy, openRecoveryKey } from './recovery-key.ts'
import { type BackupKey, DamagedBackup, isSoundChunk, openFile, openSealed, readPieces } from './sealed.ts'

/** The one of that id, or the newest. */
export function findBackup(folder: string, id?: string): OuterManifest {
  if (id === undefined) {
    const [newest] = listBackups(folder)
    if (!newest) throw new Refusal('not_found', 'backup.none', { folder })
    return newest
  }
  const found = /^[\w.-]+$/.test(id) ? readManifest(folder, id) : null
  if (!found) throw new Refusal('not_found', 'backup.none-of-that-name', { folder, backup: id })
  return found
}

export interface OuterReport {
  readonly id: string
  readonly chunks: number
  readonly bytes: number
  /** The first hundred sentences for whoever keeps the folder. */
  readonly faults: readonly string[]
}

const FILE_NAME = /^[a-z]+\.(sealed|list)$/

/** What can be said without the passphrase: every file is there, as long as it was, and as its sum says. */
export function lookFromOutside(folder: string, { id, files }: OuterManifest): OuterReport {
  const faults: string[] = []
  let bytes = 0
  const found = (fault: string): void => void (faults.length < 100 && faults.push(fault))
  for (const [name, { size, sha256 }] of Object.entries(files)) {
    const path = join(backupPath(folder, id), name)
    if (!FILE_NAME.test(name)) {
      found(`${JSON.stringify(name).slice(0, 80)} is not a file of a backup`)
      continue
    }
    bytes += size
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (!there) found(`${name} is missing`)
    else if (!there.isFile() || there.size !== size || digestOfFile(path) !== sha256) found(`${name} is not what was written`)
  }
  const chunks = namedIn(folder, id, found)
  for (const { name, size } of chunks) {
    const path = chunkPath(folder, name)
    bytes += size
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (!there) found(`chunks/${name} is missing`)
    else if (!there.isFile() || there.size !== size || !isSoundChunk(concat([...readPieces(path)]))) found(`chunks/${name} is damaged`)
  }
  return { id, chunks: chunks.length, bytes, faults }
}

function namedIn(folder: string, id: string, found: (fault: string) => void) {
  try {
    return readChunkList(folder, id)
  } catch (error) {
    found((error as Error).message)
    return []
  }
}

export interface OpenedBackup {
  readonly folder: string
  readonly outer: OuterManifest
  readonly inner: InnerManifest
  readonly key: BackupKey
  /** Opens chunks. */
  readonly own: KeyObject
}

/** Opens the manifest. Refused where the passphrase is another; throws DamagedBackup where something is not what was sealed. */
export async function openBackup(folder: string, outer: OuterManifest, passphrase: string): Promise<OpenedBackup> {
  const { id } = outer
  const opened = await openRecoveryKey(outer.recovery, passphrase)
  if (!opened) throw new Refusal('invalid', 'backup.passphrase-wrong')
  const { own, writer } = opened
  // Whoever can write into the folder can seal to the public half: what the installation itself wrote is known by its signature alone.
  if (typeof outer.signature !== 'string' || !isSignedBy(writer, signedPart(outer), outer.signature))
    throw new DamagedBackup('it was not written by the installation whose passphrase this is')
  const key: BackupKey = { id, secret: openSealed(own, `backup ${id}`, fromBase64(outer.sealedKey)) }
  const inner = parsed<InnerManifest>(readSealed(folder, key, 'manifest'))
  const isSame = inner.format === FORMAT && inner.id === id && inner.madeAt === outer.madeAt && inner.version === outer.version
  if (!isSame) throw new DamagedBackup('the manifest outside says something else than the one inside')
  if (digestOfFile(join(backupPath(folder, id), 'chunks.list')) !== inner.chunks.listSha256)
    throw new DamagedBackup('the list of chunks is not the one that was sealed')
  return { folder, outer, inner, key, own }
}

export const sealedPath = (folder: string, id: string, name: string): string => join(backupPath(folder, id), `${name}.sealed`)

/** A sealed file, whole. */
export const readSealed = (folder: string, key: BackupKey, name: string) =>
  concat([...openFile(key, name, sealedPath(folder, key.id, name))])
