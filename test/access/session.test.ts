import { expect, test } from 'bun:test'
import { findSession, endSession, IDLE, ABSOLUTE, liveSessionsOf, sessionCookie, signOut, startSession } from '../../src/access/session.ts'
import { addUser, disableUser } from '../../src/access/users.ts'
import { HOUR, MINUTE } from '../../src/base/instant.ts'
import { after, ANN, eventsOf, NOON, openAccess, visitor } from './support.ts'

test('the token is 256 bits, and the database holds only its hash', async () => {
  await using house = await openAccess()
  const { session, token } = await house.db.transaction().execute((tx) => startSession(tx, visitor(), house.ann))
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(JSON.stringify(await house.db.selectFrom('userSession').selectAll().execute())).not.toContain(token)
  expect((await findSession(house.db, token, NOON))?.session.id).toBe(session.id)
  expect(await findSession(house.db, session.tokenHash, NOON)).toBeNull()
  expect([sessionCookie(true), sessionCookie(false)]).toEqual(['__Host-paraphe', 'paraphe'])
})

test('it ends after two hours left alone, and after twelve in any case', async () => {
  await using house = await openAccess()
  const { token } = await house.db.transaction().execute((tx) => startSession(tx, visitor(), house.ann))
  expect(await findSession(house.db, token, after(IDLE))).toBeNull()
  for (let hour = 1; hour < 12; hour++) expect(await findSession(house.db, token, after(hour * HOUR))).not.toBeNull()
  expect(await findSession(house.db, token, after(ABSOLUTE - 1))).not.toBeNull()
  expect(await findSession(house.db, token, after(ABSOLUTE))).toBeNull()
})

test('signing out ends it for good, and is told once', async () => {
  await using house = await openAccess()
  const { session, token } = await house.db.transaction().execute((tx) => startSession(tx, visitor(), house.ann))
  await signOut(house.db, visitor(), session.id)
  await signOut(house.db, visitor(), session.id)
  expect(await findSession(house.db, token, NOON)).toBeNull()
  expect((await eventsOf(house.db)).filter((type) => type === 'user.signed-out').length).toBe(1)
})

test('a person sees and ends their own sessions, and nobody else’s', async () => {
  await using house = await openAccess()
  const first = await house.db.transaction().execute((tx) => startSession(tx, visitor(), house.ann))
  const second = await house.db.transaction().execute((tx) => startSession(tx, visitor(after(MINUTE)), house.ann))
  expect((await liveSessionsOf(house.db, after(MINUTE), house.ann.id)).map((session) => session.id)).toEqual([
    second.session.id,
    first.session.id,
  ])
  await endSession(house.db, visitor(), 'usr_somebodyelse', first.session.id)
  expect(await findSession(house.db, first.token, NOON)).not.toBeNull()
  await endSession(house.db, visitor(), house.ann.id, first.session.id)
  expect(await findSession(house.db, first.token, NOON)).toBeNull()
  expect(await findSession(house.db, second.token, after(MINUTE))).not.toBeNull()
})

test('disabling a user ends every session with the same commit', async () => {
  await using house = await openAccess()
  const { token } = await house.db.transaction().execute((tx) => startSession(tx, visitor(), house.ann))
  await house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...ANN, email: 'bob@acme.example' }))
  await disableUser(house.db, visitor(), null, house.ann.id)
  expect(await findSession(house.db, token, NOON)).toBeNull()
})
