import { afterAll, expect, test } from 'bun:test'
import { assignRoles, rolesHeldBy } from '../../../src/access/assigning.ts'
import { addDepartment } from '../../../src/access/departments.ts'
import { addGroup, groupsOf, joinGroup } from '../../../src/access/groups.ts'
import { ADMINISTRATOR, EMPLOYEE, SIGNATORY, SUPERVISOR } from '../../../src/access/rights.ts'
import { liveSessionsOf } from '../../../src/access/session.ts'
import { confirmPassword, signIn } from '../../../src/access/sign-in.ts'
import { arrive } from '../../../src/access/sign-on/arriving.ts'
import { addMapping, removeMapping, listMappings } from '../../../src/access/sign-on/mapping.ts'
import { approveMissing, lastRound, orderDueRounds } from '../../../src/access/sign-on/round.ts'
import { changeSource, findSource } from '../../../src/access/sign-on/source.ts'
import { addUser, disableUser, enableUser, findUserByAddress } from '../../../src/access/users.ts'
import type { Db } from '../../../src/db/open.ts'
import { addLdapGroup, addPerson, dnOf, groupDn, LDAP_PASSWORD, SERVICE_PASSWORD, startSlapd } from '../../support/slapd.ts'
import { after, ANN, eventsOf, NOON, openAccess, PASSWORD, PASSWORD_HASH, reasonOf, visitor } from '../support.ts'
import { connectDirectory, directorySettings, roundAt } from './support.ts'

const TOLD = { name: 'x', firstName: '', lastName: 'X', jobTitle: '', phone: '', department: '', language: '', groups: [] }
const slapd = await startSlapd()
afterAll(() => slapd[Symbol.asyncDispose]())
const { admin } = slapd
for (const [uid, firstName, lastName] of [
  ['eve', 'Ève', 'Éluard'],
  ['max', 'Max', 'Martin'],
  ['zoe', 'Zoé', 'Zola'],
] as const)
  await addPerson(admin, {
    uid,
    firstName,
    lastName,
    extra: { departmentNumber: 'Sales', preferredLanguage: 'fr-FR', telephoneNumber: '+33 1 23 45 67 89' },
  })
await addLdapGroup(admin, 'bosses', [dnOf('eve')])
await addLdapGroup(admin, 'leaders', [groupDn('bosses')])
await addLdapGroup(admin, 'signers', [dnOf('max')])
await addPerson(admin, { uid: 'ann', firstName: 'Other', lastName: 'Ann', mail: 'ann@acme.example' })

const { Change, Attribute } = await import('ldapts')
const change = (dn: string, operation: 'add' | 'delete' | 'replace', type: string, ...values: string[]) =>
  admin.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) }))
const enter = (house: Parameters<typeof signIn>[0], email: string, password = LDAP_PASSWORD, at = NOON) =>
  signIn(house, visitor(at), { email, password })
const rolesOf = async (db: Db, email: string) =>
  [...(await rolesHeldBy(db, { kind: 'user', id: (await findUserByAddress(db, email))!.id }))].sort()

test('whoever the directory knows comes in by name or address, with an account made then', async () => {
  await using house = await openAccess()
  await connectDirectory(house, slapd)
  const first = await enter(house, 'eve')
  expect(first).toMatchObject({
    kind: 'open',
    user: { email: 'eve@acme.example', firstName: 'Ève', lastName: 'Éluard', language: 'fr', passwordHash: null },
  })
  expect(first.user.phone).toBe('+33123456789')
  expect((await enter(house, 'EVE@acme.example')).user.id).toBe(first.user.id)
  expect(await rolesOf(house.db, 'eve@acme.example')).toEqual([EMPLOYEE])
  expect(await eventsOf(house.db)).toContain('user.joined-source')
  expect((await house.db.selectFrom('userSession').select('method').execute()).map(({ method }) => method)).toEqual(['ldap', 'ldap'])
  for (const [login, password] of [
    ['eve', 'wrong'],
    ['eve', ''],
    ['nobody', LDAP_PASSWORD],
    ['*', LDAP_PASSWORD],
    ['e*', LDAP_PASSWORD],
  ] as const)
    expect(await reasonOf(signIn(house, visitor(NOON, `198.51.100.${login.length}`), { email: login, password }))).toMatch(
      /^sign-in\.(wrong|too-many)$/,
    )
  // Step-up asks the directory too, and an empty password is none.
  await confirmPassword(house, visitor(), first.user, LDAP_PASSWORD)
  expect(await reasonOf(confirmPassword(house, visitor(after(60_000)), first.user, PASSWORD))).toBe('password.current-wrong')
  expect(await reasonOf(confirmPassword(house, visitor(after(120_000)), first.user, ''))).toBe('password.current-wrong')
})

