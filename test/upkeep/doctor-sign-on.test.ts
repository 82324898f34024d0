import { expect, test } from 'bun:test'
import { DAY, later } from '../../src/base/instant.ts'
import { systemAct } from '../../src/audit/act.ts'
import { writeSetting } from '../../src/setting/setting.ts'
import { breakGlass, directoryRounds, secondFactors, signOnSources } from '../../src/upkeep/doctor-sign-on.ts'
import { connectDirectory } from '../access/sign-on/support.ts'
import { roundAt } from '../access/sign-on/support.ts'
import { NOON, openTestHouse } from '../support/house.ts'

test('a directory that does not answer, a break-glass password that is old and administrators without a second factor are told', async () => {
  await using test = await openTestHouse()
  const { db, secretKey, config } = test.house
  const tools = { db, secretKey, config, isLocked: () => false }
  expect([await directoryRounds(tools, NOON), await breakGlass(tools, NOON), await signOnSources(tools, NOON)]).toEqual([null, null, null])
  expect(await secondFactors(tools, NOON)).toEqual({ name: 'second-factors', state: 'wait', facts: { count: 1 } })
  const id = await connectDirectory(test.house, { port: 1, caPem: '' })
  expect((await directoryRounds(tools, NOON))?.state).toBe('wait')
  await roundAt(test.house, id)
  expect((await directoryRounds(tools, NOON))?.state).toBe('stop')
  const tried = await signOnSources(tools, NOON)
  expect([tried?.state, tried?.facts['why']]).toEqual(['stop', expect.stringContaining('Acme directory: ')])
  const set = (only: boolean, breakGlassUserId: string | null) =>
    db.transaction().execute((tx) => writeSetting(tx, systemAct(NOON), 'signOn', { only, breakGlassUserId, testedAt: NOON }))
  await set(true, null)
  expect((await breakGlass(tools, NOON))?.state).toBe('stop')
  await set(true, 'usr_1')
  expect((await breakGlass(tools, later(NOON, 89 * DAY)))?.state).toBe('good')
  expect((await breakGlass(tools, later(NOON, 91 * DAY)))?.state).toBe('wait')
}, 30_000)
