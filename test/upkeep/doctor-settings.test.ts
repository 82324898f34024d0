import { expect, test } from 'bun:test'
import { examine } from '../../src/upkeep/doctor.ts'
import { NOON, openTestHouse } from '../support/house.ts'

test('settings that nobody knows, and secrets that others can read, are told with what to do', async () => {
  await using test = await openTestHouse({ environment: { PARAPHE_SERVICE_HOST: '10.0.0.1' } })
  const { house } = test
  const told = async (config = house.config) =>
    (await examine({ db: house.db, config, isLocked: () => false }, NOON)).filter(({ name }) => name.startsWith('setting-'))
  expect(await told()).toEqual([
    { name: 'setting-names', state: 'wait', facts: { names: 'PARAPHE_SERVICE_HOST', nearest: expect.any(String) } },
  ])
  expect(await told({ ...house.config, warnings: [{ kind: 'readable', path: '/etc/p.toml', mode: '0644' }] })).toEqual([
    { name: 'setting-files', state: 'wait', facts: { files: '/etc/p.toml (0644)' } },
  ])
  expect(await told({ ...house.config, warnings: [] })).toEqual([])
})
