import { expect, test } from 'bun:test'
import { assignRoles } from '../../src/access/assigning.ts'
import { addDepartment, changeDepartment, departmentTree, placeUser, removeDepartment } from '../../src/access/departments.ts'
import { explainRights } from '../../src/access/explaining.ts'
import { addGroup, joinGroup, leaveGroup, membersOf, removeGroup, renameGroup } from '../../src/access/groups.ts'
import { OVERSIGHT, readPermissions } from '../../src/access/permissions.ts'
import { ADMINISTRATOR, EMPLOYEE, SUPERVISOR } from '../../src/access/rights.ts'
import { addRole, changeRole, findRole, holdersOfRole, removeRole } from '../../src/access/role-keeping.ts'
import { addUser, findUser, refuseHigher } from '../../src/access/users.ts'
import type { Digest } from '../../src/base/digest.ts'
import { ANN, eventsOf, openAccess, reasonOf, visitor } from './support.ts'

const act = visitor()
const at = (name: string, parentId: string | null = null, supervisorId: string | null = null) => ({ name, parentId, supervisorId })

test('departments stand below one another, never below themselves', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const top = await addDepartment(db, act, ann, at('House', null, ann.id))
  const sales = await addDepartment(db, act, ann, at('Sales', top.id))
  const north = await addDepartment(db, act, ann, at('North', sales.id))
  expect((await departmentTree(db)).map(({ name, depth }) => [name, depth])).toEqual([
    ['House', 0],
    ['Sales', 1],
    ['North', 2],
  ])
  expect(await reasonOf(changeDepartment(db, act, ann, top.id, at('House', north.id)))).toBe('department.inside-itself')
  expect(await reasonOf(changeDepartment(db, act, ann, top.id, at('House', top.id)))).toBe('department.inside-itself')
  expect(await reasonOf(addDepartment(db, act, ann, at('sales', top.id)))).toBe('department.name-taken')
  expect(await reasonOf(addDepartment(db, act, ann, at('Lost', 'dep_nowhere')))).toBe('department.unknown')
  expect(await reasonOf(addDepartment(db, act, ann, at('Lost', null, 'usr_nobody')))).toBe('user.not-found')
  await changeDepartment(db, act, ann, north.id, at('North'))
  expect((await departmentTree(db)).map(({ name, depth }) => [name, depth])).toEqual([
    ['House', 0],
    ['Sales', 1],
    ['North', 0],
  ])
  expect((await eventsOf(db)).slice(1)).toEqual(['department.added', 'department.added', 'department.added', 'department.moved'])
})

test('a department is deleted only empty, or with a place for what is in it; its roles go with it', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const top = await addDepartment(db, act, ann, at('House'))
  const sales = await addDepartment(db, act, ann, at('Sales', top.id))
  const north = await addDepartment(db, act, ann, at('North', sales.id))
  const bob = await db.transaction().execute((tx) => addUser(tx, act, { ...ANN, email: 'bob@acme.example', roles: [] }))
  await placeUser(db, act, ann, bob.id, sales.id)
  await assignRoles(db, act, ann, { kind: 'department', id: sales.id }, [SUPERVISOR])
  expect((await findUser(db, bob.id)).permissions).toEqual(OVERSIGHT)
  expect(await reasonOf(removeDepartment(db, act, ann, sales.id))).toBe('department.not-empty')
  expect(await reasonOf(removeDepartment(db, act, ann, sales.id, north.id))).toBe('department.inside-itself')
  expect((await departmentTree(db)).length).toBe(3)
  await removeDepartment(db, act, ann, sales.id, top.id)
  expect((await departmentTree(db)).map(({ name, depth, people }) => [name, depth, people])).toEqual([
    ['House', 0, 1],
    ['North', 1, 0],
  ])
  const { permissions, departmentId } = await findUser(db, bob.id)
  expect([departmentId, permissions.documents.view]).toEqual([top.id, 'none'])
  await removeDepartment(db, act, ann, top.id, null)
  expect((await findUser(db, bob.id)).departmentId).toBeNull()
})

