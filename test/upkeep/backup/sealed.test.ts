import { expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, randomBytes } from '../../../src/base/bytes.ts'
import { newRecoveryKey, openRecoveryKey, publicKeyOf } from '../../../src/upkeep/backup/recovery-key.ts'
import {
  DamagedBackup,
  isSoundChunk,
  openChunk,
  openFile,
  openSealed,
  sealChunk,
  sealedChunkSize,
  sealFile,
  sealTo,
} from '../../../src/upkeep/backup/sealed.ts'
import { folderFor, SECRET_KEY } from './support.ts'

const MIB = 1_048_576
const whole = (pieces: Iterable<Uint8Array>) => concat([...pieces])

test.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 7])('a file of %d bytes comes back as it was', (size) => {
  using folder = folderFor()
  const path = join(folder.path, 'file')
  const key = { id: 'one', secret: randomBytes(32) }
  const plain = concat(Array.from({ length: Math.ceil(size / 65_536) }, () => randomBytes(65_536))).slice(0, size)
  const written = sealFile(key, 'tables', [plain], path)
  expect(written.size).toBe(size + 16 * Math.max(1, Math.ceil(size / MIB)))
  expect(whole(openFile(key, 'tables', path))).toEqual(plain)
})

test('segments are not moved, left out, cut off, added to, or taken from another file or another backup', () => {
  using folder = folderFor()
  const path = join(folder.path, 'file')
  const other = join(folder.path, 'other')
  const key = { id: 'one', secret: randomBytes(32) }
  const plain = concat(Array.from({ length: 56 }, () => randomBytes(65_536)))
  sealFile(key, 'tables', [plain], path)
  sealFile({ id: 'two', secret: key.secret }, 'tables', [plain], other)
  const good = Uint8Array.from(readFileSync(path))
  const foreign = Uint8Array.from(readFileSync(other))
  const cut = MIB + 16
  const segment = (at: number, from = good) => from.slice(at * cut, (at + 1) * cut)
  const cases: Readonly<Record<string, Uint8Array>> = {
    turned: good.map((byte, at) => (at === 5_000 ? byte ^ 1 : byte)),
    moved: concat([segment(1), segment(0), segment(2), segment(3)]),
    'left out': concat([segment(0), segment(2), segment(3)]),
    'cut at a segment': good.slice(0, 3 * cut),
    'cut inside': good.slice(0, good.length - 1),
    empty: new Uint8Array(),
    doubled: concat([good, segment(3)]),
    'of another backup': concat([segment(0), segment(1, foreign), segment(2), segment(3)]),
  }
  for (const [name, bytes] of Object.entries(cases)) {
    writeFileSync(path, bytes)
    expect([name, () => whole(openFile(key, 'tables', path))][1]).toThrow(DamagedBackup)
  }
  writeFileSync(path, good)
  expect(() => whole(openFile(key, 'machine', path))).toThrow(DamagedBackup)
  expect(() => whole(openFile({ ...key, id: 'two' }, 'tables', path))).toThrow(DamagedBackup)
  expect(whole(openFile(key, 'tables', path))).toEqual(plain)
})

test('what is sealed to the public half opens with the private half alone, which the passphrase alone gives', async () => {
  const recovery = await newRecoveryKey('quiet harbour under seven lamps', SECRET_KEY)
  const to = publicKeyOf(recovery)
  const sealed = sealTo(to, 'backup one', Uint8Array.of(1, 2, 3))
  const { own } = (await openRecoveryKey(recovery, 'quiet harbour under seven lamps'))!
  expect(openSealed(own, 'backup one', sealed)).toEqual(Uint8Array.of(1, 2, 3))
  expect(() => openSealed(own, 'backup two', sealed)).toThrow(DamagedBackup)
  expect(() => openSealed(generateKeyPairSync('x25519').privateKey, 'backup one', sealed)).toThrow(DamagedBackup)
  expect(await openRecoveryKey(recovery, 'quiet harbour under six lamps')).toBeNull()
  expect(await openRecoveryKey({ ...recovery, id: 'ffffffffffff' }, 'quiet harbour under seven lamps')).toBeNull()
  // The same bytes twice look like nothing that was there before.
  expect(sealTo(to, 'backup one', Uint8Array.of(1, 2, 3))).not.toEqual(sealed)
})

test('a chunk is the one of its digest or none, and damage is seen without any key', async () => {
  const recovery = await newRecoveryKey('quiet harbour under seven lamps', SECRET_KEY)
  const { own } = (await openRecoveryKey(recovery, 'quiet harbour under seven lamps'))!
  const bytes = randomBytes(5_000)
  const digest = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
  const file = sealChunk(publicKeyOf(recovery), digest, bytes)
  expect([file.length, isSoundChunk(file), openChunk(own, digest, file)]).toEqual([sealedChunkSize(5_000), true, bytes])
  expect(() => openChunk(own, 'f'.repeat(64), file)).toThrow(DamagedBackup)
  for (const at of [0, 8, 50, 4_000, file.length - 1]) {
    const turned = file.map((byte, position) => (position === at ? byte ^ 4 : byte))
    expect([isSoundChunk(turned), isSoundChunk(file.slice(0, at))]).toEqual([false, false])
    expect(() => openChunk(own, digest, turned)).toThrow(DamagedBackup)
  }
})
