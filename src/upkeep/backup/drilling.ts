import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/instant.ts'
import type { Config } from '../../config/config.ts'
import { KEPT_CHECKPOINT } from '../../config/config.ts'
import { openDb } from '../../db/open.ts'
import { listFaults } from '../../vault/faults.ts'
import { sweepEverything } from '../../vault/sweep.ts'
import type { OpenedBackup } from './opening.ts'
import { type Restored, restoreBackup } from './restoring.ts'
import type { Tell } from './unpacking.ts'

export interface Drill {
  readonly restored: Restored
  readonly objects: number
  readonly bytes: number
  readonly documents: number
  readonly faults: readonly string[]
  readonly seconds: number
}

/** Restores into a temporary place below `under`, reads every file and has every finished document judged, and takes the place away again. */
export async function drill(opened: OpenedBackup, config: Config, clock: Clock, under: string, tell: Tell = () => {}): Promise<Drill> {
  const begun = performance.now()
  const place = mkdtempSync(join(under, 'paraphe-drill-'))
  try {
    const target = join(place, 'data')
    const restored = await restoreBackup(opened, { target, auditCheckpoint: join(target, KEPT_CHECKPOINT), at: clock() }, tell)
    const db = openDb(join(target, 'paraphe.db'))
    try {
      const { objects, bytes, documents } = await sweepEverything({ db, clock, config: { ...config, dataDirectory: target } })
      const faults = (await listFaults(db)).map(({ kind, subject, detail }) => `${kind} ${subject}: ${detail}`)
      return { restored, objects, bytes, documents, faults, seconds: Math.round((performance.now() - begun) / 100) / 10 }
    } finally {
      await db.destroy()
    }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
