import { afterAll, expect, test } from 'bun:test'
import { assignRoles } from '../../../src/access/assigning.ts'
import { EMPLOYEE } from '../../../src/access/rights.ts'
import { signIn } from '../../../src/access/sign-in.ts'
import { openWithBreakGlass } from '../../../src/access/sign-on/machine.ts'
import { chooseBreakGlass, switchToSources, takeNote, unseenUses } from '../../../src/access/sign-on/only.ts'
import { switchSource } from '../../../src/access/sign-on/source.ts'
import { addUser, disableUser, findUser } from '../../../src/access/users.ts'
import { addPerson, LDAP_PASSWORD, startSlapd } from '../../support/slapd.ts'
import { after, ANN, eventsOf, NOON, openAccess, PASSWORD, PASSWORD_HASH, reasonOf, visitor } from '../support.ts'
import { connectDirectory } from './support.ts'

const slapd = await startSlapd()
afterAll(() => slapd[Symbol.asyncDispose]())
await addPerson(slapd.admin, { uid: 'eve', firstName: 'Eve', lastName: 'E' })

test('passwords are switched off only by whoever has just come in by a source, and one account is left that everybody hears of', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const source = await connectDirectory(house, slapd)
  const bob = await db
    .transaction()
    .execute((tx) => addUser(tx, visitor(), { ...ANN, email: 'bob@acme.example', firstName: 'Bob', roles: [EMPLOYEE] }, PASSWORD_HASH))
  const own = async (work: Parameters<ReturnType<typeof db.transaction>['execute']>[0]) => reasonOf(db.transaction().execute(work))
  const byPassword = await signIn(house, visitor(), { email: ann.email, password: PASSWORD })
  const eve = await signIn(house, visitor(), { email: 'eve', password: LDAP_PASSWORD })
  const session = eve.kind === 'open' ? eve.session.id : ''
  expect(await own((tx) => switchToSources(tx, visitor(), byPassword.kind === 'open' ? byPassword.session.id : ''))).toBe(
    'sign-on.sign-in-first',
  )
  expect(await own((tx) => switchToSources(tx, visitor(), session))).toBe('sign-on.break-glass-missing')
  expect(await own((tx) => chooseBreakGlass(tx, visitor(), bob.id))).toBe('sign-on.break-glass-unfit')
  expect(await own((tx) => chooseBreakGlass(tx, visitor(), eve.user.id))).toBe('sign-on.break-glass-unfit')
  expect(await own((tx) => chooseBreakGlass(tx, visitor(), ann.id))).toBe('nothing was refused')
  expect(await own((tx) => switchToSources(tx, visitor(after(16 * 60_000)), session))).toBe('sign-on.sign-in-first')
  expect(await own((tx) => switchToSources(tx, visitor(), session))).toBe('nothing was refused')

  for (const email of ['bob@acme.example', ann.email])
    expect(await reasonOf(signIn(house, visitor(), { email, password: PASSWORD }))).toBe('sign-in.wrong')
  expect(await reasonOf(signIn(house, visitor(after(1_000)), { email: 'bob@acme.example', password: PASSWORD, isBreakGlass: true }))).toBe(
    'sign-in.wrong',
  )
  expect((await signIn(house, visitor(after(2_000)), { email: 'eve', password: LDAP_PASSWORD })).kind).toBe('open')
  // Neither the account nor its rights nor the last source can be taken away.
  expect(await reasonOf(disableUser(db, visitor(), null, ann.id))).toMatch(/sign-on.break-glass-stays|user.last-administrator/)
  expect(await reasonOf(assignRoles(db, visitor(), null, { kind: 'user', id: ann.id }, [EMPLOYEE]))).toMatch(
    /sign-on.break-glass-stays|user.last-administrator/,
  )
  expect(await own((tx) => switchSource(tx, visitor(), house.secretKey, source, false))).toBe('source.only-way')

  expect((await signIn(house, visitor(after(3_000)), { email: ann.email, password: PASSWORD, isBreakGlass: true })).kind).toBe('open')
  expect(await eventsOf(db)).toContain('user.broke-glass')
  expect((await db.selectFrom('message').selectAll().where('kind', '=', 'break-glass').execute()).map(({ address }) => address)).toEqual([
    ann.email,
  ])
  expect((await unseenUses(db)).length).toBe(1)
  expect(await own((tx) => takeNote(tx, visitor(), ann.id))).toBe('sign-on.note-by-another')
  expect(await own((tx) => takeNote(tx, visitor(), bob.id))).toBe('nothing was refused')
  expect(await unseenUses(db)).toEqual([])
})

test('whoever owns the machine opens with any account, whatever the settings say', async () => {
  await using house = await openAccess()
  const { db } = house
  await connectDirectory(house, slapd)
  const { user } = await signIn(house, visitor(), { email: 'eve', password: LDAP_PASSWORD })
  await disableUser(db, visitor(), null, user.id)
  await openWithBreakGlass(db, visitor(NOON), await findUser(db, user.id), true)
  expect(await findUser(db, user.id)).toMatchObject({ disabledAt: null, permissions: { permissions: { edit: true } } })
  expect(await db.selectFrom('identity').selectAll().execute()).toEqual([])
})
