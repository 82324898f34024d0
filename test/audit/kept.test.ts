import { expect, test } from 'bun:test'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkpoint, hasNews } from '../../src/audit/checkpoint.ts'
import { continueWithBreak } from '../../src/audit/continuing.ts'
import { compareWithKept, keptCheckpointIn, refuseUnlessKept } from '../../src/audit/kept.ts'
import { readNote } from '../../src/audit/note.ts'
import { consistencyProof, sha256, treeRoot } from '../../src/audit/trail.ts'
import { isConsistent } from '../../src/audit/tree.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDb } from '../../src/db/open.ts'
import { systemAct } from '../../src/audit/act.ts'
import { onPostgres } from '../support/fresh.ts'
import { ANN, NOON } from '../support/database.ts'
import { openTestLog, ORIGIN, writeTo } from './support.ts'

test('any two sizes are shown to be one log, and no other pair of roots is', async () => {
  await using log = await openTestLog()
  await log.write(24)
  const roots = await Promise.all(Array.from({ length: 25 }, (_, size) => treeRoot(log.db, size)))
  for (let first = 1; first <= 24; first++)
    for (let second = first; second <= 24; second++) {
      const proof = await consistencyProof(log.db, first, second)
      const shown = (old: number, grown: number) =>
        isConsistent(sha256, { size: first, root: roots[old]! }, { size: second, root: roots[grown]! }, proof)
      expect([first, second, shown(first, second)]).toEqual([first, second, true])
      expect(shown(first - 1, second)).toBe(false)
      if (second < 24) expect(shown(first, second + 1)).toBe(false)
      if (proof.length)
        expect(isConsistent(sha256, { size: first, root: roots[first]! }, { size: second, root: roots[second]! }, proof.slice(1))).toBe(
          false,
        )
    }
})

test('a checkpoint is kept outside; a log that goes on is signed, and keeps its first name', async () => {
  await using log = await openTestLog()
  await log.write(5)
  expect((await compareWithKept(log.db, log.kept)).standing).toBe('first')
  const first = await checkpoint(log.db, NOON, ORIGIN, log.key)
  expect(log.kept.read()?.note).toBe(first.note)
  expect(await hasNews(log.db)).toBe(false)
  expect((await checkpoint(log.db, NOON, ORIGIN, log.key)).note).toBe(first.note)
  await log.write(3)
  expect(await hasNews(log.db)).toBe(true)
  const second = await checkpoint(log.db, NOON, 'elsewhere.example/log', log.key)
  expect(readNote(second.note)).toMatchObject({ origin: ORIGIN, size: 8 })
  expect((await log.db.selectFrom('checkpoint').select(['size', 'keptAt']).execute()).map(({ size, keptAt }) => [size, keptAt])).toEqual([
    [5, NOON],
    [8, NOON],
  ])
})

test('a crash between the two writes is healed by the next checkpoint', async () => {
  await using log = await openTestLog()
  await log.write(5)
  const { note } = await checkpoint(log.db, NOON, ORIGIN, log.key)
  await log.db.deleteFrom('checkpoint').execute() // kept outside, not yet recorded
  expect((await refuseUnlessKept(log.db, log.kept)).standing).toBe('good')
  await log.write(1)
  await checkpoint(log.db, NOON, ORIGIN, log.key)
  expect((await log.db.selectFrom('checkpoint').select('note').where('size', '=', 5).executeTakeFirstOrThrow()).note).toBe(note)
})

test('two that take a checkpoint at once both get one, and the newer is kept', async () => {
  await using log = await openTestLog()
  await log.write(5)
  const taken = await Promise.all([
    checkpoint(log.db, NOON, ORIGIN, log.key),
    log.write(4).then(() => checkpoint(log.db, NOON, ORIGIN, log.key)),
    checkpoint(log.db, NOON, ORIGIN, log.key),
  ])
  expect(log.kept.read()?.size).toBe(Math.max(...taken.map(({ size }) => size)))
  expect(log.kept.swap(null, { size: 1, root: 'x', at: NOON, note: null })).toBe(false)
})

test.skipIf(onPostgres)('an older copy is refused, signs nothing, and goes on only with a recorded break', async () => {
  await using log = await openTestLog()
  await log.write(6)
  await checkpoint(log.db, NOON, ORIGIN, log.key)
  const copy = join(log.folder, 'old.db')
  await import('kysely').then(({ sql }) => sql`vacuum into ${copy}`.execute(log.db))
  await log.write(4)
  const lost = await checkpoint(log.db, NOON, ORIGIN, log.key)
  const old = openDb(copy)
  try {
    await migrate(old)
    await expect(refuseUnlessKept(old, log.kept)).rejects.toMatchObject({ reason: 'audit.behind', params: { size: 6, kept: 10 } })
    await expect(checkpoint(old, NOON, ORIGIN, log.key)).rejects.toMatchObject({ reason: 'audit.behind' })
    await writeTo(old, 9) // longer by now, and another log
    await expect(checkpoint(old, NOON, ORIGIN, log.key)).rejects.toMatchObject({ reason: 'audit.forked' })
    await expect(continueWithBreak(old, ANN, log.kept, ' ')).rejects.toMatchObject({ reason: 'audit.reason-missing' })
    await continueWithBreak(old, systemAct(NOON), log.kept, 'the disk died')
    const { entry } = await old.selectFrom('auditLeaf').select('entry').where('type', '=', 'audit.continued').executeTakeFirstOrThrow()
    expect(JSON.parse(entry)).toMatchObject({ detail: { standing: 'forked', kept: 10, keptNote: lost.note } })
    expect(entry).not.toContain('the disk died')
    expect((await checkpoint(old, NOON, ORIGIN, log.key)).size).toBe(16)
    await expect(continueWithBreak(old, ANN, log.kept, 'again')).rejects.toMatchObject({ reason: 'audit.whole' })
  } finally {
    await old.destroy()
  }
})

test.skipIf(onPostgres)(
  'what was kept and is gone, or cannot be read, is missed; a break stopped half-way is not recorded twice',
  async () => {
    await using log = await openTestLog()
    const path = join(log.folder, 'kept.db')
    await log.write(3)
    await checkpoint(log.db, NOON, ORIGIN, log.key)
    copyFileSync(path, `${path}.copy`)
    for (const spoil of [() => rmSync(path), () => writeFileSync(path, 'no database at all, but text')]) {
      spoil()
      await expect(refuseUnlessKept(log.db, keptCheckpointIn(path))).rejects.toMatchObject({ reason: 'audit.missing' })
      await expect(checkpoint(log.db, NOON, ORIGIN, log.key)).rejects.toMatchObject({ reason: 'audit.missing' })
      const half = { ...log.kept, swap: () => false }
      await expect(continueWithBreak(log.db, ANN, half, 'lost')).rejects.toThrow('meanwhile')
      await continueWithBreak(log.db, ANN, log.kept, 'lost')
      expect((await compareWithKept(log.db, log.kept)).standing).toBe('good')
      await log.write(1)
      await checkpoint(log.db, NOON, ORIGIN, log.key)
    }
    expect((await log.db.selectFrom('auditLeaf').select('seq').where('type', '=', 'audit.continued').execute()).length).toBe(2)
  },
)