test('an account of the house with the same address is its own, unless a rule joins it', async () => {
  await using house = await openAccess()
  const id = await connectDirectory(house, slapd)
  expect(await reasonOf(enter(house, 'ann@acme.example'))).toBe('source.address-taken')
  expect((await enter(house, 'ann@acme.example', PASSWORD, after(60_000))).user.id).toBe(house.ann.id)
  await house.db.transaction().execute((tx) =>
    changeSource(tx, visitor(), house.secretKey, id, {
      kind: 'ldap',
      name: 'Acme directory',
      settings: directorySettings(slapd, { joins: true }),
      secret: SERVICE_PASSWORD,
    }),
  )
  const joined = await enter(house, 'ann', LDAP_PASSWORD, after(120_000))
  expect(joined.user).toMatchObject({ id: house.ann.id, passwordHash: null, firstName: 'Other' })
  // The password of before opens nothing, and her own roles stay.
  expect(await reasonOf(enter(house, 'ann@acme.example', PASSWORD, after(180_000)))).toBe('sign-in.wrong')
  expect(await rolesOf(house.db, 'ann@acme.example')).toContain(ADMINISTRATOR)
})

test('who may come is the policy’s: nobody, or whoever is in a group that a rule names', async () => {
  await using house = await openAccess()
  const id = await connectDirectory(house, slapd, { newcomers: 'mapped', baseRole: '' })
  expect(await reasonOf(enter(house, 'eve'))).toBe('source.not-expected')
  const source = await findSource(house.db, house.secretKey, id)
  await house.db.transaction().execute((tx) =>
    addMapping(tx, visitor(), source, {
      group: `CN=leaders, ${groupDn('x').split(',').slice(1).join(', ')}`,
      kind: 'role',
      target: SUPERVISOR,
    }),
  )
  await enter(house, 'eve', LDAP_PASSWORD, after(60_000))
  expect(await rolesOf(house.db, 'eve@acme.example')).toEqual([SUPERVISOR])
  expect(await reasonOf(enter(house, 'max', LDAP_PASSWORD))).toBe('source.not-expected')
})

test('a group inside a group gives roles, a department and a group; only what was given so is taken back', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const id = await connectDirectory(house, slapd)
  const sales = await addDepartment(db, visitor(), ann, { name: 'Sales', parentId: null, supervisorId: null })
  const own = await addGroup(db, visitor(), 'By hand')
  const given = await addGroup(db, visitor(), 'Leaders')
  const source = await findSource(db, house.secretKey, id)
  await db.transaction().execute(async (tx) => {
    await addMapping(tx, visitor(), source, { group: groupDn('leaders'), kind: 'role', target: SUPERVISOR })
    await addMapping(tx, visitor(), source, { group: groupDn('leaders'), kind: 'role', target: SIGNATORY })
    await addMapping(tx, visitor(), source, { group: groupDn('leaders'), kind: 'group', target: given.id })
  })
  const { user: eve } = await enter(house, 'eve')
  expect(eve.departmentId).toBe(sales.id)
  await joinGroup(db, visitor(), ann, own.id, eve.id)
  await assignRoles(db, visitor(), ann, { kind: 'user', id: eve.id }, [...(await rolesOf(db, eve.email)), 'rol_stamp_user'])
  const [rule] = (await listMappings(db, id)).filter(({ targetId }) => targetId === SIGNATORY)
  await db.transaction().execute((tx) => removeMapping(tx, visitor(), source, rule!.id))
  await roundAt(house, id)
  expect(await rolesOf(db, eve.email)).toEqual([EMPLOYEE, 'rol_stamp_user', SUPERVISOR].sort())
  await change(groupDn('bosses'), 'replace', 'member', dnOf('zoe'))
  await roundAt(house, id, after(1_000))
  expect(await rolesOf(db, eve.email)).toEqual([EMPLOYEE, 'rol_stamp_user'].sort())
  expect([...(await groupsOf(db, eve.id))]).toEqual([own.id])
  expect((await lastRound(db, id))?.outcome).toBe('done')
  await change(groupDn('bosses'), 'replace', 'member', dnOf('eve'))
})

