import { expect, test } from 'bun:test'
import {
  addContact,
  changeContact,
  type ContactDetails,
  findContact,
  NO_CONTACT,
  removeContact,
  rowOf,
} from '../../src/contact/contacts.ts'
import { countContacts, findContactByAddress, listCompanies, listContacts, type Sort } from '../../src/contact/directory.ts'
import { later } from '../../src/base/instant.ts'
import { NOON, openTestDesk, type TestDesk } from '../envelope/support.ts'

const add = (desk: TestDesk, details: Partial<ContactDetails>, minutes = 0) =>
  addContact(desk.db, desk.act(desk.ann, later(NOON, minutes * 60_000)), { ...NO_CONTACT, email: 'x@y.example', ...details })
const found = async (desk: TestDesk, search: string, company = '') =>
  (await listContacts(desk.db, desk.ann, { search, company, sort: 'name', after: '' })).contacts.map(({ lastName }) => lastName)

test('found by any words, whatever their case and accents; what is typed is no pattern', async () => {
  await using desk = await openTestDesk()
  await add(desk, { firstName: 'Zoë', lastName: 'Œuvrard', company: 'Société Générale', jobTitle: 'Présidente' })
  await add(desk, { firstName: 'Jean', lastName: 'Straßer', email: null, phone: '+33612345678', company: '100 % Bio' })
  expect(await found(desk, 'zoe generale')).toEqual(['Œuvrard'])
  expect(await found(desk, 'OEUVRARD presidente')).toEqual(['Œuvrard'])
  expect(await found(desk, 'strasser')).toEqual(['Straßer'])
  expect(await found(desk, '3361234')).toEqual(['Straßer'])
  expect(await found(desk, '%')).toEqual(['Straßer'])
  expect(await found(desk, '_')).toEqual([])
  expect(await found(desk, '', 'societe')).toEqual(['Œuvrard'])
  expect(await listCompanies(desk.db, desk.ann)).toEqual(['100 % Bio', 'Société Générale'])
  expect(await findContactByAddress(desk.db, desk.ann, { email: 'X@Y.example', phone: null })).toMatchObject({ lastName: 'Œuvrard' })
  expect(await findContactByAddress(desk.db, desk.ann, { email: 'nobody@y.example', phone: null })).toBeNull()
})

test('ten thousand, page by page: each once, in order, and no page is slower than the first', async () => {
  await using desk = await openTestDesk()
  const rows = Array.from({ length: 10_000 }, (_, n) => ({
    ...rowOf(desk.act(desk.ann, later(NOON, n % 97)), {
      ...NO_CONTACT,
      firstName: `N${n}`,
      lastName: `Name ${n % 1_000}`,
      company: `Company ${n % 31}`,
      email: `n${n}@many.example`,
    }),
  }))
  await desk.db.transaction().execute(async (tx) => {
    for (let at = 0; at < rows.length; at += 500)
      await tx
        .insertInto('contact')
        .values(rows.slice(at, at + 500))
        .execute()
  })
  for (const sort of ['name', 'company', 'recent'] satisfies Sort[]) {
    const seen: string[] = []
    for (let after: string | null = ''; after !== null;) {
      const page = await listContacts(desk.db, desk.ann, { search: '', company: '', sort, after }, 1_000)
      seen.push(...page.contacts.map(({ id }) => id))
      after = page.next
    }
    expect([sort, seen.length, new Set(seen).size]).toEqual([sort, 10_000, 10_000])
    const keys = new Map(rows.map((row) => [row.id, sort === 'name' ? row.nameKey : sort === 'company' ? row.companyKey : row.updatedAt]))
    const inOrder = seen.map((id) => keys.get(id)!)
    expect(inOrder).toEqual(sort === 'recent' ? inOrder.toSorted().toReversed() : inOrder.toSorted())
  }
  const began = performance.now()
  const deep = await listContacts(desk.db, desk.ann, { search: '', company: '', sort: 'name', after: rows[9_998]!.id })
  const few = await listContacts(desk.db, desk.ann, { search: 'n9999 many', company: '', sort: 'name', after: '' })
  expect(deep.contacts.length).toBeGreaterThan(0)
  expect(few.contacts.map(({ id }) => id)).toEqual([rows[9_999]!.id])
  expect(await countContacts(desk.db, desk.ann, { search: '', company: 'company 30' })).toBe(
    rows.filter(({ companyKey }) => companyKey === 'company 30').length,
  )
  expect(performance.now() - began).toBeLessThan(1_500)
}, 60_000)

test('a change is found by its new words; what was removed is found by none', async () => {
  await using desk = await openTestDesk()
  const { id } = await add(desk, { lastName: 'Before' })
  await changeContact(desk.db, desk.act(), desk.ann, id, { ...NO_CONTACT, lastName: 'After', phone: '+33611111111' })
  expect([await found(desk, 'before'), await found(desk, 'after')]).toEqual([[], ['After']])
  expect(() => changeContact(desk.db, desk.act(), desk.ann, id, NO_CONTACT)).toThrow('contact.unreachable')
  await removeContact(desk.db, desk.act(), desk.ann, id)
  expect(await found(desk, 'after')).toEqual([])
  await expect(findContact(desk.db, desk.ann, id)).rejects.toMatchObject({ code: 'not_found' })
})