test('groups: joined and left once, named once, and what they gave goes with them', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const group = await addGroup(db, act, 'Board')
  expect(await reasonOf(addGroup(db, act, 'BOARD'))).toBe('group.name-taken')
  await renameGroup(db, act, group.id, 'The board')
  const bob = await db.transaction().execute((tx) => addUser(tx, act, { ...ANN, email: 'bob@acme.example', roles: [EMPLOYEE] }))
  await joinGroup(db, act, ann, group.id, bob.id)
  await joinGroup(db, act, ann, group.id, bob.id)
  await assignRoles(db, act, ann, { kind: 'group', id: group.id }, [SUPERVISOR])
  expect([...(await membersOf(db, group.id))]).toEqual([bob.id])
  const rights = await explainRights(db, await findUser(db, bob.id))
  expect(rights.find(({ section, row }) => section === 'documents' && row === 'view')).toEqual({
    section: 'documents',
    row: 'view',
    value: 'all',
    sources: [{ role: { id: SUPERVISOR, name: 'Supervisor' }, by: 'group', name: 'The board' }],
  })
  await leaveGroup(db, act, ann, group.id, bob.id)
  expect((await findUser(db, bob.id)).permissions.documents.view).toBe('own')
  await joinGroup(db, act, ann, group.id, bob.id)
  await removeGroup(db, act, ann, group.id)
  expect((await findUser(db, bob.id)).permissions.documents.view).toBe('own')
  const types = await eventsOf(db)
  expect(types.filter((type) => type === 'group.joined')).toHaveLength(2)
  expect(types.slice(-2)).toEqual(['role.withdrawn', 'group.removed'])
})

test('roles are made, changed and deleted; those of every house are neither renamed nor deleted, and the administrator’s stays whole', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const permissions = readPermissions('{"documents":{"view":"department"}}')
  const role = await addRole(db, act, ann, { name: 'Assistant', permissions })
  expect(await reasonOf(addRole(db, act, ann, { name: 'assistant', permissions }))).toBe('role.name-taken')
  await assignRoles(db, act, ann, { kind: 'user', id: ann.id }, [ADMINISTRATOR, role.id])
  expect(await holdersOfRole(db, role.id)).toEqual([{ kind: 'user', id: ann.id, name: 'Ann Archer' }])
  await changeRole(db, act, ann, role.id, { name: 'Aide', permissions: OVERSIGHT })
  expect(await findRole(db, role.id)).toEqual({ id: role.id, name: 'Aide', permissions: OVERSIGHT })
  expect(await reasonOf(removeRole(db, act, ann, role.id, { isConfirmed: false }))).toBe('role.is-held')
  await removeRole(db, act, ann, role.id, { isConfirmed: true })
  expect(await reasonOf(findRole(db, role.id))).toBe('role.unknown')
  expect(await reasonOf(removeRole(db, act, ann, EMPLOYEE, { isConfirmed: true }))).toBe('role.built-in')
  expect(await reasonOf(changeRole(db, act, ann, EMPLOYEE, { name: 'Staff', permissions }))).toBe('role.built-in')
  expect(await reasonOf(changeRole(db, act, ann, ADMINISTRATOR, { name: 'Administrator', permissions }))).toBe('role.fixed')
  await changeRole(db, act, ann, EMPLOYEE, { name: 'Employee', permissions })
  expect((await findRole(db, EMPLOYEE)).permissions).toEqual(permissions)
})

