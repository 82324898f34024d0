import { expect, test } from 'bun:test'
import { assignRoles } from '../../../src/access/assigning.ts'
import { readPermissions } from '../../../src/access/permissions.ts'
import { EMPLOYEE, SUPERVISOR } from '../../../src/access/rights.ts'
import { addRole, findRole } from '../../../src/access/role-keeping.ts'
import { findUserByAddress } from '../../../src/access/users.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'

const idIn = (location: string | null): string => location?.split('/').at(-1) ?? ''
const userOf = async ({ house }: TestHouse, name: string) => (await findUserByAddress(house.db, `${name}@acme.example`))!
const eventCount = async ({ house }: TestHouse): Promise<number> => (await house.db.selectFrom('auditLeaf').select('seq').execute()).length

/** Ann, the administrator, and Bob with a role of his own that manages people alone. */
async function openHouse() {
  const house = await openTestHouse()
  const { db, clock } = house.house
  const ann = await userOf(house, 'ann')
  const role = await addRole(db, systemAct(clock()), ann, { name: 'Clerk', permissions: readPermissions('{"console":{"users":true}}') })
  await assignRoles(db, systemAct(clock()), ann, { kind: 'user', id: (await userOf(house, 'bob')).id }, [EMPLOYEE, role.id])
  const [anns, bobs] = [await house.browser(), await house.browser()]
  await anns.signIn('ann@acme.example')
  await bobs.signIn('bob@acme.example')
  return { house, anns, bobs, roleId: role.id }
}

test('a department is added, filled, given a role, moved, and deleted with a place for its people', async () => {
  const { house, anns } = await openHouse()
  await using _ = house
  const empty = await anns.get('/console/departments')
  expect([empty.status, empty.text.includes('There is no department yet')]).toEqual([200, true])
  expect((await anns.post('/console/departments', { name: ' ' })).text).toContain('Please enter a name for the department.')
  const ann = await userOf(house, 'ann')
  const top = idIn((await anns.post('/console/departments', { name: 'Sales <b>', supervisorId: ann.id })).location)
  const north = idIn((await anns.post('/console/departments', { name: 'North', parentId: top })).location)
  const again = await anns.post('/console/departments', { name: 'north', parentId: top })
  expect([again.status, again.text.includes('already a department with this name'), again.text.includes('value="north"')]).toEqual([
    409,
    true,
    true,
  ])
  const bob = await userOf(house, 'bob')
  expect((await anns.post(`/console/departments/${north}/members`, { user: '' })).status).toBe(422)
  expect((await anns.post(`/console/departments/${north}/members`, { user: bob.id })).status).toBe(303)
  expect((await anns.post(`/console/departments/${top}/roles`, { [`role:${SUPERVISOR}`]: '1' })).status).toBe(303)
  expect((await userOf(house, 'bob')).permissions.documents.view).toBe('all')
  const page = await anns.get(`/console/departments/${north}`)
  expect(page.text).toContain('Bob Baker')
  expect(page.text).not.toContain('<b>')
  const tree = (await anns.get('/console/departments')).text
  expect(tree.indexOf('Sales &lt;b&gt;')).toBeLessThan(tree.indexOf('North'))
  expect(tree).toContain('Supervisor: Ann Archer')
  const loop = await anns.post(`/console/departments/${top}`, { name: 'Sales', parentId: north })
  expect([loop.status, loop.text.includes('A department cannot stand below itself.')]).toEqual([422, true])
  const full = await anns.post(`/console/departments/${north}/removal`, { moveTo: '' })
  expect([full.status, full.text.includes('Move them first')]).toEqual([409, true])
  expect((await anns.post(`/console/departments/${north}/removal`, { moveTo: '-' })).status).toBe(303)
  expect((await userOf(house, 'bob')).departmentId).toBeNull()
  expect((await anns.get(`/console/departments/${north}`)).status).toBe(404)
})

test('a group is added, filled, given a role and deleted', async () => {
  const { house, anns } = await openHouse()
  await using _ = house
  expect((await anns.get('/console/groups')).text).toContain('There is no group yet')
  const group = idIn((await anns.post('/console/groups', { name: 'Board' })).location)
  const bob = await userOf(house, 'bob')
  await anns.post(`/console/groups/${group}/members`, { user: bob.id })
  await anns.post(`/console/groups/${group}/roles`, { [`role:${SUPERVISOR}`]: '1' })
  expect((await anns.get(`/console/users/${bob.id}`)).text).toContain('from Supervisor (group Board)')
  expect((await anns.post(`/console/groups/${group}`, { name: 'The board' })).status).toBe(303)
  await anns.post(`/console/groups/${group}/members/${bob.id}/removal`)
  expect((await userOf(house, 'bob')).permissions.documents.view).toBe('own')
  expect((await anns.post(`/console/groups/${group}/removal`)).location).toBe('/console/groups')
  expect((await anns.get(`/console/groups/${group}`)).status).toBe(404)
})

