import { expect, test } from 'bun:test'
import { discardDraft, changeDraft, copyAsDraft, findDraft } from '../../src/envelope/drafting.ts'
import { dispatch, problemsOf } from '../../src/envelope/dispatch.ts'
import { addKnownPerson } from '../../src/envelope/choosing.ts'
import { findEnvelope, findEnvelopeFor, listDocuments, listFields, listRecipients } from '../../src/envelope/envelope.ts'
import { listEnvelopes } from '../../src/envelope/list.ts'
import { changeRecipient, removeRecipient } from '../../src/envelope/recipients.ts'
import { Refusal } from '../../src/base/refusal.ts'
import { addContact } from '../../src/contact/contacts.ts'
import {
  archiveTemplate,
  changeTemplate,
  countMade,
  duplicateTemplate,
  findTemplateFor,
  listTemplates,
  templateFromEnvelope,
} from '../../src/template/templates.ts'
import { draftFromTemplate } from '../../src/template/using.ts'
import { listVersions, publishTemplate, restoreVersion } from '../../src/template/versions.ts'
import { openTestHouse } from '../support/house.ts'
import { actOf, ann, draftFor, MARIE } from '../support/signing.ts'
import { bob, CLIENT, templateFor } from './support.ts'

const refused = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
  return 'done'
}

test('from a template comes a draft whose open role stops it until somebody fills it', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const act = actOf(house.house, user)
  const template = await templateFor(house, user)
  const draft = await draftFromTemplate(db, act, user, template.id)
  expect(draft).toMatchObject({
    status: 'draft',
    templateId: template.id,
    templateVersion: 1,
    title: 'Consulting agreement',
    message: 'Dear client',
  })
  expect((await problemsOf(house.house, user, draft.id)).map(({ reason, params }) => [reason, params])).toEqual([
    ['dispatch.role-open', { name: 'Client' }],
  ])
  expect(await refused(dispatch(house.house, act, user, draft.id, draft.version))).toBe('dispatch.role-open')
  const role = (await listRecipients(db, draft.id)).find(({ roleName }) => roleName === 'Client')!
  const contact = await addContact(db, act, {
    firstName: 'Marie',
    lastName: 'Dupont',
    email: 'marie@client.example',
    phone: null,
    company: 'Maison Dupont',
    jobTitle: '',
    language: 'fr',
    comment: '',
    companyDetails: '',
  })
  await addKnownPerson(db, act, user, draft.id, contact.id, role.id)
  const filled = (await listRecipients(db, draft.id)).find(({ id }) => id === role.id)!
  expect(filled).toMatchObject({
    firstName: 'Marie',
    roleName: 'Client',
    side: 'other',
    role: 'signer',
    routingOrder: 2,
    contactId: contact.id,
  })
  const { version } = await findDraft(db, user, draft.id)
  await dispatch(house.house, act, user, draft.id, version)
  await house.drain()
  expect(await findEnvelope(db, draft.id)).toMatchObject({ status: 'sent', templateId: template.id, templateVersion: 1 })
  expect(await countMade(db, user, template.id)).toBe(1)
  // Whoever may use the template and see nothing of what others send counts nothing of it.
  const other = await bob(house)
  const documents = { ...other.permissions.documents, view: 'own' as const }
  expect(await countMade(db, { ...other, permissions: { ...other.permissions, documents } }, template.id)).toBe(0)
})

test('a design and its versions stand in no list, are found by no envelope’s right, and are neither sent nor discarded', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const act = actOf(house.house, user)
  const template = await templateFor(house, user)
  const [version] = await listVersions(db, template.id)
  for (const id of [template.designId, version!.envelopeId]) {
    expect(await refused(findEnvelopeFor(db, user, id))).toBe('envelope.unknown')
    expect(await refused(copyAsDraft(db, act, user, id))).toBe('envelope.unknown')
  }
  expect((await listEnvelopes(db, user, { group: 'all', after: null }, house.house.clock())).entries).toEqual([])
  expect(await refused(findDraft(db, user, version!.envelopeId))).toBe('envelope.not-a-draft')
  expect(await refused(discardDraft(db, act, user, template.designId))).toBe('envelope.not-a-draft')
  const design = await findDraft(db, user, template.designId)
  expect(await refused(dispatch(house.house, act, user, design.id, design.version))).toBe('envelope.moved-on')
  expect((await findEnvelope(db, design.id)).status).toBe('design')
})

