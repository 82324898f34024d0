import { DAY, later } from '../base/instant.ts'
import { readSetting } from '../setting/setting.ts'
import { isOnSameDevice } from './backup/folder.ts'
import { backupState, lastRun } from './backup/runs.ts'
import type { Look } from './doctor.ts'

const DRILLED = 180 * DAY

/** Whether there are backups, and whether the newest is young enough. */
export const backup: Look = async ({ db, config }, at) => {
  const { isScheduled, newest, isTooOld, outcome } = await backupState(db, at)
  const { folder, alarmHours } = await readSetting(db, 'backup')
  const isNear = folder !== null && isOnSameDevice(folder, config.dataDirectory)
  const state = isTooOld ? 'stop' : newest && isScheduled && outcome === 'good' && !isNear ? 'good' : 'wait'
  const facts = { last: shown(newest), hours: alarmHours, folder: folder ?? '' }
  if (!newest) return { name: 'backup', state, says: 'backup-none', facts }
  if (state !== 'wait') return { name: 'backup', state, facts }
  return { name: 'backup', state, says: !isScheduled ? 'backup-by-hand' : outcome === 'good' ? 'backup-near' : 'backup-failed', facts }
}

/** A backup that was never restored is a hope. Null where there is none. */
export const drill: Look = async ({ db }, at) => {
  if (!(await lastRun(db, 'backup', 'good'))) return null
  const good = await lastRun(db, 'drill', 'good')
  const last = await lastRun(db, 'drill')
  const isYoung = good !== null && good.startedAt > later(at, -DRILLED)
  return {
    name: 'backup-drill',
    state: last?.outcome === 'failed' ? 'stop' : isYoung ? 'good' : 'wait',
    ...(last ? {} : { says: 'backup-drill-never' as const }),
    facts: { last: shown(good?.startedAt ?? null) },
  }
}

const shown = (at: string | null): string => at?.slice(0, 16).replace('T', ' ') ?? ''
