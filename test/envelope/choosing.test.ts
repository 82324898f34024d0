import { expect, test } from 'bun:test'
import { NO_PERMISSIONS } from '../../src/access/permissions.ts'
import type { Level } from '../../src/access/permissions.ts'
import { addContact, NO_CONTACT } from '../../src/contact/contacts.ts'
import { addKnownPerson, addTypedPerson, listKnownPeople } from '../../src/envelope/choosing.ts'
import { startDraft } from '../../src/envelope/drafting.ts'
import { changeLegalEntity, companyDetailsOf, findLegalEntity } from '../../src/setting/legal-entity.ts'
import { openTestDesk, type TestDesk } from './support.ts'

const marie = {
  ...NO_CONTACT,
  firstName: 'Marie',
  lastName: 'Dupont',
  email: 'marie@dupont.example',
  company: 'Dupont',
  companyDetails: 'Dupont SARL\nRCS Lyon',
}
const typed = {
  side: 'other' as const,
  role: 'signer' as const,
  firstName: 'Zoë',
  lastName: 'Neill',
  email: 'zoe@neill.example',
  phone: null,
  channel: 'email' as const,
  language: 'en' as const,
  routingOrder: null,
  company: 'Neill Ltd',
  companyDetails: 'Neill Ltd\nCompany number 01234567',
  jobTitle: '',
}
const reading = (desk: TestDesk, read: Level, add: Level = 'none') => ({
  ...desk.ann,
  permissions: { ...desk.ann.permissions, contacts: { ...NO_PERMISSIONS.contacts, read, add } },
})

test('whoever is chosen brings the details of their company: ours from the legal entity, the other party’s from the directory', async () => {
  await using desk = await openTestDesk()
  const entity = await findLegalEntity(desk.db, desk.entityId)
  await desk.db.transaction().execute((tx) =>
    changeLegalEntity(tx, desk.act(), entity.id, {
      ...entity,
      details: { ...entity.details, iban: 'FR7630006000011234567890189', bankName: 'BNP' },
    }),
  )
  const contact = await addContact(desk.db, desk.act(), marie)
  const draft = await startDraft(desk.db, desk.act(), desk.ann)
  const them = await addKnownPerson(desk.db, desk.act(), desk.ann, draft.id, contact.id)
  expect(them).toMatchObject({ side: 'other', contactId: contact.id, companyDetails: marie.companyDetails })
  const us = await addKnownPerson(desk.db, desk.act(), desk.ann, draft.id, desk.chief.id)
  expect(us).toMatchObject({
    side: 'company',
    userId: desk.chief.id,
    companyDetails: companyDetailsOf(await findLegalEntity(desk.db, desk.entityId)),
  })
  expect(us.companyDetails).toContain('BNP · IBAN FR76 3000 6000 0112 3456 7890 189')
})

test('whom the sender may not see is neither offered nor found', async () => {
  await using desk = await openTestDesk()
  const contact = await addContact(desk.db, desk.act(desk.bob), marie)
  const offered = async (read: Level) =>
    (await listKnownPeople(desk.db, reading(desk, read), 'DUPONT')).map(({ name, kind, company, address }) => [
      name,
      kind,
      company,
      address,
    ])
  expect(await offered('all')).toEqual([['Marie Dupont', 'contact', 'Dupont', 'marie@dupont.example']])
  expect(await offered('own')).toEqual([])
  expect((await listKnownPeople(desk.db, reading(desk, 'none'), 'chief')).map(({ kind }) => kind)).toEqual(['staff'])
  const draft = await startDraft(desk.db, desk.act(), desk.ann)
  await expect(addKnownPerson(desk.db, desk.act(), reading(desk, 'own'), draft.id, contact.id)).rejects.toMatchObject({ code: 'not_found' })
})

test('somebody typed in is kept once, linked to their contact, and only by who may add one', async () => {
  await using desk = await openTestDesk()
  const contacts = () => desk.db.selectFrom('contact').select(['id', 'lastName', 'companyDetails']).execute()
  const draft = async () => (await startDraft(desk.db, desk.act(), desk.ann)).id
  await addTypedPerson(desk.db, desk.act(), reading(desk, 'all'), await draft(), typed, { keep: true })
  expect(await contacts()).toEqual([])
  const first = await addTypedPerson(desk.db, desk.act(), reading(desk, 'all', 'own'), await draft(), typed, { keep: true })
  expect(await contacts()).toEqual([{ id: first.contactId!, lastName: 'Neill', companyDetails: typed.companyDetails }])
  const again = await addTypedPerson(desk.db, desk.act(), desk.ann, await draft(), { ...typed, email: 'ZOE@neill.example' }, { keep: true })
  expect(again.contactId).toBe(first.contactId)
  // Another person at the same mailbox is not that contact.
  const other = await addTypedPerson(desk.db, desk.act(), desk.ann, await draft(), { ...typed, lastName: 'Other' }, { keep: false })
  expect(other.contactId).toBeNull()
  expect(await contacts()).toHaveLength(1)
})