test('each publication freezes a version; what was made remembers it; an older one can be restored', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const act = actOf(house.house, user)
  const template = await templateFor(house, user)
  const first = await draftFromTemplate(db, act, user, template.id)
  const design = await findDraft(db, user, template.designId)
  const publish = async (note: string) =>
    publishTemplate(house.house, act, user, template.id, { version: (await findDraft(db, user, template.designId)).version, note })
  expect(await refused(publish('again'))).toBe('template.unchanged')
  await changeDraft(db, act, user, template.designId, { title: 'Agreement of 2027' })
  expect(await refused(publishTemplate(house.house, act, user, template.id, { version: design.version, note: '' }))).toBe(
    'envelope.moved-on',
  )
  expect((await publish('New year')).number).toBe(2)
  expect((await findEnvelope(db, first.id)).title).toBe('Consulting agreement')
  const second = await draftFromTemplate(db, act, user, template.id)
  expect(second).toMatchObject({ title: 'Agreement of 2027', templateVersion: 2 })
  const [, client] = await listRecipients(db, template.designId)
  await removeRecipient(db, act, user, template.designId, client!.id)
  expect((await restoreVersion(db, act, user, template.id, 1, 'Restored from version 1')).number).toBe(3)
  expect((await draftFromTemplate(db, act, user, template.id)).title).toBe('Consulting agreement')
  expect((await listRecipients(db, template.designId)).map(({ roleName }) => roleName)).toEqual([null, 'Client'])
  expect((await listVersions(db, template.id)).map(({ number, note }) => [number, note])).toEqual([
    [3, 'Restored from version 1'],
    [2, 'New year'],
    [1, ''],
  ])
})

test('nothing is published that could not be sent', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const act = actOf(house.house, user)
  const template = await templateFor(house, user, [CLIENT], { publish: false })
  expect(await refused(draftFromTemplate(db, act, user, template.id))).toBe('template.unpublished')
  for (const { id } of await listDocuments(db, template.designId)) await db.deleteFrom('field').where('documentId', '=', id).execute()
  const { version } = await findDraft(db, user, template.designId)
  expect(await refused(publishTemplate(house.house, act, user, template.id, { version, note: '' }))).toBe('dispatch.signature-missing')
})

test('own, for everyone, archived: who finds, uses and changes a template', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const [user, other] = [await ann(house), await bob(house)]
  const act = actOf(house.house, user)
  const template = await templateFor(house, user)
  const strange = actOf(house.house, other)
  expect(await listTemplates(db, other, {})).toEqual([])
  for (const work of [
    () => findTemplateFor(db, other, template.id, 'use'),
    () => draftFromTemplate(db, strange, other, template.id),
    () => changeTemplate(db, strange, other, template.id, { name: 'Mine' }),
  ])
    expect(await refused(work())).toBe('template.unknown')
  expect(await refused(findDraft(db, other, template.designId))).toBe('envelope.unknown')
  await changeTemplate(db, act, user, template.id, { isPublic: true })
  expect((await listTemplates(db, other, {})).map(({ name, mayEdit }) => [name, mayEdit])).toEqual([['Consulting', false]])
  expect(await refused(changeTemplate(db, strange, other, template.id, { name: 'Mine' }))).toBe('access.forbidden')
  expect(await refused(archiveTemplate(db, strange, other, template.id, true))).toBe('access.forbidden')
  expect(await refused(findDraft(db, other, template.designId))).toBe('access.forbidden')
  expect((await draftFromTemplate(db, strange, other, template.id)).senderId).toBe(other.id)
  const copy = await duplicateTemplate(db, strange, other, template.id, 'Copy')
  expect(copy).toMatchObject({ ownerId: other.id, latest: 0, isPublic: 0 })
  expect((await findDraft(db, other, copy.designId)).templateId).toBe(copy.id)
  await archiveTemplate(db, act, user, template.id, true)
  expect(await refused(draftFromTemplate(db, strange, other, template.id))).toBe('template.archived')
  expect((await listTemplates(db, user, {})).map(({ name }) => name)).toEqual([])
  expect((await listTemplates(db, user, { search: 'consult%' })).map(({ name }) => name)).toEqual([])
  await archiveTemplate(db, act, user, template.id, false)
  expect((await listTemplates(db, user, { search: 'CONSULT' })).map(({ name }) => name)).toEqual(['Consulting'])
})

test('saved from an envelope, the other party becomes roles and our people stay; fields keep what they refer to', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db } = house.house
  const user = await ann(house)
  const act = actOf(house.house, user)
  const from = await draftFor(house, user)
  const name = (role: string, number: number): string => `${role} ${number}`
  await changeRecipient(db, act, user, from.id, (await listRecipients(db, from.id))[1]!.id, { ...MARIE, firstName: 'Paul' })
  const template = await templateFromEnvelope(db, act, user, from.id, { name: 'Saved', folderId: null }, name)
  const people = await listRecipients(db, template.designId)
  expect(people.map(({ firstName, email, roleName }) => [firstName, email, roleName])).toEqual([
    ['Claire', 'claire@acme.example', null],
    ['', null, 'signer 1'],
  ])
  const recipients = await listRecipients(db, from.id)
  const [[source], [copy]] = [await listDocuments(db, from.id), await listDocuments(db, template.designId)]
  expect(copy!.documentId).not.toBe(source!.documentId)
  const [before, after] = [await listFields(db, source!.id), await listFields(db, copy!.id)]
  expect(after.map(({ kind, x, y, recipientId }) => [kind, x, y, people.findIndex(({ id }) => id === recipientId)])).toEqual(
    before.map(({ kind, x, y, recipientId }) => [kind, x, y, recipients.findIndex(({ id }) => id === recipientId)]),
  )
})
