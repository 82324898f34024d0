import { expect, test } from 'bun:test'
import { assignRoles } from '../../src/access/assigning.ts'
import { NO_PERMISSIONS } from '../../src/access/permissions.ts'
import { NO_CONTACT, rowOf } from '../../src/contact/contacts.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf, ann } from '../support/signing.ts'

async function withMany(test: TestHouse, count: number) {
  const { db } = test.house
  const user = await ann(test)
  const rows = Array.from({ length: count }, (_, n) =>
    rowOf(actOf(test.house, user), {
      ...NO_CONTACT,
      firstName: 'N',
      lastName: `Name ${String(n).padStart(3, '0')}`,
      company: n % 2 ? 'Élan <SA>' : 'Other',
      email: `n${n}@many.example`,
    }),
  )
  await db.insertInto('contact').values(rows).execute()
  return { user, rows }
}
const named = (text: string) => [...text.matchAll(/>(Name \d{3}), N</g)].map(([, name]) => name)

test.each(['en', 'fr'])('the directory is read page by page, by company and in other orders (%s)', async (language) => {
  await using test = await openTestHouse()
  const { rows } = await withMany(test, 120)
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  browser.cookies.set('lang', language)
  const seen: (string | undefined)[] = []
  for (let path: string | undefined = '/contacts'; path;) {
    const { status, text } = await browser.get(path)
    expect([path, status]).toEqual([path, 200])
    seen.push(...named(text))
    path = /href="(\/contacts\?[^"]*after=[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(seen).toEqual(rows.map(({ lastName }) => lastName))
  const some = await browser.get('/contacts?company=elan&sort=company&search=name+00')
  expect(named(some.text)).toEqual(['Name 001', 'Name 003', 'Name 005', 'Name 007', 'Name 009'])
  expect(some.text).toContain('value="Élan &lt;SA&gt;"')
  for (const odd of ['sort=upside-down', 'after=con_unknown', 'search=%00%25', `search=${'x'.repeat(500)}`, 'company=%27', 'after=%00'])
    expect([odd, (await browser.get(`/contacts?${odd}`)).status]).toEqual([odd, 200])
})

test('who reads alone sees no button to change, remove, add or exchange, and is refused each', async () => {
  await using test = await openTestHouse()
  const { user, rows } = await withMany(test, 2)
  const { db, clock } = test.house
  const permissions = { ...NO_PERMISSIONS, contacts: { ...NO_PERMISSIONS.contacts, read: 'all' } }
  await db
    .insertInto('role')
    .values({ id: 'rol_reader', name: 'Reader', permissions: JSON.stringify(permissions), createdAt: clock() })
    .execute()
  const bob = await db.selectFrom('user').select('id').where('firstName', '=', 'Bob').executeTakeFirstOrThrow()
  await assignRoles(db, actOf(test.house, user), user, { kind: 'user', id: bob.id }, ['rol_reader'])
  const browser = await test.browser()
  await browser.signIn('bob@acme.example')
  const list = await browser.get('/contacts')
  expect(named(list.text)).toHaveLength(2)
  for (const absent of ['/contacts/new', '/contacts/imports', '/contacts/exports']) expect(list.text).not.toContain(absent)
  const address = `/contacts/${rows[0]!.id}`
  const shown = await browser.get(address)
  expect(shown.text).toContain('n0@many.example')
  for (const absent of ['<form class="form', '/removal', '/envelopes"']) expect(shown.text).not.toContain(absent)
  expect((await browser.get('/contacts/duplicates')).status).toBe(200)
  const fields = { lastName: 'X', email: 'x@x.example', phone: '' }
  await browser.get('/account')
  for (const [path, status] of [
    ['/contacts/new', 403],
    ['/contacts/imports/new', 403],
    ['/contacts/exports/csv', 403],
    [`${address}/merging?with=${rows[1]!.id}`, 403],
  ] as const)
    expect([path, (await browser.get(path)).status]).toEqual([path, status])
  for (const path of [
    '/contacts',
    address,
    `${address}/removal`,
    `${address}/envelopes`,
    `${address}/merging`,
    '/contacts/imports',
    '/contacts/imports/imp_x/acceptance',
  ]) {
    await browser.get('/account')
    const { status } = await browser.post(path, path.endsWith('/merging') ? { other: rows[1]!.id, seen: 'x' } : fields)
    expect([path, status]).toEqual([path, 403])
  }
  expect(await db.selectFrom('contact').select('id').where('lastName', '=', 'X').execute()).toEqual([])
  expect(await db.selectFrom('envelope').select('id').where('senderId', '=', bob.id).execute()).toEqual([])
})