test('the last administrator keeps the role that the directory takes', async () => {
  await using house = await openAccess()
  const id = await connectDirectory(house, slapd)
  const source = await findSource(house.db, house.secretKey, id)
  await house.db
    .transaction()
    .execute((tx) => addMapping(tx, visitor(), source, { group: groupDn('bosses'), kind: 'role', target: ADMINISTRATOR }))
  await enter(house, 'eve')
  await disableUser(house.db, visitor(), null, house.ann.id)
  await change(groupDn('bosses'), 'replace', 'member', dnOf('zoe'))
  await roundAt(house, id)
  expect(await rolesOf(house.db, 'eve@acme.example')).toContain(ADMINISTRATOR)
  await change(groupDn('bosses'), 'replace', 'member', dnOf('eve'))
})

test('whom the directory no longer has is shut out and their sessions end; whom it has again comes in again, unless an administrator said no', async () => {
  await using house = await openAccess()
  const { db } = house
  const id = await connectDirectory(house, slapd)
  await addPerson(admin, { uid: 'tim', firstName: 'Tim', lastName: 'Short' })
  const { user: tim } = await enter(house, 'tim')
  await enter(house, 'eve')
  await admin.del(dnOf('tim'))
  expect(await reasonOf(enter(house, 'tim', LDAP_PASSWORD, after(10_000)))).toBe('sign-in.wrong')
  expect((await liveSessionsOf(db, NOON, tim.id)).length).toBe(1)
  expect(await orderDueRounds({ ...house, clock: () => NOON })).toBe(true)
  await roundAt(house, id)
  expect(await lastRound(db, id)).toMatchObject({ outcome: 'done', known: 2, disabled: 1 })
  expect((await findUserByAddress(db, 'tim@acme.example'))?.disabledAt).not.toBeNull()
  expect(await liveSessionsOf(db, NOON, tim.id)).toEqual([])
  expect(await orderDueRounds({ ...house, clock: () => after(60_000) })).toBe(false)
  // Another entry of the same name is another person.
  await addPerson(admin, { uid: 'tim', firstName: 'Tim', lastName: 'Second' })
  expect(await reasonOf(enter(house, 'tim', LDAP_PASSWORD, after(20_000)))).toBe('source.address-taken')
  await admin.del(dnOf('tim'))
  await disableUser(db, visitor(), null, (await findUserByAddress(db, 'eve@acme.example'))!.id)
  await roundAt(house, id, after(5_000))
  expect((await findUserByAddress(db, 'eve@acme.example'))?.disabledAt).not.toBeNull()
  expect(await reasonOf(enter(house, 'eve', LDAP_PASSWORD, after(30_000)))).toMatch(/source.account-closed/)
})

test('a directory that is down, or says that it has nobody, shuts nobody out before an administrator agrees', async () => {
  await using own = await startSlapd()
  await using house = await openAccess()
  const { db } = house
  for (const uid of ['a', 'b', 'c', 'd']) await addPerson(own.admin, { uid, firstName: uid.toUpperCase(), lastName: 'X' })
  const id = await connectDirectory(house, own)
  for (const uid of ['a', 'b', 'c', 'd']) await enter(house, uid)
  await own.stop()
  await roundAt(house, id, after(1_000))
  expect(await lastRound(db, id)).toMatchObject({ outcome: 'failed', disabled: 0 })
  expect(await reasonOf(enter(house, 'a', LDAP_PASSWORD, after(60_000)))).toBe('sign-in.directory-silent')
  expect((await enter(house, 'ann@acme.example', PASSWORD, after(60_000))).kind).toBe('open')
  await own.start()
  for (const uid of ['a', 'b', 'c', 'd']) await own.admin.del(dnOf(uid))
  await roundAt(house, id, after(2_000))
  const held = (await lastRound(db, id))!
  expect(held).toMatchObject({ outcome: 'held', known: 4, found: 0, disabled: 0 })
  expect(held.missing.split(' ').length).toBe(4)
  expect((await db.selectFrom('user').selectAll().where('disabledAt', 'is not', null).execute()).length).toBe(0)
  // An entry of the same name made anew is somebody else, so all four are still missing.
  await addPerson(own.admin, { uid: 'a', firstName: 'A', lastName: 'X' })
  expect(await reasonOf(approveMissing(db, visitor(), id, 'rnd_other'))).toBe('source.round-over')
  expect(await approveMissing(db, visitor(), id, held.id)).toBe(4)
  const job = await db.selectFrom('job').selectAll().where('kind', '=', 'directory.round').executeTakeFirstOrThrow()
  await roundAt(house, id, after(3_000), (JSON.parse(job.payload) as { approved: string[] }).approved)
  expect(await lastRound(db, id)).toMatchObject({ outcome: 'done', disabled: 4 })
}, 60_000)

