import { expect, test } from 'bun:test'
import { LEVELS, type Level, NO_PERMISSIONS } from '../../src/access/permissions.ts'
import type { Reader } from '../../src/access/reach.ts'
import { addContact, changeContact, NO_CONTACT, removeContact } from '../../src/contact/contacts.ts'
import { listContacts } from '../../src/contact/directory.ts'
import { findDuplicates, tellApart } from '../../src/contact/duplicates.ts'
import { exportContacts } from '../../src/contact/exporting.ts'
import { acceptImport, changeChoices, findImport, planOf, startImport } from '../../src/contact/importing.ts'
import { type MergeChoices, mergeContacts, seenOf } from '../../src/contact/merging.ts'
import { openTestDesk, type TestDesk } from '../envelope/support.ts'

const KEEP = Object.fromEntries(Object.keys(NO_CONTACT).map((name) => [name, 'kept'])) as MergeChoices
const HEADINGS = {
  lastName: 'Last',
  firstName: 'First',
  email: 'Mail',
  phone: 'Phone',
  company: 'Co',
  jobTitle: 'Job',
  language: 'L',
  companyDetails: 'D',
  comment: 'C',
}

/** Ann and a colleague stand in Sales, somebody else below it, Bob elsewhere; each has a contact at the same address, Bob a public one too. */
async function withContacts(desk: TestDesk) {
  const { db } = desk
  const at = '2026-11-23T12:00:00.000Z'
  for (const [id, parent] of [
    ['dep_here', null],
    ['dep_under', 'dep_here'],
    ['dep_else', null],
  ] as const)
    await db
      .insertInto('department')
      .values({ id, parentId: parent, name: id, supervisorId: null, createdAt: at as never })
      .execute()
  const place = (id: string, departmentId: string) => db.updateTable('user').set({ departmentId }).where('id', '=', id).execute()
  await place(desk.ann.id, 'dep_here')
  await place(desk.chief.id, 'dep_under')
  await place(desk.bob.id, 'dep_else')
  const colleague = {
    ...(await db.selectFrom('user').selectAll().where('id', '=', desk.bob.id).executeTakeFirstOrThrow()),
    id: 'usr_colleague',
    email: 'col@acme.example',
    departmentId: 'dep_here',
  }
  await db.insertInto('user').values(colleague).execute()
  const add = (owner: string, lastName: string, isPublic = false) =>
    addContact(db, { ...desk.act(), actor: { kind: 'user', id: owner } }, { ...NO_CONTACT, lastName, email: 'same@x.example', isPublic })
  return {
    own: await add(desk.ann.id, 'own'),
    department: await add(colleague.id, 'department'),
    departments: await add(desk.chief.id, 'departments'),
    public: await add(desk.bob.id, 'public', true),
    all: await add(desk.bob.id, 'all'),
  }
}
type Rights = Partial<Reader['permissions']['contacts']>
const reader = (desk: TestDesk, rights: Rights): Reader => ({
  id: desk.ann.id,
  departmentId: 'dep_here',
  permissions: { ...NO_PERMISSIONS, contacts: { ...NO_PERMISSIONS.contacts, ...rights } },
})
const REACHED: Readonly<Record<Level, readonly string[]>> = {
  none: [],
  own: ['own'],
  department: ['department', 'own'],
  departments: ['department', 'departments', 'own'],
  public: ['department', 'departments', 'own', 'public'],
  all: ['all', 'department', 'departments', 'own', 'public'],
}

