import { latestCheckpoint } from '../audit/checkpoint.ts'
import { compareWithKept, keptCheckpointIn } from '../audit/kept.ts'
import { certificateLives } from '../authority/lives.ts'
import { later, MINUTE } from '../base/instant.ts'
import { readSetting } from '../setting/setting.ts'
import type { Look } from './doctor.ts'
import { witnessStates } from './witness.ts'

/** Whether the log goes on from what is kept outside the database, and is signed in time. */
export const auditLog: Look = async ({ db, config, isLocked }, at) => {
  const { standing, size, kept } = await compareWithKept(db, keptCheckpointIn(config.auditCheckpoint))
  const newest = await latestCheckpoint(db)
  const facts = { size, kept: kept?.size ?? 0, signed: newest?.size ?? 0 }
  if (standing !== 'good' && standing !== 'first') return { name: 'audit-log', state: 'stop', facts }
  const unsigned = await db
    .selectFrom('auditLeaf')
    .select('at')
    .where('seq', '=', facts.signed + 1)
    .executeTakeFirst()
  if (!newest && !(await certificateLives(db, at)).length) return { name: 'audit-log', state: 'wait', says: 'audit-log-none', facts }
  // A checkpoint is taken each minute in which there is news.
  if (!unsigned || unsigned.at > later(at, -3 * MINUTE)) return { name: 'audit-log', state: 'good', facts }
  return { name: 'audit-log', state: 'wait', ...(isLocked() ? { says: 'audit-log-locked' as const } : {}), facts }
}

/** Null where there is no witness. */
export const witness: Look = async ({ db }) => {
  const { file, email } = await readSetting(db, 'witness')
  if (!file && !email) return null
  const states = await witnessStates(db)
  const failing = [file && states.file, email && states.email].find((state) => state && state.failure)
  const size = Math.max(states.file?.size ?? 0, states.email?.size ?? 0)
  return {
    name: 'witness',
    state: failing ? 'stop' : size ? 'good' : 'wait',
    facts: {
      size,
      failure: (failing && failing.failure) || '',
      where: (failing && failing.kind === 'email' ? email : file) ?? email ?? '',
    },
  }
}
