import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { OVERSIGHT } from '../../src/access/permissions.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import { keptCheckpointIn } from '../../src/audit/kept.ts'
import { DAY } from '../../src/base/instant.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { askToDispose, decideDisposal, findDisposal } from '../../src/vault/disposing.ts'
import { keepClass } from '../../src/vault/retention.ts'
import { sweepEverything } from '../../src/vault/sweep.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf, ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

/** Whole, or gone and told as gone: nothing in between. */
async function standing(house: TestHouse, id: string): Promise<'whole' | 'gone'> {
  const { db } = house.house
  const desk = await house.browser()
  await desk.signIn('ann@acme.example')
  const [document] = await listDocuments(db, id)
  const { status } = await desk.get(`/vault/${id}/documents/${document!.id}/sealed.pdf`)
  const entry = await db.selectFrom('vaultEntry').select('disposedAt').where('envelopeId', '=', id).executeTakeFirstOrThrow()
  const has = await headRevision(db, document!.id)
  if (status === 200 && has && entry.disposedAt === null) return 'whole'
  expect([status, has, entry.disposedAt !== null]).toEqual([410, null, true])
  return 'gone'
}

test('killed between the bytes and the row, and between two documents: the next start finishes, and nothing is half destroyed', async () => {
  await using house = await openTestHouse({ authority: true, isOnDisk: true })
  const { db, clock } = house.house
  const user = await ann(house)
  const bob = await db.selectFrom('user').select('id').where('email', '=', 'bob@acme.example').executeTakeFirstOrThrow()
  const second = { id: bob.id, departmentId: null, permissions: OVERSIGHT }
  const ids: string[] = []
  for (let at = 0; at < 2; at++) {
    const draft = await draftFor(house, user, [CLAIRE, MARIE])
    await send(house, user, draft)
    for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, draft.id, name)).id)
    await house.drain()
    ids.push(draft.id)
  }
  const facts = { name: 'One', years: 1, until: null, action: 'dispose' as const, isDefault: true }
  await keepClass(db, actOf(house.house, user), user, null, facts)
  await house.drain()
  house.wait(2 * 366 * DAY)
  const id = await askToDispose(db, actOf(house.house, user), user, ids, 'Over')
  await decideDisposal(db, actOf(house.house, second), second, id, true, 'agreed')
  const file = join(house.house.config.dataDirectory, 'paraphe.db')

  for (const [failpoint, gone] of [
    ['disposal.before-commit', 0],
    ['disposal.between-entries', 1],
    ['disposal.before-commit', 1],
  ] as const) {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, 'disposal-life.ts'), file, id, clock(), failpoint], {
      stderr: 'inherit',
    })
    await child.exited
    expect([failpoint, child.signalCode]).toEqual([failpoint, 'SIGKILL'])
    const found: string[] = []
    for (const one of ids) found.push(await standing(house, one))
    expect([failpoint, found.filter((one) => one === 'gone').length]).toEqual([failpoint, gone])
    expect(await sweepEverything(house.house)).toMatchObject({ faults: 0 })
  }
  await house.drain()
  for (const one of ids) expect(await standing(house, one)).toBe('gone')
  const disposal = await findDisposal(db, user, id)
  expect([disposal.doneAt !== null, disposal.certificateDigest !== null]).toEqual([true, true])
  const events = await db.selectFrom('auditLeaf').select('seq').where('type', '=', 'envelope.disposed').execute()
  expect(events.length).toBe(2)
  expect((await verifyLog(db, keptCheckpointIn(house.house.config.auditCheckpoint), [])).findings).toEqual([])
}, 180_000)