test('a secret of a directory stands sealed in the database', async () => {
  await using house = await openAccess()
  const id = await connectDirectory(house, slapd)
  const row = await house.db.selectFrom('identitySource').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  expect(JSON.stringify(row)).not.toContain(SERVICE_PASSWORD)
  expect((await findSource(house.db, house.secretKey, id)).secret).toBe(SERVICE_PASSWORD)
  const text = JSON.stringify(await house.db.selectFrom('auditClear').selectAll().execute())
  expect(text).not.toContain(LDAP_PASSWORD)
})

test('an account with an address of the directory that another account has keeps its own', async () => {
  await using house = await openAccess()
  const id = await connectDirectory(house, slapd)
  await enter(house, 'zoe')
  await house.db.transaction().execute((tx) => addUser(tx, visitor(), { ...ANN, email: 'zoe.new@acme.example' }, PASSWORD_HASH))
  await change(dnOf('zoe'), 'replace', 'mail', 'zoe.new@acme.example')
  await change(dnOf('zoe'), 'replace', 'sn', 'Zadig')
  await roundAt(house, id)
  expect(await findUserByAddress(house.db, 'zoe@acme.example')).toMatchObject({ lastName: 'Zadig' })
  await change(dnOf('zoe'), 'replace', 'mail', 'zoe@acme.example')
})

test('an administrator’s no is not taken back by the directory, and their yes lasts until it misses the person again', async () => {
  await using house = await openAccess()
  const { db } = house
  const id = await connectDirectory(house, slapd)
  await addPerson(admin, { uid: 'una', firstName: 'Una', lastName: 'Ural' })
  const { user } = await enter(house, 'una')
  await enter(house, 'eve')
  const isOut = async () => (await findUserByAddress(db, 'una@acme.example'))!.disabledAt !== null
  await admin.del(dnOf('una'))
  await roundAt(house, id)
  expect(await isOut()).toBe(true)
  await enableUser(db, visitor(), null, user.id)
  expect(await isOut()).toBe(false)
  await roundAt(house, id, after(1_000))
  expect(await isOut()).toBe(true)
  // Shut out by the directory, and then by an administrator too.
  await disableUser(db, visitor(after(2_000)), null, user.id)
  const source = await findSource(db, house.secretKey, id)
  const { subject } = await db.selectFrom('identity').select('subject').where('userId', '=', user.id).executeTakeFirstOrThrow()
  const told = { ...TOLD, subject, email: 'una@acme.example' }
  expect(await reasonOf(arrive(db, visitor(), source, told, true))).toBe('source.account-closed')
  // Let in and shut out again by an administrator.
  await enableUser(db, visitor(), null, user.id)
  await disableUser(db, visitor(), null, user.id)
  expect(await reasonOf(arrive(db, visitor(), source, told, true))).toBe('source.account-closed')
  expect(await isOut()).toBe(true)
})

test('an address that the source has not proven stays away from an account that it knows', async () => {
  await using house = await openAccess()
  const { db } = house
  const source = await findSource(db, house.secretKey, await connectDirectory(house, slapd))
  const told = { ...TOLD, subject: '17', email: 'carol@acme.example' }
  await arrive(db, visitor(), source, told, true)
  const again = await arrive(db, visitor(), source, { ...told, email: 'chief@customer.example', jobTitle: 'Buyer' }, false)
  expect([again.email, again.jobTitle]).toEqual(['carol@acme.example', 'Buyer'])
  expect((await arrive(db, visitor(), source, { ...told, email: 'carol@acme.test' }, true)).email).toBe('carol@acme.test')
})
