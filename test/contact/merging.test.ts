import { expect, test } from 'bun:test'
import { MINUTE, later } from '../../src/base/instant.ts'
import {
  addContact,
  changeContact,
  type Contact,
  type ContactDetails,
  detailsOf,
  findContact,
  NO_CONTACT,
} from '../../src/contact/contacts.ts'
import { findDuplicates, tellApart } from '../../src/contact/duplicates.ts'
import { type MergeChoices, mergeContacts, mergesInto, seenOf, undoMerge } from '../../src/contact/merging.ts'
import { historyOfContact } from '../../src/envelope/contact-history.ts'
import { startDraft } from '../../src/envelope/drafting.ts'
import { addKnownPerson } from '../../src/envelope/choosing.ts'
import { NOON, openTestDesk, type TestDesk } from '../envelope/support.ts'

const KEPT: MergeChoices = {
  firstName: 'kept',
  lastName: 'kept',
  email: 'kept',
  phone: 'kept',
  company: 'kept',
  jobTitle: 'kept',
  language: 'kept',
  comment: 'both',
  companyDetails: 'kept',
}
const add = (desk: TestDesk, details: Partial<ContactDetails>) =>
  addContact(desk.db, desk.act(), { ...NO_CONTACT, email: `${Math.random().toString(36).slice(2)}@x.example`, ...details })
const merge = async (desk: TestDesk, kept: Contact, other: Contact, choices: Partial<MergeChoices> = {}, minutes = 1) =>
  mergeContacts(desk.db, desk.act(desk.ann, later(NOON, minutes * MINUTE)), desk.ann, {
    keptId: kept.id,
    otherId: other.id,
    choices: { ...KEPT, ...choices },
    seen: seenOf(await findContact(desk.db, desk.ann, kept.id), await findContact(desk.db, desk.ann, other.id)),
  })
const groups = async (desk: TestDesk) =>
  (await findDuplicates(desk.db, desk.ann)).groups.map(({ contacts, whys }) => [
    contacts
      .map(({ lastName }) => lastName)
      .toSorted()
      .join(' '),
    whys.join(' '),
  ])

test('found by address, number, or name and company, whatever their case and accents', async () => {
  await using desk = await openTestDesk()
  const a = await add(desk, { firstName: 'Zoë', lastName: 'Lévy', company: 'Café', email: 'zoe@x.example' })
  const b = await add(desk, { firstName: 'zoe', lastName: 'LEVY', company: 'CAFE' })
  await add(desk, { firstName: 'Zoë', lastName: 'Lévy', company: '' })
  await add(desk, { lastName: 'Other', email: 'ZOE@X.example', phone: '+33611111111' })
  await add(desk, { lastName: 'Pair', phone: '+33622222222' })
  await add(desk, { lastName: 'Twin', phone: '+33622222222' })
  await add(desk, { lastName: 'Alone' })
  expect((await groups(desk)).toSorted()).toEqual([
    ['LEVY Lévy Other', 'email name'],
    ['Pair Twin', 'phone'],
  ])
  await tellApart(desk.db, desk.act(), desk.ann, b.id, a.id)
  expect((await groups(desk)).toSorted()).toEqual([
    ['Lévy Other', 'email'],
    ['Pair Twin', 'phone'],
  ])
})

test('merged with a choice per value; the documents of both are the one’s; brought back as it was', async () => {
  await using desk = await openTestDesk()
  const [kept, other] = [
    await add(desk, { firstName: 'M.', lastName: 'Dupont', email: 'old@x.example', comment: 'one' }),
    await add(desk, { firstName: 'Marie', lastName: 'Dupont', email: 'new@x.example', comment: 'two' }),
  ]
  const draft = await startDraft(desk.db, desk.act(), desk.ann)
  await addKnownPerson(desk.db, desk.act(), desk.ann, draft.id, other.id)
  expect(await historyOfContact(desk.db, desk.ann, kept)).toEqual([])
  await merge(desk, kept, other, { firstName: 'other', email: 'other' })
  const now = await findContact(desk.db, desk.ann, kept.id)
  expect(now).toMatchObject({ firstName: 'Marie', email: 'new@x.example', comment: 'one\ntwo', nameKey: 'dupont marie' })
  await expect(findContact(desk.db, desk.ann, other.id)).rejects.toMatchObject({ code: 'not_found' })
  expect(await historyOfContact(desk.db, desk.ann, now)).toMatchObject([{ id: draft.id, name: 'Marie Dupont' }])
  // Merged once more: the documents follow, however often.
  const third = await add(desk, { lastName: 'Dupond' })
  await merge(desk, third, now, {}, 2)
  expect((await historyOfContact(desk.db, desk.ann, third)).map(({ id }) => id)).toEqual([draft.id])
  // Nobody else's documents are seen.
  expect(await historyOfContact(desk.db, desk.bob, third)).toEqual([])
  expect((await historyOfContact(desk.db, desk.chief, third)).length).toBe(1)

  const act = desk.act(desk.ann, later(NOON, 9 * MINUTE))
  const [last] = await mergesInto(desk.db, third.id)
  expect(await undoMerge(desk.db, act, desk.ann, third.id, last!.id)).toBe(true)
  const [first] = await mergesInto(desk.db, kept.id)
  // It was touched since: the one that stayed keeps its values.
  expect(await undoMerge(desk.db, act, desk.ann, kept.id, first!.id)).toBe(false)
  expect(detailsOf(await findContact(desk.db, desk.ann, other.id))).toEqual(detailsOf(other))
  expect(await mergesInto(desk.db, kept.id)).toEqual([])
  await expect(undoMerge(desk.db, act, desk.ann, kept.id, first!.id)).rejects.toMatchObject({ code: 'not_found' })
})

test('refused: with itself, without a way to reach, and where one has changed since', async () => {
  await using desk = await openTestDesk()
  const [a, b] = [await add(desk, { lastName: 'A' }), await add(desk, { lastName: 'B', email: null, phone: '+33611111111' })]
  await expect(merge(desk, a, a)).rejects.toMatchObject({ reason: 'contact.merge-self' })
  await expect(merge(desk, a, b, { email: 'other' })).rejects.toMatchObject({ reason: 'contact.unreachable' })
  const seen = seenOf(a, b)
  await changeContact(desk.db, desk.act(desk.ann, later(NOON, MINUTE)), desk.ann, b.id, {
    ...NO_CONTACT,
    lastName: 'B2',
    email: 'b@x.example',
  })
  await expect(mergeContacts(desk.db, desk.act(), desk.ann, { keptId: a.id, otherId: b.id, choices: KEPT, seen })).rejects.toMatchObject({
    reason: 'contact.moved-on',
  })
})
