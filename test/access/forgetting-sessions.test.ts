import { expect, test } from 'bun:test'
import { forgetOldSessions } from '../../src/access/forgetting-sessions.ts'
import { openSession } from '../../src/access/opening.ts'
import { DAY, later } from '../../src/base/instant.ts'
import { NOON, openAccess, visitor } from './support.ts'

test('sessions of last month are forgotten, but for the newest of each person', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const open = (days: number) =>
    db
      .transaction()
      .execute((tx) => openSession(tx, visitor(later(NOON, days * DAY)), ann, { method: 'password', knownDevice: true }))
      .then((opened) => (opened.kind === 'open' ? opened.session.id : ''))
  const [first, second, third] = [await open(0), await open(10), await open(35)]
  await db
    .insertInto('identitySession')
    .values({ sessionId: first!, sourceId: 'src_1', subject: 'ann', providerSession: null, sealedToken: null, createdAt: NOON })
    .execute()
  for (const [id, at] of [
    ['old', NOON],
    ['new', later(NOON, 39 * DAY)],
  ] as const) {
    await db
      .insertInto('halfSession')
      .values({
        ...{ id: `hlf_${id}`, tokenHash: id as never, userId: ann.id, method: 'password', needs: 'enrolment', knownDevice: 0 },
        ...{ createdAt: at, endedAt: null, ip: null, userAgent: null },
      })
      .execute()
    await db
      .insertInto('passwordLink')
      .values({ id: `lnk_${id}`, tokenHash: id as never, userId: ann.id, address: ann.email, createdAt: at, expiresAt: at, usedAt: null })
      .execute()
  }
  const left = async () => (await db.selectFrom('userSession').select('id').orderBy('createdAt').execute()).map(({ id }) => id)
  await forgetOldSessions(db, later(NOON, 10 * DAY))
  expect(await left()).toEqual([second!, third!])
  expect(await db.selectFrom('halfSession').select('id').execute()).toEqual([{ id: 'hlf_new' }])
  expect(await db.selectFrom('passwordLink').select('id').execute()).toEqual([{ id: 'lnk_new' }])
  expect(await db.selectFrom('identitySession').select('sessionId').execute()).toEqual([])
  await forgetOldSessions(db, later(NOON, 90 * DAY))
  expect(await left()).toEqual([third!])
})
