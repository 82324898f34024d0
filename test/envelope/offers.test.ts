import { expect, test } from 'bun:test'
import { findUserByAddress } from '../../src/access/users.ts'
import { recipientMeant } from '../../src/envelope/assigning.ts'
import { addDocuments } from '../../src/envelope/documents.ts'
import { findDraft, startDraft } from '../../src/envelope/drafting.ts'
import { looksAlike } from '../../src/envelope/earlier-layouts.ts'
import { listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { fieldsOf, placeFields } from '../../src/envelope/fields.ts'
import { offeredFields, offersOf, takeOffer } from '../../src/envelope/offers.ts'
import { addRecipient } from '../../src/envelope/recipients.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { runTask } from '../../src/sandbox/run.ts'
import { readObject } from '../../src/store/object.ts'
import { pdfWithForm, pdfWithText } from '../support/found-files.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf, ann, CLAIRE, CONTRACT, draftFor, MARIE, send } from '../support/signing.ts'

const TAGS = await pdfWithText([
  ['{{signature:client}} {{nom:société}}', 50, 200],
  ['{{texte::Lieu;facultatif}}', 50, 300],
  ['Dear {{first_name}}', 50, 400],
])

async function deskWith(house: TestHouse, bytes: Uint8Array<ArrayBuffer>, name = 'offer.pdf', email = 'ann@acme.example') {
  const user = (await findUserByAddress(house.house.db, email))!
  const act = actOf(house.house, user)
  const { db } = house.house
  const { id } = await startDraft(db, act, user)
  for (const recipient of await listRecipients(db, id)) await db.deleteFrom('recipient').where('id', '=', recipient.id).execute()
  const marie = await addRecipient(db, act, user, id, MARIE)
  const us = user.firstName === 'Ann' ? await addRecipient(db, act, user, id, CLAIRE) : marie
  const [document] = await addDocuments(house.house, act, user, id, { files: [{ name, bytes }] })
  const offers = async () => offersOf(db, user, await findDraft(db, user, id))
  return { db, user, act, id, us, marie, document: document!, offers }
}

test('tags are offered, become fields of those whom they name, and are painted over once sent', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db, user, act, id, us, marie, document, offers } = await deskWith(house, TAGS)
  const [offer, ...others] = await offers()
  expect(others).toEqual([])
  expect(offer).toMatchObject({ kind: 'tags', count: 3, asksWho: true, unknown: [{ text: 'first_name', page: 0 }] })
  expect(await takeOffer(db, act, user, id, { offer: offer!.id, recipientId: us.id })).toBe(3)
  const fields = await fieldsOf(db, { id })
  expect(fields.map(({ kind, recipientId, label, required, origin }) => [kind, recipientId, label, required, origin])).toEqual([
    ['full-name', us.id, '', true, 'tag:1'],
    ['signature', marie.id, '', true, 'tag:0'],
    ['text', us.id, 'Lieu', false, 'tag:2'],
  ])
  // What stands in the draft is no longer offered; what is left is told.
  expect(await offers()).toMatchObject([{ count: 0, fields: [], unknown: [{ text: 'first_name' }] }])
  await expect(offeredFields(db, user, id, { offer: offer!.id, recipientId: null })).rejects.toMatchObject({ reason: 'offer.unknown' })

  const signature = { ...fields[1]!, id: 'new', recipientId: us.id, x: 300, y: 500, origin: '' }
  await placeFields(db, act, user, id, { version: (await findDraft(db, user, id)).version, fields: [...fields, signature] })
  await send(house, user, await findDraft(db, user, id))
  const pdf = await readObject(db, (await headRevision(db, document.id))!.objectDigest)
  const { images } = await runTask(house.house.config, 'pages', { pdf, pages: [0], width: 800 })
  expect(images).toHaveLength(1)
}, 60_000)

