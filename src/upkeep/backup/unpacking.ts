import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Bytes, concat } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import { failpoint } from '../../base/failpoint.ts'
import { factsOfFile, fillChunks, namedChunks } from '../../db/snapshot.ts'
import { chunkNameOf, chunkPath, writeFlushed } from './folder.ts'
import { digestOfFile, type MachinePart, parsed } from './making.ts'
import { type OpenedBackup, readSealed, sealedPath } from './opening.ts'
import { DamagedBackup, openChunk, openFile, readPieces } from './sealed.ts'

export type Tell = (phase: 'tables' | 'chunks' | 'checking', done: number, total: number) => void

const DATABASE = 'paraphe.db'

/** What stood beside the tables. */
export const machineOf = ({ folder, key }: OpenedBackup): MachinePart => parsed<MachinePart>(readSealed(folder, key, 'machine'))

/** The tables as they were copied, into `place`, compared with the manifest to the last row. Throws DamagedBackup. */
export function unpackTables({ folder, key, inner }: OpenedBackup, place: string): string {
  const { tables } = inner
  if (!tables) throw new DamagedBackup('the tables are not in this backup: they are restored by the means of PostgreSQL')
  const path = join(place, DATABASE)
  const file = openSync(path, 'wx', 0o600)
  try {
    for (const piece of openFile(key, 'tables', sealedPath(folder, key.id, 'tables')))
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  if (digestOfFile(path) !== tables.sha256) throw new DamagedBackup('the tables are not those of the manifest')
  const { counts, faults, log } = factsOfFile(path)
  if (faults.length) throw new DamagedBackup(`the tables are damaged: ${faults[0]}`)
  const different = Object.entries(tables.counts).find(([name, count]) => counts[name] !== count)
  if (different) throw new DamagedBackup(`${different[0]} has ${counts[different[0]] ?? 0} rows and not ${different[1]}`)
  if (log?.size !== inner.log?.size || log?.last !== inner.log?.last)
    throw new DamagedBackup('the audit log does not end where the manifest says')
  return path
}

/** Opens every chunk that the tables name, each compared with its digest; `put` takes them. Answers how many. Throws DamagedBackup. */
export function openChunks(
  { folder, outer, inner, own }: OpenedBackup,
  tables: string,
  tell: Tell,
  put: (digest: Digest, bytes: Bytes) => void = () => {},
): number {
  const needed = namedChunks(tables)
  if (needed.length !== inner.chunks.count) throw new DamagedBackup(`${needed.length} chunks are named and not ${inner.chunks.count}`)
  for (const [position, { digest, size }] of needed.entries()) {
    const bytes = openChunk(own, digest, readChunkFile(chunkPath(folder, chunkNameOf(inner.nameKey, outer.recovery.id, digest)), digest))
    if (bytes.length !== size) throw new DamagedBackup(`chunk ${digest} has ${bytes.length} bytes and not ${size}`)
    put(digest, bytes)
    failpoint('restore.chunk')
    if (position % 100 === 0) tell('chunks', position, needed.length)
  }
  return needed.length
}

function readChunkFile(path: string, digest: string) {
  try {
    return concat([...readPieces(path)])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DamagedBackup(`chunk ${digest} is missing`)
    throw error
  }
}

/** Everything of the backup into an empty folder: keys, tables, chunks. Each byte is compared on its way; nothing outside `place` is touched. */
export function unpackInto(opened: OpenedBackup, place: string, tell: Tell): { machine: MachinePart; database: string; chunks: number } {
  mkdirSync(place, { recursive: true, mode: 0o700 })
  const machine = machineOf(opened)
  for (const [name, text] of Object.entries(machine.files)) {
    if (!/^[a-z-]+\.key$/.test(name)) throw new DamagedBackup(`${name} is no file of a backup`)
    writeFlushed(join(place, name), Uint8Array.fromBase64(text))
  }
  tell('tables', 0, 1)
  const database = unpackTables(opened, place)
  failpoint('restore.tables')
  const filling = fillChunks(database)
  let chunks: number
  try {
    chunks = openChunks(opened, database, tell, (digest, bytes) => filling.put(digest, bytes))
  } finally {
    filling.close()
  }
  return { machine, database, chunks }
}

/** The passphrase in a file: its first line. */
export const passphraseIn = (path: string): string => readFileSync(path, 'utf8').split(/\r?\n/)[0] ?? ''
