import { expect, test } from 'bun:test'
import { hex } from '../../src/base/bytes.ts'
import { checkpoint } from '../../src/audit/checkpoint.ts'
import { append, inclusionProof, sha256, trailOf, treeRoot, treeSize } from '../../src/audit/trail.ts'
import { includes, leafHash, nodeHash } from '../../src/audit/tree.ts'
import type { Db } from '../../src/db/open.ts'
import { ANN, NOON, openTestDb } from '../support/database.ts'
import { openTestLog } from './support.ts'

const write = (db: Db, count: number) =>
  db.transaction().execute(async (tx) => {
    for (let at = 0; at < count; at++)
      await append(tx, ANN, { type: 'envelope.voided', envelopeId: `env_${at % 3}`, clear: { reason: `no ${at}` } })
  })

test('the stored root is the root of RFC 6962, for every size', async () => {
  await using db = await openTestDb()
  const plain = (hashes: Uint8Array[]): Uint8Array => {
    if (hashes.length === 1) return hashes[0]!
    const split = 2 ** Math.floor(Math.log2(hashes.length - 1))
    return nodeHash(sha256, plain(hashes.slice(0, split)), plain(hashes.slice(split)))
  }
  for (let size = 1; size <= 40; size++) {
    await write(db, 1)
    const leaves = (await db.selectFrom('auditLeaf').select(['entry']).orderBy('seq').execute()).map(({ entry }) => leafHash(sha256, entry))
    const root = await treeRoot(db, size)
    expect(hex(root)).toBe(hex(plain(leaves)))
    for (let seq = 1; seq <= size; seq++) {
      const path = await inclusionProof(db, seq, size)
      expect(includes(sha256, leaves[seq - 1]!, seq - 1, size, path, root)).toBe(true)
      if (size > 1) expect(includes(sha256, leaves[seq % size]!, seq - 1, size, path, root)).toBe(false)
    }
  }
})

test('an entry cannot be changed or removed', async () => {
  await using db = await openTestDb()
  await write(db, 9)
  await expect(db.updateTable('auditLeaf').set({ type: 'x' }).execute()).rejects.toThrow('append-only')
  await expect(db.deleteFrom('auditLeaf').execute()).rejects.toThrow('append-only')
})

test('no address and no reason stands in the entries that are hashed', async () => {
  await using db = await openTestDb()
  await write(db, 1)
  const { entry } = await db.selectFrom('auditLeaf').select('entry').executeTakeFirstOrThrow()
  expect(entry).not.toContain('192.0.2.7')
  expect(entry).not.toContain('no 0')
  expect((await trailOf(db, 'env_0'))[0]?.clear).toEqual({ reason: 'no 0', ip: '192.0.2.7', userAgent: 'test' })
})

test('an event is written with its change or not at all, and a clock that goes back does not reorder the log', async () => {
  await using db = await openTestDb()
  await expect(
    db.transaction().execute(async (tx) => {
      await append(tx, ANN, { type: 'user.signed-in' })
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await treeSize(db)).toBe(0)
  await write(db, 1)
  await db.transaction().execute((tx) => append(tx, { ...ANN, at: '2020-01-01T00:00:00.000Z' as typeof NOON }, { type: 'user.signed-in' }))
  expect((await db.selectFrom('auditLeaf').select('at').orderBy('seq').execute()).map(({ at }) => at)).toEqual([NOON, NOON])
})

test('a checkpoint is a signed note that Ed25519 verifies', async () => {
  await using log = await openTestLog()
  await write(log.db, 5)
  const { note } = await checkpoint(log.db, NOON, 'sign.example.com/log', log.key)
  const [body = '', signature = ''] = note.split(/\n\n/)
  expect(body.split('\n').slice(0, 2)).toEqual(['sign.example.com/log', '5'])
  const bytes = Buffer.from(signature.trim().split(' ')[2]!, 'base64')
  const publicKey = await crypto.subtle.importKey('raw', log.key.publicKey as Uint8Array<ArrayBuffer>, 'Ed25519', false, ['verify'])
  expect(await crypto.subtle.verify('Ed25519', publicKey, bytes.subarray(4), Buffer.from(`${body}\n`))).toBe(true)
})
