import { administers, hasSecondFactor } from '../access/opening.ts'
import { holdersOf } from '../access/rights.ts'
import { TESTED_LASTS } from '../access/sign-on/only.ts'
import { originsOfUsers } from '../access/sign-on/owned.ts'
import { lastRound } from '../access/sign-on/round.ts'
import { listSources, sourcesInUse } from '../access/sign-on/source.ts'
import { tryDirectory, tryProvider } from '../access/sign-on/trial.ts'
import { DAY, later } from '../base/instant.ts'
import { readSetting } from '../setting/setting.ts'
import type { Look } from './doctor.ts'

/** Whether each directory was compared within the last day (once a day is the rarest that can be set), and to the end. */
export const directoryRounds: Look = async ({ db }, at) => {
  const directories = (await sourcesInUse(db)).filter(({ kind }) => kind === 'ldap')
  if (!directories.length) return null
  const rounds = await Promise.all(directories.map(async ({ id, name }) => ({ name, round: await lastRound(db, id) })))
  const troubled = rounds.filter(({ round }) => round?.outcome !== 'done' || round.startedAt < later(at, -1.5 * DAY))
  const hasFailed = troubled.some(({ round }) => round?.outcome === 'failed')
  const names = troubled.map(({ name, round }) => `${name} (${round?.startedAt.slice(0, 16).replace('T', ' ') ?? '–'})`).join(', ')
  return { name: 'directory-rounds', state: hasFailed ? 'stop' : troubled.length ? 'wait' : 'good', facts: { names } }
}

/** The one account that opens when the sign-on does not; null where passwords open and nobody is chosen. */
export const breakGlass: Look = async ({ db }, at) => {
  const { only, breakGlassUserId, testedAt } = await readSetting(db, 'signOn')
  if (!only && !breakGlassUserId) return null
  const isKnown = testedAt !== null && at < later(testedAt, TESTED_LASTS)
  return {
    name: 'break-glass',
    state: !breakGlassUserId ? 'stop' : isKnown ? 'good' : 'wait',
    facts: { last: testedAt?.slice(0, 10) ?? '–' },
  }
}

/** Administrators whom a password alone lets in; those of a provider are asked there. */
export const secondFactors: Look = async ({ db }) => {
  const ids = await holdersOf(db, administers)
  const origins = await originsOfUsers(db)
  const users = await db.selectFrom('user').select('id').where('disabledAt', 'is', null).where('isService', '=', 0).execute()
  let count = 0
  for (const { id } of users) if (ids.has(id) && origins.get(id)?.kind !== 'oidc' && !(await hasSecondFactor(db, id))) count++
  return { name: 'second-factors', state: count ? 'wait' : 'good', facts: { count } }
}

/** Each directory and provider in use is asked, with its certificate; nobody is signed in. */
export const signOnSources: Look = async ({ db, secretKey }) => {
  const sources = secretKey ? (await listSources(db, secretKey)).filter(({ isOn }) => isOn) : []
  if (!secretKey || !sources.length) return null
  const faults: string[] = []
  for (const source of sources) {
    const steps = source.kind === 'ldap' ? await tryDirectory({ db, secretKey }, source, '', '') : await tryProvider(source)
    const bad = steps.find(({ step, ok }) => !ok && step !== 'encryption')
    if (bad) faults.push(`${source.name}: ${bad.fault ?? bad.step} ${bad.detail}`)
  }
  return { name: 'sign-on-sources', state: faults.length ? 'stop' : 'good', facts: { count: sources.length, why: faults.join(', ') } }
}
