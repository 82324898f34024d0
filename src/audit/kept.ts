import { renameSync } from 'node:fs'
import { base64, fromBase64 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { cellIn } from '../db/cell.ts'
import { isPostgres } from '../db/dialect.ts'
import type { Db } from '../db/open.ts'
import { consistencyProof, sha256, treeRoot, treeSize } from './trail.ts'
import { isConsistent } from './tree.ts'

/** The newest state of the log, as it stands outside the database. */
export interface Kept {
  readonly size: number
  /** Base64. */
  readonly root: string
  readonly at: Instant
  /** The signed note; null after a recorded break, until the next checkpoint. */
  readonly note: string | null
}

/** Where the newest checkpoint is kept, so that an old copy of the database is noticed. */
export interface KeptCheckpoint {
  read(): Kept | null
  /** Compare-and-swap: false where something else stands there by now. Flushed to the disk. */
  swap(expected: Kept | null, next: Kept): boolean
  /** What cannot be read is put aside under another name, so that a new one can be kept. */
  putAside(): void
}

export function keptCheckpointIn(path: string): KeptCheckpoint {
  const cell = cellIn(path)
  return {
    read: () => readKept(cell.read()),
    swap: (expected, next) => cell.swap(expected && written(expected), written(next)),
    putAside: () => renameSync(path, `${path}.unreadable-${Date.now()}`),
  }
}

const written = ({ size, root, at, note }: Kept): string => JSON.stringify({ size, root, at, note })

function readKept(text: string | null): Kept | null {
  if (text === null) return null
  const kept = JSON.parse(text) as Kept
  if (!Number.isSafeInteger(kept.size) || fromBase64(kept.root).length !== 32) throw new Error('this is no checkpoint')
  return kept
}

/**
 * first: nothing was ever kept · good: the log goes on from what is kept · behind: it is shorter, an old copy · forked: of the same
 * length or longer, but another log · missing: something was kept, and is gone or cannot be read.
 */
export type Standing = 'first' | 'good' | 'behind' | 'forked' | 'missing'

export interface Comparison {
  readonly standing: Standing
  readonly kept: Kept | null
  readonly size: number
}

/** Compares the log with what is kept outside it, by a consistency proof of RFC 6962 §2.1.2 over the stored nodes. */
export async function compareWithKept(db: Db, place: KeptCheckpoint): Promise<Comparison> {
  const size = await treeSize(db)
  let kept: Kept | null
  try {
    kept = place.read()
  } catch {
    return { standing: 'missing', kept: null, size }
  }
  if (!kept) {
    // Each node keeps its own beside it: a new one begins with none.
    if (isPostgres(db)) return { standing: 'first', kept, size }
    const once = await db.selectFrom('checkpoint').select('size').where('keptAt', 'is not', null).limit(1).executeTakeFirst()
    return { standing: once ? 'missing' : 'first', kept, size }
  }
  if (kept.size > size) return { standing: 'behind', kept, size }
  const isWhole = isConsistent(
    sha256,
    { size: kept.size, root: fromBase64(kept.root) },
    { size, root: await treeRoot(db, size) },
    await consistencyProof(db, kept.size, size),
  )
  return { standing: isWhole ? 'good' : 'forked', kept, size }
}

/** Throws the refusal that says what is wrong, where the log does not go on from what is kept. */
export async function refuseUnlessKept(db: Db, place: KeptCheckpoint): Promise<Comparison> {
  const found = await compareWithKept(db, place)
  const { standing, kept, size } = found
  if (standing === 'good' || standing === 'first') return found
  throw new Refusal('unavailable', `audit.${standing}`, { size, kept: kept?.size ?? 0, at: kept?.at.slice(0, 16).replace('T', ' ') ?? '' })
}

/** The state of the log as it is kept where nothing is signed. */
export async function unsignedState(db: Db, size: number, at: Instant): Promise<Kept> {
  return { size, root: base64(await treeRoot(db, size)), at, note: null }
}