test('a role is copied, changed by its form, told where it is held, and deleted after a confirmation', async () => {
  const { house, anns } = await openHouse()
  await using _ = house
  const { db } = house.house
  const copy = await anns.get(`/console/roles/new?copy=${EMPLOYEE}`)
  expect(copy.text).toContain('value="Copy of Employee"')
  const form = {
    name: 'Assistant',
    'documents.view': 'departments',
    'documents.create': 'own',
    'vault.open': '1',
    'contacts.read': 'everything',
  }
  const id = idIn((await anns.post('/console/roles', form)).location)
  expect((await findRole(db, id)).permissions).toMatchObject({
    documents: { view: 'departments', create: 'own', edit: 'none' },
    vault: { open: true },
    contacts: { read: 'none' },
  })
  const bob = await userOf(house, 'bob')
  const details = { email: bob.email, firstName: 'Bob', lastName: 'Baker', jobTitle: '', phone: '', language: 'en' }
  await anns.post(`/console/users/${bob.id}`, { ...details, [`role:${id}`]: '1' })
  const page = await anns.get(`/console/roles/${id}`)
  expect([page.text.includes('Bob Baker'), page.text.includes('value="departments" selected')]).toEqual([true, true])
  const held = await anns.post(`/console/roles/${id}/removal`)
  expect([held.status, held.text.includes('This role is still assigned.')]).toEqual([409, true])
  expect((await anns.post(`/console/roles/${id}/removal`, { confirmed: '1' })).status).toBe(303)
  expect((await anns.post(`/console/roles/${EMPLOYEE}/removal`, { confirmed: '1' })).status).toBe(409)
  expect((await anns.post('/console/roles/rol_administrator', { 'documents.view': 'none' })).status).toBe(409)
  // What every house has keeps its name, whatever is sent.
  await anns.post(`/console/roles/${EMPLOYEE}`, { name: 'Staff', 'documents.view': 'own' })
  expect(await findRole(db, EMPLOYEE)).toMatchObject({ name: 'Employee', permissions: { documents: { view: 'own', edit: 'none' } } })
})

test('whoever manages people alone finds no role to give, and gives none by a form of their own', async () => {
  const { house, bobs } = await openHouse()
  await using _ = house
  const bob = await userOf(house, 'bob')
  const page = await bobs.get(`/console/users/${bob.id}`)
  expect([
    page.status,
    page.text.includes('role:rol_administrator'),
    page.text.includes('/console/roles'),
    page.text.includes('/console/settings'),
  ]).toEqual([200, false, false, false])
  const group = idIn((await bobs.post('/console/groups', { name: 'Friends' })).location)
  const details = { email: bob.email, firstName: 'Bob', lastName: 'Baker', jobTitle: '', phone: '', language: 'en' }
  const before = (await userOf(house, 'bob')).permissions
  expect((await bobs.post(`/console/users/${bob.id}`, { ...details, 'role:rol_administrator': '1' })).status).toBe(303)
  expect((await userOf(house, 'bob')).permissions).toEqual(before)
  const events = await eventCount(house)
  for (const [path, fields] of [
    [`/console/groups/${group}/roles`, { 'role:rol_administrator': '1' }],
    ['/console/roles', { name: 'Mine', 'documents.view': 'all' }],
    [`/console/roles/${EMPLOYEE}`, { 'documents.view': 'all' }],
    [`/console/roles/${EMPLOYEE}/removal`, {}],
    ['/console/settings', {}],
  ] as const)
    expect([path, (await bobs.post(path, fields)).status]).toEqual([path, 403])
  for (const path of ['/console/roles', '/console/settings', '/console/authority', '/console/audit', '/console/outbox'])
    expect([path, (await bobs.get(path)).status]).toEqual([path, 403])
  const ann = await userOf(house, 'ann')
  await bobs.get('/console/users')
  const stolen = await bobs.post(`/console/users/${ann.id}`, { ...details, email: 'mine@evil.example', firstName: 'Ann' })
  expect([stolen.status, stolen.text.includes('This person may do more than you.')]).toEqual([403, true])
  expect((await bobs.post(`/console/users/${ann.id}/invitation`)).status).toBe(403)
  expect(await eventCount(house)).toBe(events)
  expect((await bobs.get('/console')).location).toBe('/console/users')
})

