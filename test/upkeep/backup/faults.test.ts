import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { $ } from 'bun'
import { systemAct } from '../../../src/audit/act.ts'
import { putObject } from '../../../src/store/object.ts'
import { randomBytes } from '../../../src/base/bytes.ts'
import { listBackups } from '../../../src/upkeep/backup/folder.ts'
import { findBackup, lookFromOutside } from '../../../src/upkeep/backup/opening.ts'
import { choosePassphrase, listRuns } from '../../../src/upkeep/backup/runs.ts'
import { verifyInside } from '../../../src/upkeep/backup/verifying.ts'
import type { TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, draftFor } from '../../support/signing.ts'
import { folderFor, houseOnDisk, PASSPHRASE } from './support.ts'

let house: TestHouse
const root = join(import.meta.dir, '../../..')

beforeAll(async () => {
  house = await houseOnDisk()
  await choosePassphrase(house.house, systemAct(house.house.clock()), PASSPHRASE)
  await draftFor(house, await ann(house), [CLAIRE])
}, 60_000)
afterAll(() => house?.[Symbol.asyncDispose]())

/** As somebody at the machine says it, beside whatever holds the folder. Null: it was killed. */
async function paraphe(args: readonly string[], failpoint = ''): Promise<{ code: number | null; out: string }> {
  const child = Bun.spawn([process.execPath, 'src/main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', PARAPHE_DATA: house.house.config.dataDirectory, PARAPHE_FAILPOINT: failpoint },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const out = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text())
  await child.exited
  return { code: child.signalCode ? null : child.exitCode, out }
}

const more = () => putObject(house.house.db, randomBytes(1_500_000))

/** Every backup that is listed opens, whole. */
async function allGood(folder: string): Promise<number> {
  const backups = listBackups(folder)
  for (const outer of backups) {
    expect(lookFromOutside(folder, outer).faults).toEqual([])
    expect((await verifyInside(folder, outer, PASSPHRASE)).faults).toEqual([])
  }
  return backups.length
}

const MAKING = ['tables-copied', 'chunk-kept', 'chunk-kept:2', 'chunks-kept', 'tables-sealed', 'before-rename', 'after-rename'] as const

test('killed anywhere, a backup is there whole or not at all; earlier ones stay, and the next one is made', async () => {
  using folder = folderFor()
  expect((await paraphe(['backup', folder.path])).code).toBe(0)
  for (const point of MAKING) {
    await more()
    const before = listBackups(folder.path).map(({ id }) => id)
    expect([point, (await paraphe(['backup', folder.path], `backup.${point}`)).code]).toEqual([point, null])
    const after = listBackups(folder.path).map(({ id }) => id)
    expect(before.filter((id) => !after.includes(id))).toEqual([])
    expect([point, after.length]).toEqual([point, before.length + (point === 'after-rename' ? 1 : 0)])
    await allGood(folder.path)
  }
  const { code, out } = await paraphe(['backup', folder.path, '--json'])
  expect([code, (JSON.parse(out) as { ok: boolean }).ok]).toEqual([0, true])
  await allGood(folder.path)
  const left = [folder.path, join(folder.path, 'backups'), house.house.config.dataDirectory].flatMap((place) => readdirSync(place))
  expect(left.filter((name) => name.startsWith('partial-'))).toEqual([])
}, 120_000)

test('a restoration that is killed leaves the whole or nothing, and is said again', async () => {
  using folder = folderFor()
  using machine = folderFor()
  const secret = join(machine.path, 'secret')
  writeFileSync(secret, `${PASSPHRASE}\n`)
  expect((await paraphe(['backup', folder.path])).code).toBe(0)
  const target = join(machine.path, 'data')
  const args = ['restore', folder.path, '--to', target, '--passphrase-file', secret]
  for (const point of ['tables', 'chunk:2', 'before-rename']) {
    expect([point, (await paraphe(args, `restore.${point}`)).code]).toEqual([point, null])
    expect([point, existsSync(target)]).toEqual([point, false])
  }
  expect((await paraphe(args, 'restore.after-rename')).code).toBeNull()
  const whole = await paraphe(args)
  expect([whole.code, whole.out.includes('is not empty')]).toEqual([1, true])
  rmSync(target, { recursive: true })
  mkdirSync(target)
  const { code, out } = await paraphe(args)
  expect([code, out.includes('Restored the backup')]).toEqual([0, true])
  const drilled = await paraphe(['restore', folder.path, '--drill', '--temporary', machine.path, '--passphrase-file', secret])
  expect([drilled.code, drilled.out.includes('The drill is recorded.')]).toEqual([0, true])
  const [run] = await listRuns(house.house.db)
  expect(run).toMatchObject({ kind: 'drill', outcome: 'good' })
}, 120_000)

const isRoot = process.getuid?.() === 0

test.skipIf(!isRoot)(
  'a full disk, and one that nobody may write to, harms no backup that is there',
  async () => {
    using place = folderFor()
    const mount = join(place.path, 'mount')
    mkdirSync(mount)
    await $`mount -t tmpfs -o size=12m tmpfs ${mount}`.quiet()
    try {
      expect((await paraphe(['backup', mount])).code).toBe(0)
      const first = findBackup(mount).id
      let refused = 0
      for (let budget = 0; budget < 8 && refused < 3; budget++) {
        await more()
        const { code, out } = await paraphe(['backup', mount])
        if (code === 0) continue
        refused++
        expect(out).toContain('is full. The backups that are there stay as they were.')
        expect(await allGood(mount)).toBeGreaterThan(0)
      }
      expect(refused).toBe(3)
      expect(listBackups(mount).some(({ id }) => id === first)).toBe(true)
      expect((await listRuns(house.house.db))[0]).toMatchObject({ outcome: 'failed', reason: 'backup.disk-full' })
      await $`mount -o remount,ro ${mount}`.quiet()
      expect((await paraphe(['backup', mount])).code).toBe(1)
      await allGood(mount)
      await $`mount -o remount,rw,size=200m ${mount}`.quiet()
      expect((await paraphe(['backup', mount])).code).toBe(0)
      await allGood(mount)
    } finally {
      await $`umount ${mount}`.quiet()
    }
    // The volume is gone: the folder beneath it is empty, and nothing is written there.
    const { code, out } = await paraphe(['backup', mount])
    expect([code, out.includes('the volume is not mounted'), readdirSync(mount)]).toEqual([1, true, []])
  },
  180_000,
)

test('a folder of another installation, of other things, below the data, or that is not there is refused with a sentence', async () => {
  using folder = folderFor()
  const told = async (path: string): Promise<string> => {
    const { code, out } = await paraphe(['backup', path])
    expect(code).toBe(1)
    return out
  }
  expect(await told(join(folder.path, 'nowhere'))).toContain('There is no folder')
  writeFileSync(join(folder.path, 'letter.txt'), 'mine')
  expect(await told(folder.path)).toContain('holds other files')
  rmSync(join(folder.path, 'letter.txt'))
  writeFileSync(join(folder.path, 'paraphe-backups.json'), '{"format":1,"installation":"0011223344556677"}')
  expect(await told(folder.path)).toContain('another installation')
  expect(await told(join(house.house.config.dataDirectory, 'backups'))).toContain('inside the data folder')
  expect(readdirSync(folder.path)).toEqual(['paraphe-backups.json'])
}, 60_000)
