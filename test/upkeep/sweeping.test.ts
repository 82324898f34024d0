import { expect, test } from 'bun:test'
import { DAY, instant, later } from '../../src/base/instant.ts'
import { discardDraft } from '../../src/envelope/drafting.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { pageImage } from '../../src/envelope/page-images.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { putObject, readObject } from '../../src/store/object.ts'
import { removeLooseChunks } from '../../src/store/sweeping.ts'
import { sweepObjects } from '../../src/upkeep/sweeping.ts'
import { openTestHouse } from '../support/house.ts'
import { actOf, ann, draftFor, recipientNamed, send, sign } from '../support/signing.ts'

test('what nothing names goes after a day; what is named stays, to the last byte', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const kept = await draftFor(house, user)
  await send(house, user, kept)
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, kept.id, name)).id)
  await house.drain()
  const [document] = await listDocuments(db, kept.id)
  await pageImage(house.house, document!.sourceDigest, 0, 240)
  const discarded = await draftFor(house, user)
  await pageImage(house.house, (await listDocuments(db, discarded.id))[0]!.sourceDigest, 0, 800)
  await discardDraft(db, actOf(house.house, user), user, discarded.id)
  const loose = await putObject(db, new TextEncoder().encode('a file that nobody names'))
  const now = instant(Date.now())
  const objects = async () => (await db.selectFrom('object').select('digest').execute()).map(({ digest }) => digest)

  expect(await sweepObjects(db, now)).toBe(0)
  const before = await objects()
  expect(await sweepObjects(db, later(now, 2 * DAY))).toBeGreaterThan(0)
  const after = await objects()
  expect(after).not.toContain(loose.digest)
  expect(after.length).toBeLessThan(before.length)
  for (const { objectDigest } of await db.selectFrom('revision').select('objectDigest').execute())
    expect((await readObject(db, objectDigest)).length).toBeGreaterThan(1_000)
  expect((await readObject(db, document!.originalDigest)).length).toBeGreaterThan(1_000)
  for (const { imageDigest } of await db.selectFrom('pageImage').select('imageDigest').execute()) await readObject(db, imageDigest)
  // Nothing is left of what went, and nothing of what stayed is missing.
  const chunks = async () => (await db.selectFrom('chunk').select('digest').execute()).length
  const standing = await chunks()
  await removeLooseChunks(db)
  expect(await chunks()).toBe(standing)
  expect(await headRevision(db, document!.id)).not.toBeNull()
}, 60_000)
