import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyLog } from '../../../src/audit/verifying.ts'
import { compareWithKept, keptCheckpointIn } from '../../../src/audit/kept.ts'
import { checkpoint } from '../../../src/audit/checkpoint.ts'
import { openHouse } from '../../../src/cli/open-house.ts'
import { readConfig } from '../../../src/config/config.ts'
import { factsOfFile } from '../../../src/db/snapshot.ts'
import { findDraft } from '../../../src/envelope/drafting.ts'
import { currentInvitation, invitationToken, redeem } from '../../../src/envelope/invitation.ts'
import { startRunner } from '../../../src/jobs/runner.ts'
import { readObject } from '../../../src/store/object.ts'
import { drill } from '../../../src/upkeep/backup/drilling.ts'
import { findBackup, lookFromOutside, openBackup } from '../../../src/upkeep/backup/opening.ts'
import { restoreBackup } from '../../../src/upkeep/backup/restoring.ts'
import { verifyInside } from '../../../src/upkeep/backup/verifying.ts'
import { handlersOf } from '../../../src/worker/handlers.ts'
import { pdfsig } from '../../support/pdfsig.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'
import { backUp, folderFor, houseOnDisk, PASSPHRASE } from './support.ts'

test('the drill: everything is back, what was signed verifies, the log goes on, links work, nothing goes twice', async () => {
  await using test = await houseOnDisk()
  using backups = folderFor()
  using machine = folderFor()
  const { db, config } = test.house
  const user = await ann(test)
  const signed = await draftFor(test, user, [CLAIRE])
  await send(test, user, await findDraft(db, user, signed.id))
  await sign(test, (await recipientNamed(test, signed.id, 'Claire')).id)
  const open = await draftFor(test, user, [CLAIRE, MARIE])
  await send(test, user, await findDraft(db, user, open.id))
  await test.drain()
  const key = test.house.keys.checkpointKey()
  const { note } = await checkpoint(db, test.house.clock(), 'paraphe test', key)
  const before = await db.selectFrom('object').selectAll().orderBy('digest').execute()
  const claire = await recipientNamed(test, open.id, 'Claire')
  const link = invitationToken(test.house.secretKey, (await currentInvitation(db, claire.id, test.house.clock()))!)
  const waiting = await db.selectFrom('message').select('id').where('status', '=', 'waiting').execute()
  expect(waiting.length).toBeGreaterThan(0)

  const facts = await backUp(test, backups.path)
  expect(facts.newChunks).toBe(facts.chunks)
  expect(facts.chunks).toBeGreaterThan(3)
  const outer = findBackup(backups.path)
  expect(lookFromOutside(backups.path, outer).faults).toEqual([])
  expect(await verifyInside(backups.path, outer, PASSPHRASE)).toMatchObject({ faults: [] })

  // What is on the disk says nothing: no name, no file, no key.
  const stored = readdirSync(backups.path, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((file) => file.isFile())
  const all = Buffer.concat(stored.map((file) => readFileSync(join(file.parentPath, file.name))))
  for (const secret of ['ann@acme.example', 'Claire', '%PDF-', 'SQLite format', before[0]!.digest]) expect(all.includes(secret)).toBe(false)
  expect(all.includes(Buffer.alloc(32, 9))).toBe(false)
  // The copy of the tables that stood beside the data is gone.
  expect(readdirSync(config.dataDirectory).filter((name) => name.startsWith('partial-'))).toEqual([])

  const opened = await openBackup(backups.path, outer, PASSPHRASE)
  const target = join(machine.path, 'data')
  const restored = await restoreBackup(opened, { target, auditCheckpoint: join(target, 'audit-checkpoint.db'), at: test.house.clock() })
  expect(restored).toMatchObject({ held: waiting.length, standing: 'good', objects: before.length })
  expect(readFileSync(join(target, 'secret.key'))).toEqual(Buffer.alloc(32, 9))

  const { house, close } = await openHouse(readConfig({ PARAPHE_DATA: target }))
  try {
    // The backup that was under way in the tables that it copied does not stop the next one.
    expect(await house.db.selectFrom('backupRun').select('id').where('endedAt', 'is', null).execute()).toEqual([])
    // Counts and digests.
    expect(await house.db.selectFrom('object').selectAll().orderBy('digest').execute()).toEqual(before)
    for (const { digest, size } of before) expect((await readObject(house.db, digest)).length).toBe(size)
    const counts = opened.inner.tables!.counts
    const now = factsOfFile(join(target, 'paraphe.db'))
    const grown = Object.entries(counts).filter(([name, count]) => now.counts[name] !== count)
    // The chunks, and what says that this was restored.
    expect(grown.map(([name]) => name).filter((name) => !/^(chunk|audit_|message_attempt)/.test(name))).toEqual([])
    // The keys open as before, the log is whole, and goes on from what was kept.
    expect(house.keys.isLocked()).toBe(false)
    const place = keptCheckpointIn(join(target, 'audit-checkpoint.db'))
    expect((await verifyLog(house.db, place)).count).toBe(0)
    const signedAnew = await checkpoint(house.db, test.house.clock(), 'another name', house.keys.checkpointKey())
    expect([signedAnew.note.split('\n')[0], signedAnew.note === note]).toEqual([note.split('\n')[0], false])
    expect((await compareWithKept(house.db, place)).standing).toBe('good')
    const last = await house.db.selectFrom('auditLeaf').select('type').orderBy('seq', 'desc').executeTakeFirstOrThrow()
    expect(last.type).toBe('backup.restored')
    // Another validator calls the signatures of the restored file good.
    const head = await house.db
      .selectFrom('revision')
      .innerJoin('document', 'document.id', 'revision.documentId')
      .select('objectDigest')
      .where('document.envelopeId', '=', signed.id)
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow()
    // (Debian's poppler leaves the time stamp of a document alone.)
    const judged = (await pdfsig(await readObject(house.db, head.objectDigest))).filter(({ field }) => !field.startsWith('DocTS'))
    expect(judged.length).toBeGreaterThan(2)
    expect(judged.filter(({ validation }) => validation !== 'Signature is Valid.')).toEqual([])
    // A link sent before opens.
    expect((await redeem(house.db, house.secretKey, link, test.house.clock())) !== null).toBe(true)
    // No job sends what may have gone.
    const again = { ...house, clock: test.house.clock }
    await startRunner(again.db, again.clock, handlersOf(again), { lanes: 0 }).drain()
    const after = await house.db.selectFrom('message').select(['id', 'status']).execute()
    expect(after.filter(({ id, status }) => waiting.some((one) => one.id === id) && status !== 'failed' && status !== 'withdrawn')).toEqual(
      [],
    )
  } finally {
    await close()
  }
  // A signature made before verifies after: each finished document is judged by our own verifier.
  const report = await drill(opened, config, test.house.clock, machine.path)
  expect(report).toMatchObject({ documents: 1, faults: [] })
  expect(report.objects).toBeGreaterThanOrEqual(before.length)
  expect(readdirSync(machine.path)).toEqual(['data'])
}, 120_000)

test('a second backup writes what is new alone; a changed or missing piece is written again', async () => {
  await using test = await houseOnDisk()
  using backups = folderFor()
  const user = await ann(test)
  await draftFor(test, user, [CLAIRE])
  const first = await backUp(test, backups.path)
  test.wait(86_400_000)
  const second = await backUp(test, backups.path, { isKnown: true })
  expect([second.chunks, second.newChunks]).toEqual([first.chunks, 0])
  const chunks = readdirSync(join(backups.path, 'chunks'), { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((file) =>
    file.isFile(),
  )
  const one = join(chunks[0]!.parentPath, chunks[0]!.name)
  writeFileSync(one, readFileSync(one).subarray(1))
  expect(lookFromOutside(backups.path, findBackup(backups.path)).faults).toHaveLength(1)
  test.wait(86_400_000)
  expect((await backUp(test, backups.path, { isKnown: true })).newChunks).toBe(1)
  expect(lookFromOutside(backups.path, findBackup(backups.path)).faults).toEqual([])
  // Of the right length, and wrong: within so many nights every piece is read.
  const bytes = readFileSync(one)
  bytes[100]! ^= 1
  writeFileSync(one, bytes)
  let healed = 0
  for (let night = 0; night < 14; night++) {
    test.wait(86_400_000)
    healed += (await backUp(test, backups.path, { isKnown: true })).newChunks
  }
  expect(healed).toBe(1)
  expect(await verifyInside(backups.path, findBackup(backups.path), PASSPHRASE)).toMatchObject({ faults: [] })
}, 60_000)

test('another passphrase opens nothing, and a new one has every piece written anew', async () => {
  await using test = await houseOnDisk()
  using backups = folderFor()
  const { newRecoveryKey } = await import('../../../src/upkeep/backup/recovery-key.ts')
  await draftFor(test, await ann(test), [CLAIRE])
  const first = await backUp(test, backups.path)
  expect(openBackup(backups.path, findBackup(backups.path), 'quiet harbour under six lamps')).rejects.toThrow('backup.passphrase-wrong')
  test.wait(86_400_000)
  const recovery = await newRecoveryKey('another one altogether', test.house.secretKey)
  const second = await backUp(test, backups.path, { recovery, isKnown: true })
  expect(second.newChunks).toBe(first.chunks)
  expect(await verifyInside(backups.path, findBackup(backups.path, first.id), PASSPHRASE)).toMatchObject({ faults: [] })
  expect(await verifyInside(backups.path, findBackup(backups.path, second.id), 'another one altogether')).toMatchObject({ faults: [] })
}, 60_000)

test('a target that holds anything is refused, and nothing is left where something is wrong', async () => {
  await using test = await houseOnDisk()
  using backups = folderFor()
  using machine = folderFor()
  await draftFor(test, await ann(test), [CLAIRE])
  await backUp(test, backups.path)
  const opened = await openBackup(backups.path, findBackup(backups.path), PASSPHRASE)
  const order = { auditCheckpoint: join(machine.path, 'checkpoint.db'), at: test.house.clock() }
  writeFileSync(join(machine.path, 'mine'), 'mine')
  expect(restoreBackup(opened, { ...order, target: machine.path })).rejects.toThrow('backup.not-empty')
  const chunks = readdirSync(join(backups.path, 'chunks'), { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((file) =>
    file.isFile(),
  )
  const one = join(chunks[0]!.parentPath, chunks[0]!.name)
  const bytes = readFileSync(one)
  bytes[60]! ^= 1
  writeFileSync(one, bytes)
  expect(restoreBackup(opened, { ...order, target: join(machine.path, 'data') })).rejects.toThrow(/chunk .* is damaged/)
  expect(readdirSync(machine.path)).toEqual(['mine'])
  expect(existsSync(order.auditCheckpoint)).toBe(false)
}, 60_000)