test.each([...LEVELS])('what “%s” reads is listed, compared and exported, and nothing else', async (level) => {
  await using desk = await openTestDesk()
  await withContacts(desk)
  const me = reader(desk, { read: level, exchange: 'all' })
  const { contacts } = await listContacts(desk.db, me, { search: '', company: '', sort: 'name', after: '' })
  expect(contacts.map(({ lastName }) => lastName)).toEqual([...REACHED[level]])
  const { groups } = await findDuplicates(desk.db, me)
  expect(groups.flatMap((group) => group.contacts.map(({ lastName }) => lastName)).toSorted()).toEqual(
    REACHED[level].length > 1 ? [...REACHED[level]] : [],
  )
  const csv = await exportContacts(desk.db, desk.act(), me, 'csv', HEADINGS)
  expect(
    csv
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[0]!),
  ).toEqual([...REACHED[level]])
  const narrow = await exportContacts(desk.db, desk.act(), reader(desk, { read: 'all', exchange: level }), 'csv', HEADINGS)
  expect(narrow.trim().split('\r\n').length - 1).toBe(REACHED[level].length)
})

test.each([...LEVELS])(
  '“%s” is changed and removed; what is seen and not within it is forbidden, what is not seen not found',
  async (level) => {
    await using desk = await openTestDesk()
    const contacts = await withContacts(desk)
    for (const [name, contact] of Object.entries(contacts).toReversed()) {
      const mine = REACHED[level].includes(name)
      const code = async (work: Promise<unknown>) => work.then(() => 'done').catch((error: { code: string }) => error.code)
      const details = { ...NO_CONTACT, lastName: name, email: 'same@x.example' }
      expect(await code(changeContact(desk.db, desk.act(), reader(desk, { read: 'all', edit: level }), contact.id, details))).toBe(
        mine ? 'done' : 'forbidden',
      )
      expect(await code(changeContact(desk.db, desk.act(), reader(desk, { read: 'none', edit: 'all' }), contact.id, details))).toBe(
        'not_found',
      )
      if (name !== 'own')
        expect(await code(tellApart(desk.db, desk.act(), reader(desk, { read: 'all', edit: level }), contacts.own.id, contact.id))).toBe(
          mine ? 'done' : 'forbidden',
        )
      expect(await code(removeContact(desk.db, desk.act(), reader(desk, { read: 'all', delete: level }), contact.id))).toBe(
        mine ? 'done' : 'forbidden',
      )
    }
  },
)

test('a merge takes the right to change the one and to remove the other', async () => {
  await using desk = await openTestDesk()
  const { own, all } = await withContacts(desk)
  const merge = (rights: Rights) =>
    mergeContacts(desk.db, desk.act(), reader(desk, rights), { keptId: own.id, otherId: all.id, choices: KEEP, seen: seenOf(own, all) })
  await expect(merge({ read: 'own', edit: 'all', delete: 'all' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(merge({ read: 'all', edit: 'own', delete: 'own' })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(merge({ read: 'all', edit: 'none', delete: 'all' })).rejects.toMatchObject({ code: 'forbidden' })
  await merge({ read: 'all', edit: 'own', delete: 'all' })
})

test('an import knows whom its reader sees, changes whom they may change, and adds where they may add', async () => {
  await using desk = await openTestDesk()
  await withContacts(desk)
  const { id, choices } = await startImport(
    desk.db,
    desk.act(),
    { name: 'x.csv', content: new TextEncoder().encode('Nom,Email\nNew,same@x.example') },
    'FR',
  )
  await changeChoices(desk.db, desk.ann, id, { ...choices, known: 'update' })
  const does = async (rights: Rights) =>
    (await planOf(desk.db, reader(desk, rights), await findImport(desk.db, desk.ann, id), { undrawable: () => [] })).lines.map(
      (line) => line.does,
    )
  expect(await does({ read: 'none', edit: 'all', add: 'own' })).toEqual(['add'])
  expect(await does({ read: 'all', edit: 'none', add: 'own' })).toEqual(['skip'])
  expect(await does({ read: 'own', edit: 'own', add: 'own' })).toEqual(['update'])
  const me = reader(desk, { read: 'none', add: 'none', exchange: 'all' })
  const { digest } = await planOf(desk.db, me, await findImport(desk.db, desk.ann, id), { undrawable: () => [] })
  await expect(
    acceptImport(desk.db, desk.act(), me, id, { seen: digest, leavesOut: false }, { undrawable: () => [] }),
  ).rejects.toMatchObject({ code: 'forbidden' })
})
