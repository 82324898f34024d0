import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY, type Instant, instant, later } from '../../src/base/instant.ts'
import { makeOwnAuthority } from '../support/own-authority.ts'
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

test('the server’s own certificate is told 30 days before it ends, and where it cannot be read', async () => {
  await using test = await openTestHouse()
  const { house } = test
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-tls-'))
  try {
    const certificate = join(folder, 'tls.pem')
    writeFileSync(certificate, (await makeOwnAuthority()).server.certificate)
    const state = async (path: string, at: Instant) => {
      const config = { ...house.config, tls: { certificate: path, key: path } }
      return (await examine({ db: house.db, config, isLocked: () => false }, at)).find(({ name }) => name === 'tls')?.state
    }
    const now = instant(Date.now())
    expect(await state(certificate, now)).toBe('wait')
    expect(await state(certificate, later(now, -40 * DAY))).toBe('good')
    expect(await state(certificate, later(now, 3 * DAY))).toBe('stop')
    expect(await state(join(folder, 'none.pem'), now)).toBe('stop')
    const kept = { ...house.config, tls: { certificate, key: certificate, isOwn: true as const } }
    expect(
      (await examine({ db: house.db, config: kept, isLocked: () => false }, later(now, -40 * DAY))).find(({ name }) =>
        name.startsWith('tls'),
      ),
    ).toMatchObject({ name: 'tls-own', state: 'good' })
    expect((await examine({ db: house.db, config: house.config, isLocked: () => false }, now)).some(({ name }) => name === 'tls')).toBe(
      false,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 30_000)