test('fields of a form are offered, one by one too; what is taken is not printed twice and what is left is', async () => {
  await using house = await openTestHouse({ authority: true })
  const { db, user, act, id, us, marie, document, offers } = await deskWith(house, await pdfWithForm(), 'form.pdf')
  const [offer] = await offers()
  expect(offer).toMatchObject({ kind: 'form', count: 8, asksWho: true })
  const chosen = ['form:client.last_name#1', 'form:sign_here#1', 'form:pay#1', 'form:pay#2', 'form:turned#1']
  await takeOffer(db, act, user, id, { offer: offer!.id, recipientId: marie.id, origins: chosen })
  const fields = await fieldsOf(db, { id })
  expect(fields.map(({ origin }) => origin).toSorted()).toEqual(chosen.toSorted())
  const by = (origin: string) => fields.find((field) => field.origin === origin)!
  expect(by('form:client.last_name#1')).toMatchObject({
    kind: 'text',
    label: 'Last name of the client',
    value: 'SENTINEL-NAME',
    required: true,
    rules: { maxLength: 40 },
    recipientId: marie.id,
  })
  expect([by('form:pay#1'), by('form:pay#2')]).toMatchObject([
    { kind: 'radio', label: 'Card', rules: { group: 'pay' }, value: '' },
    { kind: 'radio', label: 'Transfer', rules: { group: 'pay' }, value: '1' },
  ])
  expect((await offers())[0]).toMatchObject({ count: 3 })
  const own = { ...by('form:sign_here#1'), id: 'new', recipientId: us.id, y: 600, origin: '' }
  await placeFields(db, act, user, id, { version: (await findDraft(db, user, id)).version, fields: [...fields, own] })
  await send(house, user, await findDraft(db, user, id))
  const pdf = await readObject(db, (await headRevision(db, document.id))!.objectDigest)
  const { pages } = await runTask(house.house.config, 'page-text', { pdf, pages: [0] })
  expect(pages[0]!.text).toContain('Belgium')
  expect(pages[0]!.text.match(/SENTINEL-NAME/g) ?? []).toHaveLength(0)
}, 60_000)

test('a document like an earlier one is offered its fields, for the people in the same places; of others nothing is seen', async () => {
  await using house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const earlier = await draftFor(house, user)
  const before = await fieldsOf(house.house.db, earlier)
  const { db, act, id, us, marie, offers } = await deskWith(house, CONTRACT, 'contract-2.pdf')
  const [offer] = await offers()
  expect(offer).toMatchObject({ kind: 'layout', count: before.length, from: { title: 'Consulting agreement' } })
  const like = await offeredFields(db, user, id, { offer: offer!.id, recipientId: null })
  const shape = (fields: typeof like) =>
    fields.map(({ kind, page, x, y, width, height }) => [kind, page, x, y, width, height].join(' ')).toSorted()
  expect(shape(like)).toEqual(shape(before))
  expect(new Set(like.map(({ recipientId }) => recipientId))).toEqual(new Set([us.id, marie.id]))
  expect(like.filter(({ recipientId }) => recipientId === us.id).every(({ x }) => x === 20)).toBe(true)
  await takeOffer(db, act, user, id, { offer: offer!.id, recipientId: null })
  expect(await offers()).toEqual([])

  // Bob sees none of Ann's.
  const bob = await deskWith(house, CONTRACT, 'contract-1.pdf', 'bob@acme.example')
  expect(await bob.offers()).toEqual([])
  await expect(
    offeredFields(db, bob.user, bob.id, { offer: `layout:${bob.document.id}:${offer!.id.split(':')[2]}`, recipientId: null }),
  ).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(offeredFields(db, bob.user, id, { offer: offer!.id, recipientId: null })).rejects.toMatchObject({ code: 'not_found' })
}, 60_000)

test('alike is the same name but for numbers and dates', () => {
  const named = (fileName: string, title = fileName) => ({ fileName, title })
  expect(looksAlike(named('Contract_2025-11-02.pdf'), named('contract 2026.pdf'))).toBe(true)
  expect(looksAlike(named('Offre Dupont.pdf'), named('Offre Martin.pdf'))).toBe(true)
  expect(looksAlike(named('a.pdf', 'Consulting agreement'), named('b.pdf', 'Consulting agreement'))).toBe(true)
  expect(looksAlike(named('Invoice.pdf'), named('Employment contract.pdf'))).toBe(false)
  expect(looksAlike(named('1.pdf'), named('2.pdf'))).toBe(false)
})

test('a word means somebody who acts, in their order', async () => {
  await using house = await openTestHouse()
  const { db, id, us, marie } = await deskWith(house, TAGS)
  const people = await listRecipients(db, id)
  const meant = (who: string): string | undefined => recipientMeant(who, people)?.id
  expect(['company', 'societe', '1', 'client', 'client1', '2', 'marie-dupont', 'signer-2'].map(meant)).toEqual([
    us.id,
    us.id,
    us.id,
    marie.id,
    marie.id,
    marie.id,
    marie.id,
    marie.id,
  ])
  expect(['', 'client2', '3', 'witness', 'nobody'].map(meant)).toEqual(Array.from({ length: 5 }, () => undefined))
  expect(await listDocuments(db, id)).toHaveLength(1)
}, 30_000)