test('whoever manages people and may not edit permissions widens nobody’s rights by any way round', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const clerk = await addRole(db, act, ann, {
    name: 'Clerk',
    permissions: readPermissions('{"documents":{"view":"department"},"console":{"users":true}}'),
  })
  const top = await addDepartment(db, act, ann, at('House'))
  const chiefs = await addDepartment(db, act, ann, at('Chiefs', top.id))
  const office = await addDepartment(db, act, ann, at('Office', top.id))
  const group = await addGroup(db, act, 'Board')
  await assignRoles(db, act, ann, { kind: 'department', id: chiefs.id }, [SUPERVISOR])
  await assignRoles(db, act, ann, { kind: 'group', id: group.id }, [SUPERVISOR])
  const add = (email: string, roles: readonly string[]) => db.transaction().execute((tx) => addUser(tx, act, { ...ANN, email, roles }))
  const { id } = await add('carl@acme.example', [clerk.id])
  const bob = await add('bob@acme.example', [EMPLOYEE])
  await placeUser(db, act, ann, id, office.id)
  const carl = await findUser(db, id)
  const before = await eventsOf(db)

  expect(await reasonOf(assignRoles(db, act, carl, { kind: 'user', id: carl.id }, [clerk.id, SUPERVISOR]))).toBe('access.forbidden')
  expect(await reasonOf(assignRoles(db, act, carl, { kind: 'group', id: group.id }, []))).toBe('access.forbidden')
  expect(await reasonOf(addRole(db, act, carl, { name: 'Mine', permissions: OVERSIGHT }))).toBe('access.forbidden')
  expect(await reasonOf(changeRole(db, act, carl, clerk.id, { name: 'Clerk', permissions: OVERSIGHT }))).toBe('access.forbidden')
  expect(await reasonOf(removeRole(db, act, carl, clerk.id, { isConfirmed: true }))).toBe('access.forbidden')
  // By the roles of a department or a group, for themselves and for anybody else.
  expect(await reasonOf(placeUser(db, act, carl, carl.id, chiefs.id))).toBe('permissions.would-widen')
  expect(await reasonOf(placeUser(db, act, carl, bob.id, chiefs.id))).toBe('permissions.would-widen')
  expect(await reasonOf(joinGroup(db, act, carl, group.id, carl.id))).toBe('permissions.would-widen')
  expect(await reasonOf(changeDepartment(db, act, carl, office.id, at('Office', chiefs.id)))).toBe('permissions.would-widen')
  // By whom they see: somebody drawn into their own department, or they into another's.
  expect(await reasonOf(placeUser(db, act, carl, bob.id, office.id))).toBe('permissions.would-widen')
  expect(await reasonOf(placeUser(db, act, carl, carl.id, top.id))).toBe('nothing was refused')
  await placeUser(db, act, ann, carl.id, office.id)
  await placeUser(db, act, ann, bob.id, top.id)
  expect(await reasonOf(placeUser(db, act, carl, carl.id, top.id))).toBe('permissions.would-widen')
  // By an address of their own choosing.
  expect(() => refuseHigher(carl, ann)).toThrow('user.may-do-more')
  expect(() => refuseHigher(carl, bob)).toThrow('user.may-do-more')
  // What widens nothing is theirs to do.
  expect(await reasonOf(placeUser(db, act, carl, bob.id, null))).toBe('nothing was refused')
  expect((await eventsOf(db)).slice(before.length)).toEqual([
    'department.joined',
    'department.joined',
    'department.joined',
    'department.left',
  ])
})

