import { instant } from '../../src/base/instant.ts'
import type { Act } from '../../src/audit/act.ts'
import type { Db } from '../../src/db/open.ts'
import { openFresh } from './fresh.ts'

export const NOON = instant('2026-01-15T12:00:00Z')
export const ANN: Act = { actor: { kind: 'user', id: 'ann' }, at: NOON, ip: '192.0.2.7', userAgent: 'test' }

/** A fresh database with every migration applied. */
export async function openTestDb(): Promise<Db & AsyncDisposable> {
  const db = await openFresh()
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.destroy() })
}
