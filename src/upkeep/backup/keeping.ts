import { type Dirent, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  backupPath,
  chunkPath,
  flushFolder,
  listBackups,
  namesIn,
  type OuterManifest,
  PARTIAL,
  readChunkList,
  refuseLinks,
} from './folder.ts'

/** How many days, weeks and months keep their newest backup. */
export interface Keep {
  readonly daily: number
  readonly weekly: number
  readonly monthly: number
}

export const KEEP: Keep = { daily: 7, weekly: 5, monthly: 12 }

/**
 * Which of these stay: of each of the newest days, weeks and months that have a backup, its newest. Counted by the backups that are there and
 * not from today, so that neither a wrong clock nor a long silence takes the last ones. The newest always stays.
 */
export function kept<T extends Pick<OuterManifest, 'id' | 'madeAt'>>(backups: readonly T[], keep: Keep): Set<T> {
  const newestFirst = backups.toSorted((a, b) => (a.madeAt < b.madeAt ? 1 : -1))
  const stay = new Set(newestFirst.slice(0, 1))
  const rules: readonly [number, (madeAt: string) => string][] = [
    [keep.daily, (madeAt) => madeAt.slice(0, 10)],
    [keep.weekly, weekOf],
    [keep.monthly, (madeAt) => madeAt.slice(0, 7)],
  ]
  for (const [most, spanOf] of rules)
    for (const [newest] of [...Map.groupBy(newestFirst, ({ madeAt }) => spanOf(madeAt)).values()].slice(0, most))
      if (newest) stay.add(newest)
  return stay
}

/** The Monday that the week began with. */
function weekOf(madeAt: string): string {
  const day = new Date(`${madeAt.slice(0, 10)}T00:00:00Z`)
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7))
  return day.toISOString().slice(0, 10)
}

/** Lets the others go, then every chunk that no backup names. Answers which backups went. Where a list cannot be read, no chunk goes. */
export function keepOnly(folder: string, keep: Keep): string[] {
  refuseLinks(folder)
  const backups = listBackups(folder)
  const stay = kept(backups, keep)
  const gone = backups.filter((backup) => !stay.has(backup))
  for (const { id } of gone) {
    // Out of sight first, by one rename: half a backup is never seen.
    const aside = join(folder, 'backups', `${PARTIAL}gone-${id}`)
    renameSync(backupPath(folder, id), aside)
    rmSync(aside, { recursive: true, force: true })
  }
  if (gone.length) flushFolder(join(folder, 'backups'))
  sweepChunks(folder)
  return gone.map(({ id }) => id)
}

function sweepChunks(folder: string): void {
  const needed = new Set<string>()
  for (const id of namesIn(join(folder, 'backups'))) {
    if (id.startsWith(PARTIAL)) continue
    try {
      for (const { name } of readChunkList(folder, id)) needed.add(name)
    } catch {
      return
    }
  }
  // Nothing that is not ours by its shape, and nothing behind a link: a planted one would lead to the live house.
  const chunks = join(folder, 'chunks')
  for (const keyId of foldersIn(chunks, /^[0-9a-f]{12}$/))
    for (const start of foldersIn(join(chunks, keyId), /^[0-9a-f]{2}$/))
      for (const name of filesIn(join(chunks, keyId, start), /^(partial-[0-9a-f-]+-)?[0-9a-f]{40}$/))
        if (!needed.has(`${keyId}/${start}/${name}`)) rmSync(chunkPath(folder, `${keyId}/${start}/${name}`), { force: true })
}

const entriesIn = (folder: string): Dirent[] =>
  lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder, { withFileTypes: true }) : []

const foldersIn = (folder: string, shape: RegExp): string[] =>
  entriesIn(folder).flatMap((entry) => (entry.isDirectory() && shape.test(entry.name) ? [entry.name] : []))

const filesIn = (folder: string, shape: RegExp): string[] =>
  entriesIn(folder).flatMap((entry) => (entry.isFile() && shape.test(entry.name) ? [entry.name] : []))