test('whoever may not edit permissions lets nobody into folders and to stamps that name a department or a group', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const clerk = await addRole(db, act, ann, { name: 'Clerk', permissions: readPermissions('{"console":{"users":true}}') })
  const { id } = await db.transaction().execute((tx) => addUser(tx, act, { ...ANN, email: 'carl@acme.example', roles: [clerk.id] }))
  const bob = await db.transaction().execute((tx) => addUser(tx, act, { ...ANN, email: 'bob@acme.example', roles: [EMPLOYEE] }))
  const [counsel, office, inside] = [
    await addDepartment(db, act, ann, at('Counsel')),
    await addDepartment(db, act, ann, at('Office')),
    await addDepartment(db, act, ann, at('Inside')),
  ]
  const [readers, editors, stampers, friends] = [
    await addGroup(db, act, 'Readers'),
    await addGroup(db, act, 'Editors'),
    await addGroup(db, act, 'Stampers'),
    await addGroup(db, act, 'Friends'),
  ]
  await placeUser(db, act, ann, bob.id, office.id)
  const folder = { id: 'fld_1', parentId: null, name: 'Matters', nameKey: 'matters', scopeId: 'fld_1', hasOwnRights: 1, classId: null }
  await db
    .insertInto('vaultFolder')
    .values({ ...folder, createdAt: act.at, createdBy: ann.id })
    .execute()
  const grant = (subjectKind: 'group' | 'department', subjectId: string, right: 'read' | 'edit') =>
    db.insertInto('vaultFolderRight').values({ folderId: folder.id, subjectKind, subjectId, right }).execute()
  await grant('department', counsel.id, 'read')
  await grant('group', readers.id, 'read')
  await grant('group', editors.id, 'edit')
  const stamp = { id: 'stp_1', name: 'Seal', legalEntityId: null, objectDigest: 'none' as Digest, forEveryone: 0, removedAt: null }
  await db
    .insertInto('stamp')
    .values({ ...stamp, createdAt: act.at })
    .execute()
  await db.insertInto('stampGrant').values({ stampId: 'stp_1', kind: 'group', subjectId: stampers.id }).execute()
  await db.insertInto('stampGrant').values({ stampId: 'stp_1', kind: 'department', subjectId: inside.id }).execute()
  const carl = await findUser(db, id)
  const before = await eventsOf(db)
  for (const who of [carl.id, bob.id]) {
    for (const group of [readers, editors, stampers])
      expect([group.name, await reasonOf(joinGroup(db, act, carl, group.id, who))]).toEqual([group.name, 'permissions.would-widen'])
    for (const department of [counsel, inside])
      expect(await reasonOf(placeUser(db, act, carl, who, department.id))).toBe('permissions.would-widen')
  }
  expect(await reasonOf(changeDepartment(db, act, carl, office.id, at('Office', counsel.id)))).toBe('permissions.would-widen')
  expect(await reasonOf(removeDepartment(db, act, carl, office.id, counsel.id))).toBe('permissions.would-widen')
  // Nor do rules tell them what others send, for they name no supervisor.
  for (const supervisor of [carl.id, bob.id])
    expect(await reasonOf(changeDepartment(db, act, carl, office.id, at('Office', null, supervisor)))).toBe('department.names-supervisor')
  expect(await reasonOf(addDepartment(db, act, carl, at('Mine', null, carl.id)))).toBe('department.names-supervisor')
  expect(await eventsOf(db)).toEqual(before)
  await changeDepartment(db, act, ann, office.id, at('Office', null, ann.id))
  expect(await reasonOf(changeDepartment(db, act, carl, office.id, at('Office')))).toBe('department.names-supervisor')
  await changeDepartment(db, act, carl, office.id, at('The office', null, ann.id))
  await joinGroup(db, act, carl, friends.id, carl.id)
  // Who may edit in it gains nothing by those who read, and the other way round they do.
  await joinGroup(db, act, ann, editors.id, bob.id)
  await joinGroup(db, act, carl, readers.id, bob.id)
  await leaveGroup(db, act, carl, editors.id, bob.id)
  expect(await reasonOf(joinGroup(db, act, carl, editors.id, bob.id))).toBe('permissions.would-widen')
})

test('the last who manages users and permissions keeps both, whichever way they hold them', async () => {
  await using house = await openAccess()
  const { db, ann } = house
  const group = await addGroup(db, act, 'Keepers')
  await joinGroup(db, act, ann, group.id, ann.id)
  await assignRoles(db, act, ann, { kind: 'group', id: group.id }, [ADMINISTRATOR])
  await assignRoles(db, act, ann, { kind: 'user', id: ann.id }, [EMPLOYEE])
  expect(await reasonOf(leaveGroup(db, act, ann, group.id, ann.id))).toBe('user.last-administrator')
  expect(await reasonOf(removeGroup(db, act, ann, group.id))).toBe('user.last-administrator')
  expect(await reasonOf(assignRoles(db, act, ann, { kind: 'group', id: group.id }, []))).toBe('user.last-administrator')
  expect([...(await membersOf(db, group.id))]).toEqual([ann.id])
})
