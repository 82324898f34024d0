import { expect, test } from 'bun:test'
import { type Level, LEVELS, NO_PERMISSIONS } from '../../src/access/permissions.ts'
import { withinReach } from '../../src/access/reach.ts'
import { holdersOf, permissionsOf } from '../../src/access/rights.ts'
import { supervisorOf } from '../../src/access/supervisor.ts'
import { addUser } from '../../src/access/users.ts'
import type { Db } from '../../src/db/open.ts'
import { ANN, NOON, openAccess, visitor } from './support.ts'

/** House ← sales ← (north, south); and a department beside. One person in each, and one in none. */
async function organisation(db: Db): Promise<Record<string, string>> {
  const departments = [
    ['house', null],
    ['sales', 'house'],
    ['north', 'sales'],
    ['south', 'sales'],
    ['legal', 'house'],
  ] as const
  for (const [id, parentId] of departments)
    await db.insertInto('department').values({ id, parentId, name: id, supervisorId: null, createdAt: NOON }).execute()
  const people: Record<string, string> = {}
  for (const name of ['house', 'sales', 'sales2', 'north', 'south', 'legal', 'nobody']) {
    const user = await db
      .transaction()
      .execute((tx) => addUser(tx, visitor(), { ...ANN, email: `${name}@acme.example`, firstName: name, roles: [] }))
    const departmentId = name === 'nobody' ? null : name.replace('2', '')
    await db.updateTable('user').set({ departmentId }).where('id', '=', user.id).execute()
    people[name] = user.id
    await db
      .insertInto('contact')
      .values({
        id: `con_${name}`,
        ownerId: user.id,
        firstName: '',
        lastName: name,
        email: null,
        phone: null,
        company: '',
        jobTitle: '',
        language: null,
        comment: '',
        createdAt: NOON,
        updatedAt: NOON,
        removedAt: null,
        isPublic: name === 'legal' ? 1 : 0,
        companyDetails: '',
        nameKey: name,
        companyKey: '',
        searchText: name,
        mergedInto: null,
      })
      .execute()
  }
  await db.updateTable('contact').set({ ownerId: null }).where('id', '=', 'con_nobody').execute()
  return people
}

const REACHED: Readonly<Record<Level, readonly string[]>> = {
  none: [],
  own: ['sales'],
  department: ['sales', 'sales2'],
  departments: ['north', 'sales', 'sales2', 'south'],
  public: ['legal', 'north', 'sales', 'sales2', 'south'],
  all: ['house', 'legal', 'nobody', 'north', 'sales', 'sales2', 'south'],
}

test.each([...LEVELS])('the level %p reaches exactly whom it names', async (level) => {
  await using house = await openAccess()
  const people = await organisation(house.db)
  const found = (id: string, departmentId: string | null, column?: string) =>
    house.db
      .selectFrom('contact')
      .select('lastName')
      .where(withinReach({ id, departmentId, permissions: NO_PERMISSIONS }, level, 'contact.ownerId', column))
      .orderBy('lastName')
      .execute()
      .then((rows) => rows.map(({ lastName }) => lastName))
  expect(await found(people['sales']!, 'sales', 'contact.isPublic')).toEqual([...REACHED[level]])
  // Where nothing is available to everyone, the tree is all there is; who is in no department has themselves alone.
  if (level === 'public') expect(await found(people['sales']!, 'sales')).toEqual([...REACHED.departments])
  if (level === 'departments') expect(await found(people['north']!, null)).toEqual(['north'])
})

test('the widest of a person’s own roles, their department’s and those above it, and their groups’', async () => {
  await using house = await openAccess()
  const { db } = house
  const people = await organisation(db)
  const role = (id: string, permissions: object) =>
    db
      .insertInto('role')
      .values({ id, name: id, permissions: JSON.stringify(permissions), createdAt: NOON })
      .execute()
  await role('own', { documents: { view: 'own' } })
  await role('tree', { documents: { view: 'departments' }, signing: { stamp: true } })
  await role('circle', { contacts: { read: 'all' } })
  await db.insertInto('userGroup').values({ id: 'grp', name: 'grp', createdAt: NOON }).execute()
  await db.insertInto('userGroupMember').values({ groupId: 'grp', userId: people['legal']! }).execute()
  const give = (roleId: string, holderKind: 'user' | 'department' | 'group', holderId: string) =>
    db.insertInto('roleAssignment').values({ roleId, holderKind, holderId, createdAt: NOON }).execute()
  await give('own', 'user', people['north']!)
  await give('tree', 'department', 'sales')
  await give('circle', 'group', 'grp')
  const of = async (name: string) => {
    const user = await db.selectFrom('user').selectAll().where('id', '=', people[name]!).executeTakeFirstOrThrow()
    const { documents, contacts, signing } = await permissionsOf(db, user)
    return [documents.view, contacts.read, signing.stamp]
  }
  expect(await of('north')).toEqual(['departments', 'none', true])
  expect(await of('sales2')).toEqual(['departments', 'none', true])
  expect(await of('legal')).toEqual(['none', 'all', false])
  expect(await of('house')).toEqual(['none', 'none', false])
  const stampers = await holdersOf(db, ({ signing }) => signing.stamp)
  expect([...stampers].sort()).toEqual([house.ann.id, ...['sales', 'sales2', 'north', 'south'].map((name) => people[name]!)].sort())
  expect([...(await holdersOf(db, ({ contacts }) => contacts.read === 'all'))]).toContain(people['legal']!)
})

test('the supervisor is that of the nearest department who is somebody else and not disabled', async () => {
  await using house = await openAccess()
  const { db } = house
  const people = await organisation(db)
  const supervise = (department: string, name: string) =>
    db.updateTable('department').set({ supervisorId: people[name]! }).where('id', '=', department).execute()
  const above = async (name: string) =>
    (await supervisorOf(db, await db.selectFrom('user').selectAll().where('id', '=', people[name]!).executeTakeFirstOrThrow()))?.firstName
  expect(await above('north')).toBeUndefined()
  await supervise('house', 'house')
  await supervise('sales', 'sales')
  expect([await above('north'), await above('sales2'), await above('sales'), await above('house'), await above('nobody')]).toEqual([
    'sales',
    'sales',
    'house',
    undefined,
    undefined,
  ])
  await db.updateTable('user').set({ disabledAt: NOON }).where('id', '=', people['sales']!).execute()
  expect(await above('north')).toBe('house')
})
