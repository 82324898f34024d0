import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OuterManifest } from './folder.ts'
import { openBackup } from './opening.ts'
import { DamagedBackup } from './sealed.ts'
import { machineOf, openChunks, type Tell, unpackTables } from './unpacking.ts'

export interface InnerReport {
  readonly tables: number
  readonly rows: number
  readonly entries: number
  readonly faults: readonly string[]
}

/** Opens everything and restores nothing: the tables stand in a private folder for as long as they are counted. Refused by a wrong passphrase. */
export async function verifyInside(folder: string, outer: OuterManifest, passphrase: string, tell: Tell = () => {}): Promise<InnerReport> {
  const place = mkdtempSync(join(tmpdir(), 'paraphe-verify-backup-'))
  try {
    const opened = await openBackup(folder, outer, passphrase)
    machineOf(opened)
    const { tables, log } = opened.inner
    if (tables) openChunks(opened, unpackTables(opened, place), tell)
    const counts = Object.values(tables?.counts ?? {})
    return { tables: counts.length, rows: counts.reduce((total, count) => total + count, 0), entries: log?.size ?? 0, faults: [] }
  } catch (error) {
    if (!(error instanceof DamagedBackup)) throw error
    return { tables: 0, rows: 0, entries: 0, faults: [error.message] }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
