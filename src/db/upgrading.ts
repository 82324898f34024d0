import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { copyFileSync } from 'node:fs'
import { failpoint } from '../base/failpoint.ts'
import type { Instant } from '../base/instant.ts'
import { VERSION } from '../base/version.ts'
import { appliedMigrations, migrate, pendingMigrations } from './migrate.ts'
import { type Db, openDb } from './open.ts'
import { factsOfFile, takeChunksOver, takeSnapshot } from './snapshot.ts'
import { emptyWriteAheadLog } from './write-ahead-log.ts'

/** What an upgrade left beside the data: the tables as they were, without the chunks, which are only ever added to. */
export interface CopyBefore {
  /** `before-0022`: named by the first migration that came after it. */
  readonly name: string
  readonly path: string
  readonly at: Instant
  /** The last migration that it has seen. */
  readonly from: string
}

const KEPT = 3
const BEFORE = /^before-\d{4}$/
const ASIDE = 'partial-'
const FACTS = 'upgrade.json'

/**
 * Brings the file of data to this version. Where it holds anything, a copy of its tables is made first and the newest three are kept. Then one
 * transaction: a crash leaves the old schema or the new one. Answers what was applied.
 */
export async function upgrade(db: Db, path: string, at: Instant): Promise<readonly string[]> {
  const pending = await pendingMigrations(db)
  const [first] = pending
  if (!first) return []
  const from = (await appliedMigrations(db)).at(-1)
  if (from !== undefined) copyBefore(path, `before-${first.slice(0, 4)}`, { at, from, to: pending.at(-1) ?? first, version: VERSION })
  failpoint('upgrade.copied')
  const applied = await migrate(db)
  failpoint('upgrade.migrated')
  return applied
}

function copyBefore(path: string, name: string, facts: Readonly<Record<string, string>>): void {
  const folder = dirname(path)
  for (const left of readdirSync(folder))
    if (left.startsWith(`${ASIDE}before-`)) rmSync(join(folder, left), { recursive: true, force: true })
  const aside = join(folder, `${ASIDE}${name}`)
  mkdirSync(aside, { mode: 0o700 })
  failpoint('upgrade.before-copy')
  const copy = join(aside, basename(path))
  takeSnapshot(path, copy).close()
  failpoint('upgrade.copy-written')
  const { faults } = factsOfFile(copy)
  if (faults.length) throw new Error(`the database is damaged and is not changed: ${faults[0]}`)
  writeFileSync(join(aside, FACTS), `${JSON.stringify(facts)}\n`, { mode: 0o600 })
  for (const file of [copy, join(aside, FACTS), aside]) flush(file)
  // One of the same name comes from an attempt that went no further: the tables of now take its place.
  if (existsSync(join(folder, name))) renameSync(join(folder, name), join(folder, `${ASIDE}${name}-earlier`))
  failpoint('upgrade.before-rename')
  renameSync(aside, join(folder, name))
  flush(folder)
  rmSync(join(folder, `${ASIDE}${name}-earlier`), { recursive: true, force: true })
  for (const { path: old } of listCopies(folder).slice(KEPT)) rmSync(old, { recursive: true, force: true })
}

/** The newest first. */
export function listCopies(folder: string): CopyBefore[] {
  return readdirSync(folder)
    .filter((name) => BEFORE.test(name))
    .flatMap((name) => {
      const path = join(folder, name)
      try {
        const { at, from } = JSON.parse(readFileSync(join(path, FACTS), 'utf8')) as CopyBefore
        return [{ name, path, at, from }]
      } catch {
        return []
      }
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
}

/**
 * The way back: the tables of the copy with the chunks of now take the place of the file of data, by one rename; what stood there until now
 * stays beside it. Only while no server works on the folder. Answers where the file of now was kept.
 */
export async function goBack(path: string, { path: copyFolder }: CopyBefore, at: Instant): Promise<string> {
  const folder = dirname(path)
  const aside = join(folder, `${ASIDE}back.db`)
  for (const left of ['', '-wal', '-shm', '-journal']) rmSync(`${aside}${left}`, { force: true })
  const db = openDb(path)
  try {
    await emptyWriteAheadLog(db)
  } finally {
    await db.destroy()
  }
  if (existsSync(`${path}-wal`)) throw new Error('another process still works on the file of data')
  copyFileSync(join(copyFolder, basename(path)), aside)
  takeChunksOver(aside, path)
  const { faults } = factsOfFile(aside)
  if (faults.length) throw new Error(`the copy is damaged: ${faults[0]}`)
  flush(aside)
  const undone = join(folder, `undone-${at.replaceAll(/[:.]/g, '')}.db`)
  linkSync(path, undone)
  failpoint('back.before-rename')
  renameSync(aside, path)
  flush(folder)
  return undone
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
