import { expect, test } from 'bun:test'
import { confirmPassword, deviceToken, signIn } from '../../src/access/sign-in.ts'
import { changeOwnPassword } from '../../src/access/password-change.ts'
import { findSession } from '../../src/access/session.ts'
import { addUser, disableUser } from '../../src/access/users.ts'
import { HOUR, MINUTE, SECOND } from '../../src/base/instant.ts'
import { after, ANN, eventsOf, NOON, openAccess, PASSWORD, PASSWORD_HASH, reasonOf, visitor } from './support.ts'

const WRONG = 'not the right one'

test('the right password opens a session and tells it', async () => {
  await using house = await openAccess()
  const { token, user } = await signIn(house, visitor(), { email: ' ANN@Acme.example', password: PASSWORD })
  expect(user.id).toBe(house.ann.id)
  expect((await findSession(house.db, token, NOON))?.user.id).toBe(house.ann.id)
  expect(await eventsOf(house.db)).toEqual(['user.added', 'user.signed-in'])
})

test('a wrong password, an unknown account, a disabled one and one without a password are all the same', async () => {
  await using house = await openAccess()
  await house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...ANN, email: 'new@acme.example' }))
  await house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...ANN, email: 'gone@acme.example' }, PASSWORD_HASH))
  await house.db.updateTable('user').set({ disabledAt: NOON }).where('email', '=', 'gone@acme.example').execute()
  for (const email of ['ann@acme.example', 'nobody@acme.example', 'gone@acme.example', 'new@acme.example', 'no address', ''])
    expect(await reasonOf(signIn(house, visitor(), { email, password: email.startsWith('gone') ? PASSWORD : WRONG }))).toBe('sign-in.wrong')
  expect((await eventsOf(house.db)).filter((type) => type === 'user.sign-in-refused').length).toBe(6)
})

test('each try after the fourth waits longer, and the tenth waits a quarter of an hour, for an unknown account too', async () => {
  await using house = await openAccess()
  for (const email of ['ann@acme.example', 'nobody@acme.example']) {
    let at = 0
    const tryAt = (moment: number) => reasonOf(signIn(house, visitor(after(moment)), { email, password: WRONG }))
    for (let n = 1; n <= 4; n++) expect(await tryAt(at)).toBe('sign-in.wrong')
    for (const wait of [1, 2, 4, 8, 16, 32]) {
      expect(await tryAt(at + wait * SECOND - 1)).toBe('sign-in.too-many')
      expect(await tryAt((at += wait * SECOND))).toBe('sign-in.wrong')
    }
    expect(await reasonOf(signIn(house, visitor(after(at + 10 * MINUTE)), { email, password: PASSWORD }))).toBe('sign-in.too-many')
    expect(await tryAt(at + 15 * MINUTE)).toBe('sign-in.wrong')
  }
}, 30_000)

test('tries that are sent at once are counted one by one', async () => {
  await using house = await openAccess()
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, () => reasonOf(signIn(house, visitor(), { email: 'ann@acme.example', password: WRONG }))),
  )
  expect(outcomes.filter((reason) => reason === 'sign-in.wrong').length).toBe(4)
})

test('fifty tries from one address, whatever the account', async () => {
  await using house = await openAccess()
  const bucketsBefore = (await house.db.selectFrom('attempt').selectAll().execute()).length
  expect(bucketsBefore).toBe(0)
  const reasons: string[] = []
  for (let n = 0; n < 52; n++) reasons.push(await reasonOf(signIn(house, visitor(), { email: `user${n}@acme.example`, password: WRONG })))
  expect(reasons.filter((reason) => reason === 'sign-in.wrong').length).toBe(50)
  expect(await reasonOf(signIn(house, visitor(NOON, '192.0.2.8'), { email: 'ann@acme.example', password: PASSWORD }))).toBe(
    'nothing was refused',
  )
  expect(JSON.stringify(await house.db.selectFrom('attempt').selectAll().execute())).not.toMatch(/acme|192\.0/)
}, 60_000)

test('a thousand wrong tries do not lock the real person out of their own device', async () => {
  await using house = await openAccess()
  await signIn(house, visitor(), { email: 'ann@acme.example', password: PASSWORD })
  const device = deviceToken(house.secretKey, 'ann@acme.example')
  for (let n = 0; n < 1_000; n++) await reasonOf(signIn(house, visitor(after(n * 800)), { email: 'ann@acme.example', password: WRONG }))
  expect(await reasonOf(signIn(house, visitor(after(800 * SECOND)), { email: 'ann@acme.example', password: PASSWORD }))).toBe(
    'sign-in.too-many',
  )
  expect(await reasonOf(signIn(house, visitor(after(800 * SECOND)), { email: 'ann@acme.example', password: PASSWORD, device }))).toBe(
    'nothing was refused',
  )
  expect(
    await reasonOf(signIn(house, visitor(after(800 * SECOND)), { email: 'ann@acme.example', password: PASSWORD, device: `${device}x` })),
  ).toBe('sign-in.too-many')
}, 60_000)

test('the device of one account is a stranger to another', async () => {
  await using house = await openAccess()
  await signIn(house, visitor(), { email: 'ann@acme.example', password: PASSWORD })
  const device = deviceToken(house.secretKey, 'ann@acme.example')
  for (let n = 0; n < 6; n++) await reasonOf(signIn(house, visitor(), { email: 'bob@acme.example', password: WRONG, device }))
  expect(await reasonOf(signIn(house, visitor(), { email: 'bob@acme.example', password: WRONG, device }))).toBe('sign-in.too-many')
})

test('a changed password ends every other session, and asks for the current one', async () => {
  await using house = await openAccess()
  const one = await signIn(house, visitor(), { email: 'ann@acme.example', password: PASSWORD })
  const two = await signIn(house, visitor(), { email: 'ann@acme.example', password: PASSWORD })
  const change = {
    current: PASSWORD,
    next: 'seven green kettles sing',
    keepSession: two.kind === 'open' ? two.session.id : '',
    companyWords: ['Acme'],
  }
  expect(await reasonOf(changeOwnPassword(house, visitor(), house.ann, { ...change, current: WRONG }))).toBe('password.current-wrong')
  expect(await reasonOf(changeOwnPassword(house, visitor(), house.ann, { ...change, next: 'acme-archer-1' }))).toBe('password.guessable')
  await changeOwnPassword(house, visitor(), house.ann, change)
  expect(await findSession(house.db, one.token, NOON)).toBeNull()
  expect(await findSession(house.db, two.token, NOON)).not.toBeNull()
  expect(await reasonOf(signIn(house, visitor(after(HOUR)), { email: 'ann@acme.example', password: PASSWORD }))).toBe('sign-in.wrong')
  expect(await reasonOf(signIn(house, visitor(after(HOUR)), { email: 'ann@acme.example', password: change.next }))).toBe(
    'nothing was refused',
  )
})

test('asking for the password again is limited too', async () => {
  await using house = await openAccess()
  const reasons: string[] = []
  for (let n = 0; n < 12; n++) reasons.push(await reasonOf(confirmPassword(house, visitor(after(n * MINUTE)), house.ann, WRONG)))
  expect(reasons.filter((reason) => reason === 'password.current-wrong').length).toBe(10)
}, 20_000)

test('an account disabled while its password is looked at stays shut', async () => {
  await using house = await openAccess()
  await house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...ANN, email: 'bob@acme.example' }))
  const under = reasonOf(signIn(house, visitor(), { email: 'ann@acme.example', password: PASSWORD }))
  await disableUser(house.db, visitor(), null, house.ann.id)
  expect(await under).toBe('sign-in.wrong')
})
