import { expect, test } from 'bun:test'
import { assignRoles } from '../../src/access/assigning.ts'
import { ADMINISTRATOR, EMPLOYEE, SUPERVISOR } from '../../src/access/rights.ts'
import { startSession, findSession } from '../../src/access/session.ts'
import {
  addUser,
  changeOwnDetails,
  changeUser,
  disableUser,
  enableUser,
  findUser,
  findUserByAddress,
  listCompanySigners,
  type UserDetails,
} from '../../src/access/users.ts'
import { acceptWelcome, redeemWelcome, welcomeExpiry, welcomeToken, WELCOME_LASTS } from '../../src/access/welcome.ts'
import { after, ANN, eventsOf, NOON, openAccess, reasonOf, visitor } from './support.ts'

const BOB = {
  ...ANN,
  email: 'Bob@Acme.example',
  firstName: 'Bob',
  lastName: 'Baker',
  roles: [EMPLOYEE],
} as const

const change = (house: Awaited<ReturnType<typeof openAccess>>, id: string, details: UserDetails) =>
  house.db.transaction().execute((tx) => changeUser(tx, visitor(), house.ann, id, details))

test('a user is kept by their address in lower case, once', async () => {
  await using house = await openAccess()
  const bob = await house.db.transaction().execute((tx) => addUser(tx, visitor(), BOB))
  expect(bob.email).toBe('bob@acme.example')
  expect((await findUserByAddress(house.db, ' BOB@acme.EXAMPLE '))?.id).toBe(bob.id)
  expect(await reasonOf(house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...BOB, email: 'bob@ACME.example' })))).toBe(
    'user.address-taken',
  )
  expect(await reasonOf(change(house, bob.id, { ...BOB, email: ANN.email }))).toBe('user.address-taken')
  expect((await listCompanySigners(house.db)).map((user) => user.firstName)).toEqual(['Ann'])
})

test.each([
  '',
  'bob',
  'bob@',
  '@acme.example',
  'a@b@c',
  'bob@acme.example, eve@evil.example',
  'Bob <bob@acme.example>',
  '"bob"@acme.example',
  'bob@acme..example',
  'bob@-acme.example',
  'bob\r\n@acme.example',
  `${'b'.repeat(65)}@acme.example`,
  `bob@${'acme.'.repeat(60)}example`,
  'bob@acme.example\0',
  'bo b@acme.example',
])('%p is no address', async (email) => {
  await using house = await openAccess()
  expect(await reasonOf(house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...BOB, email })))).toBe('user.address-invalid')
  expect(await eventsOf(house.db)).toEqual(['user.added'])
})

test('there is always an administrator', async () => {
  await using house = await openAccess()
  expect(await reasonOf(disableUser(house.db, visitor(), null, house.ann.id))).toBe('user.last-administrator')
  const holder = { kind: 'user', id: house.ann.id } as const
  expect(await reasonOf(assignRoles(house.db, visitor(), house.ann, holder, [SUPERVISOR]))).toBe('user.last-administrator')
  const bob = await house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...BOB, roles: [ADMINISTRATOR] }))
  await disableUser(house.db, visitor(), null, house.ann.id)
  expect(await reasonOf(disableUser(house.db, visitor(), null, bob.id))).toBe('user.last-administrator')
  await enableUser(house.db, visitor(), null, house.ann.id)
  await disableUser(house.db, visitor(), null, bob.id)
  expect((await findUser(house.db, bob.id)).disabledAt).toBe(NOON)
})

test('another role begins with another sign-in', async () => {
  await using house = await openAccess()
  const bob = await house.db.transaction().execute((tx) => addUser(tx, visitor(), BOB))
  const { token } = await house.db.transaction().execute((tx) => startSession(tx, visitor(), bob))
  await change(house, bob.id, { ...BOB, jobTitle: 'Chef' })
  expect(await findSession(house.db, token, NOON)).not.toBeNull()
  await assignRoles(house.db, visitor(), house.ann, { kind: 'user', id: bob.id }, [SUPERVISOR])
  expect(await findSession(house.db, token, NOON)).toBeNull()
})

test('a person changes their own details, and neither their department nor their address', async () => {
  await using house = await openAccess()
  await changeOwnDetails(house.db, visitor(), house.ann.id, {
    firstName: 'Anna',
    lastName: 'Archer',
    jobTitle: '',
    phone: '+33612345678',
    language: 'fr',
    ...({ departmentId: 'dep', email: 'x@y.z' } as object),
  })
  expect(await findUser(house.db, house.ann.id)).toMatchObject({
    firstName: 'Anna',
    language: 'fr',
    departmentId: null,
    email: ANN.email,
  })
})

test('the link of the first visit sets the password once, and opens a session', async () => {
  await using house = await openAccess()
  const bob = await house.db.transaction().execute((tx) => addUser(tx, visitor(), BOB))
  const token = welcomeToken(house.secretKey, bob, welcomeExpiry(NOON))
  expect((await redeemWelcome(house.db, house.secretKey, NOON, token)).id).toBe(bob.id)
  expect(await reasonOf(acceptWelcome(house, visitor(), token, 'too short', []))).toBe('password.too-short')
  expect(await reasonOf(acceptWelcome(house, visitor(), token, 'bob-baker-2026', ['Acme']))).toBe('password.guessable')
  const opened = await acceptWelcome(house, visitor(), token, 'seven green kettles sing', ['Acme'])
  expect((await findSession(house.db, opened.token, NOON))?.user.id).toBe(bob.id)
  expect(await reasonOf(acceptWelcome(house, visitor(), token, 'another one that is long', []))).toBe('welcome.link-over')
})

test('a late, forged, borrowed or broken link is one and the same', async () => {
  await using house = await openAccess()
  const bob = await house.db.transaction().execute((tx) => addUser(tx, visitor(), BOB))
  const good = welcomeToken(house.secretKey, bob, welcomeExpiry(NOON))
  const forAnn = welcomeToken(house.secretKey, house.ann, welcomeExpiry(NOON))
  for (const token of [
    '',
    '.',
    '..',
    good.replace(bob.id, house.ann.id),
    `${good.slice(0, -2)}xx`,
    good.replace('.', '.z'),
    `${bob.id}.${forAnn.split('.')[1]}.${forAnn.split('.')[2]}`,
    '💥.💥.💥',
  ])
    expect(await reasonOf(redeemWelcome(house.db, house.secretKey, NOON, token))).toBe('welcome.link-over')
  expect(await reasonOf(redeemWelcome(house.db, house.secretKey, after(WELCOME_LASTS), good))).toBe('welcome.link-over')
  await change(house, bob.id, { ...BOB, email: 'robert@acme.example' })
  expect(await reasonOf(redeemWelcome(house.db, house.secretKey, NOON, good))).toBe('welcome.link-over')
})