test('whoever manages people alone takes over no account, decides nothing of people who may do more, and adds nobody who may', async () => {
  const { house, anns, bobs, roleId } = await openHouse()
  await using _ = house
  const details = { firstName: 'Carl', lastName: 'Cook', jobTitle: '', phone: '', language: 'en' }
  const ann = await userOf(house, 'ann')
  const form = await bobs.get(`/console/users/${ann.id}`)
  expect([form.status, form.text.includes('/disabling'), form.text.includes('/invitation')]).toEqual([200, false, false])
  for (const change of [{ firstName: 'Eve' }, { phone: '+33612345678' }, { language: 'fr' }]) {
    const same = { email: ann.email, firstName: 'Ann', lastName: 'Archer', jobTitle: ann.jobTitle, phone: ann.phone ?? '', language: 'en' }
    expect((await bobs.post(`/console/users/${ann.id}`, { ...same, ...change })).status).toBe(403)
  }
  expect((await bobs.post(`/console/users/${ann.id}/disabling`)).status).toBe(403)
  expect(await userOf(house, 'ann')).toEqual(ann)
  // A peer: before they chose a password their address is put right, and from then on by whoever may edit permissions alone.
  await bobs.post('/console/users', { ...details, email: 'karl@acme.example' })
  const peer = await userOf(house, 'karl')
  expect(peer.permissions.documents.create).toBe('own')
  expect((await bobs.post(`/console/users/${peer.id}`, { ...details, email: 'carl@acme.example' })).status).toBe(303)
  await house.house.db.updateTable('user').set({ passwordHash: 'chosen' }).where('id', '=', peer.id).execute()
  const stolen = await bobs.post(`/console/users/${peer.id}`, { ...details, email: 'mine@evil.example' })
  expect([stolen.status, stolen.text.includes('signs in with this address already')]).toEqual([403, true])
  expect((await bobs.post(`/console/users/${peer.id}`, { ...details, email: 'carl@acme.example', jobTitle: 'Chef' })).status).toBe(303)
  expect((await anns.post(`/console/users/${peer.id}`, { ...details, email: 'cook@acme.example', [`role:${EMPLOYEE}`]: '1' })).status).toBe(
    303,
  )
  // With the right to manage people alone, whom they add has no more than they.
  const { db, clock } = house.house
  await assignRoles(db, systemAct(clock()), ann, { kind: 'user', id: (await userOf(house, 'bob')).id }, [roleId])
  await bobs.signIn('bob@acme.example')
  expect((await bobs.get('/console/users/new')).text).toContain('They begin without a role')
  expect((await anns.get('/console/users/new')).text).not.toContain('They begin without a role')
  expect((await bobs.post('/console/users', { ...details, email: 'dora@acme.example' })).status).toBe(303)
  expect((await userOf(house, 'dora')).permissions.documents.create).toBe('none')
})

test('whoever manages people alone names no supervisor, finds no field for it, and keeps the one there is', async () => {
  const { house, anns, bobs } = await openHouse()
  await using _ = house
  const [ann, bob] = [await userOf(house, 'ann'), await userOf(house, 'bob')]
  const id = idIn((await anns.post('/console/departments', { name: 'Sales', supervisorId: ann.id })).location)
  const supervisor = async () =>
    (await house.house.db.selectFrom('department').selectAll().execute()).map((one) => [one.name, one.supervisorId])
  expect((await anns.get(`/console/departments/${id}`)).text).toContain('name="supervisorId"')
  const page = (await bobs.get(`/console/departments/${id}`)).text
  expect([page.includes('name="supervisorId"'), page.includes('Supervisor: Ann Archer.')]).toEqual([false, true])
  const own = await bobs.post(`/console/departments/${id}`, { name: 'Sales', supervisorId: bob.id })
  expect([own.status, own.text.includes('can name another supervisor')]).toEqual([403, true])
  expect((await bobs.post('/console/departments', { name: 'Mine', supervisorId: bob.id })).status).toBe(403)
  expect(await supervisor()).toEqual([['Sales', ann.id]])
  expect((await bobs.post(`/console/departments/${id}`, { name: 'Sellers' })).status).toBe(303)
  expect(await supervisor()).toEqual([['Sellers', ann.id]])
  // Nor do they join what names a folder or a stamp.
  const group = idIn((await anns.post('/console/groups', { name: 'Counsel' })).location)
  const { db, clock } = house.house
  const folder = { id: 'fld_1', parentId: null, name: 'Matters', nameKey: 'matters', scopeId: 'fld_1', hasOwnRights: 1, classId: null }
  await db
    .insertInto('vaultFolder')
    .values({ ...folder, createdAt: clock(), createdBy: ann.id })
    .execute()
  await db
    .insertInto('vaultFolderRight')
    .values([
      { folderId: folder.id, subjectKind: 'group', subjectId: group, right: 'read' },
      { folderId: folder.id, subjectKind: 'department', subjectId: id, right: 'read' },
    ])
    .execute()
  for (const path of [`/console/groups/${group}/members`, `/console/departments/${id}/members`]) {
    const joined = await bobs.post(path, { user: bob.id })
    expect([path, joined.status, joined.text.includes('This would widen somebody’s rights.')]).toEqual([path, 403, true])
  }
  expect((await anns.post(`/console/groups/${group}/members`, { user: bob.id })).status).toBe(303)
})
