import { expect, test } from 'bun:test'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOUR, later } from '../../../src/base/instant.ts'
import { secretKeyOf } from '../../../src/config/secret-key.ts'
import { beginFolder, listBackups, lookAtFolder, writeFlushed } from '../../../src/upkeep/backup/folder.ts'
import { KEEP, keepOnly } from '../../../src/upkeep/backup/keeping.ts'
import { findBackup, lookFromOutside, openBackup } from '../../../src/upkeep/backup/opening.ts'
import { backUp, folderFor, houseOnDisk, PASSPHRASE } from './support.ts'

const NAMES = ['authority.key', 'paraphe.db', 'secret.key']
const NAME = '0123456789'.repeat(4)

/** What a link may lead to: the data of a live house, and a file in the shape of a chunk. */
function liveHouse(path: string): void {
  for (const start of ['paraphe', 'ab']) mkdirSync(join(path, start))
  for (const name of NAMES) writeFileSync(join(path, 'paraphe', name), 'live')
  writeFileSync(join(path, 'ab', NAME), 'live')
}

test('letting go deletes nothing behind a link, and nothing that is not named as a chunk', () => {
  using folder = folderFor()
  using live = folderFor()
  liveHouse(live.path)
  beginFolder(folder.path, 'this')
  const chunks = join(folder.path, 'chunks')
  symlinkSync(live.path, join(chunks, '0123456789ab'))
  mkdirSync(join(chunks, 'ba9876543210', 'ab'), { recursive: true })
  symlinkSync(join(live.path, 'ab'), join(chunks, 'ba9876543210', 'cd'))
  for (const name of ['notes', NAME, `partial-1234-${NAME}`]) writeFileSync(join(chunks, 'ba9876543210', 'ab', name), '')
  keepOnly(folder.path, KEEP)
  expect(readdirSync(join(live.path, 'paraphe')).sort()).toEqual(NAMES)
  expect(readdirSync(join(live.path, 'ab'))).toEqual([NAME])
  expect(readdirSync(join(chunks, 'ba9876543210', 'ab'))).toEqual(['notes'])
})

test.each(['backups', 'chunks'])('a folder whose %s is a link is refused', (name) => {
  using folder = folderFor()
  using live = folderFor()
  liveHouse(live.path)
  beginFolder(folder.path, 'this')
  rmSync(join(folder.path, name), { recursive: true })
  symlinkSync(live.path, join(folder.path, name))
  expect(() => lookAtFolder(folder.path, 'this', true)).toThrow('backup.folder-link')
  expect(() => keepOnly(folder.path, KEEP)).toThrow('backup.folder-link')
  expect(readdirSync(join(live.path, 'paraphe')).sort()).toEqual(NAMES)
})

test('nothing is written through a link', () => {
  using folder = folderFor()
  using live = folderFor()
  const key = join(live.path, 'secret.key')
  writeFileSync(key, 'live')
  symlinkSync(key, join(folder.path, `partial-probe-${process.pid}`))
  expect(lookAtFolder(folder.path, 'this', false)).toBe('new')
  expect(() => writeFlushed(join(folder.path, `partial-probe-${process.pid}`), Buffer.from('x'))).toThrow('EEXIST')
  expect(readFileSync(key, 'utf8')).toBe('live')
})

test('a pipe or a device in place of a file keeps no reader waiting, and no manifest leads out of the folder', async () => {
  await using house = await houseOnDisk()
  using folder = folderFor()
  await backUp(house, folder.path)
  const outer = findBackup(folder.path)
  const sum = { size: 0, sha256: '' }
  const { faults } = lookFromOutside(folder.path, { ...outer, files: { '../../../../dev/zero': sum } })
  expect(faults).toEqual(['"../../../../dev/zero" is not a file of a backup'])
  for (const name of ['manifest.json', 'chunks.list']) {
    const path = join(folder.path, 'backups', outer.id, name)
    rmSync(path)
    expect(Bun.spawnSync(['mkfifo', path]).exitCode).toBe(0)
  }
  expect(listBackups(folder.path)).toEqual([])
  expect(lookFromOutside(folder.path, outer).faults).toContain('chunks.list is not what was written')
  keepOnly(folder.path, KEEP)
  rmSync(join(folder.path, 'paraphe-backups.json'))
  symlinkSync('/dev/zero', join(folder.path, 'paraphe-backups.json'))
  expect(() => lookAtFolder(folder.path, 'this', true)).toThrow('is not a file of a backup')
})

test('a backup that another house made to the same public key, and a manifest that was touched, open to nobody', async () => {
  await using house = await houseOnDisk()
  using folder = folderFor()
  using elsewhere = folderFor()
  const { id } = await backUp(house, folder.path)
  const genuine = findBackup(folder.path, id)
  const stranger = { ...house, house: { ...house.house, secretKey: secretKeyOf(new Uint8Array(32).fill(7)) } }
  const forged = await backUp(stranger, elsewhere.path, { recovery: genuine.recovery, at: later(house.house.clock(), HOUR) })
  for (const part of ['backups', 'chunks']) cpSync(join(elsewhere.path, part), join(folder.path, part), { recursive: true })
  const newest = findBackup(folder.path)
  expect([newest.id, lookFromOutside(folder.path, newest).faults]).toEqual([forged.id, []])
  expect(openBackup(folder.path, newest, PASSPHRASE)).rejects.toThrow('was not written by the installation')
  expect(openBackup(folder.path, { ...genuine, version: '9.9.9' }, PASSPHRASE)).rejects.toThrow('was not written by the installation')
  expect((await openBackup(folder.path, genuine, PASSPHRASE)).inner.id).toBe(id)
}, 60_000)

test('a pipe in place of a sealed file or of a piece is told, and keeps no restore waiting', async () => {
  await using house = await houseOnDisk()
  using folder = folderFor()
  const { id } = await backUp(house, folder.path)
  const outer = findBackup(folder.path, id)
  const sealed = join(folder.path, 'backups', id, 'manifest.sealed')
  rmSync(sealed)
  expect(Bun.spawnSync(['mkfifo', sealed]).exitCode).toBe(0)
  expect(openBackup(folder.path, outer, PASSPHRASE)).rejects.toThrow('is not a file of a backup')
}, 60_000)
