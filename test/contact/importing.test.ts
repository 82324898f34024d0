import { expect, test } from 'bun:test'
import { MINUTE, later } from '../../src/base/instant.ts'
import { addContact, changeContact, NO_CONTACT } from '../../src/contact/contacts.ts'
import {
  acceptImport,
  changeChoices,
  findImport,
  lastImport,
  planOf,
  startImport,
  sweepImports,
  undoImport,
} from '../../src/contact/importing.ts'
import type { ImportChoices } from '../../src/contact/import-plan.ts'
import { NOON, openTestDesk, type TestDesk } from '../envelope/support.ts'

const RULES = { undrawable: (text: string) => [...text].filter((letter) => letter === '🎉') }
const bytes = (text: string) => new TextEncoder().encode(text)
const start = (desk: TestDesk, text: string, minutes = 0) =>
  startImport(desk.db, desk.act(desk.ann, later(NOON, minutes * MINUTE)), { name: 'people.csv', content: bytes(text) }, 'FR')
const plan = async (desk: TestDesk, id: string) => planOf(desk.db, desk.ann, await findImport(desk.db, desk.ann, id), RULES)
const choose = async (desk: TestDesk, id: string, over: Partial<ImportChoices>) =>
  changeChoices(desk.db, desk.ann, id, { ...(await findImport(desk.db, desk.ann, id)).choices, ...over })
const accept = async (desk: TestDesk, id: string, minutes = 1, leavesOut = false) =>
  acceptImport(
    desk.db,
    desk.act(desk.ann, later(NOON, minutes * MINUTE)),
    desk.ann,
    id,
    { seen: (await plan(desk, id)).digest, leavesOut },
    RULES,
  )
const undo = (desk: TestDesk, id: string, minutes = 5) =>
  undoImport(desk.db, desk.act(desk.ann, later(NOON, minutes * MINUTE)), desk.ann, id)
const all = (desk: TestDesk) => desk.db.selectFrom('contact').selectAll().where('removedAt', 'is', null).orderBy('nameKey').execute()
const names = async (desk: TestDesk) => (await all(desk)).map(({ firstName, lastName }) => `${firstName} ${lastName}`)

const TABLE = [
  'Nom;Prénom;Adresse e-mail;Tél. mobile;Société;Fonction;Langue;Rue;Code postal;Ville;Notes;Inconnu',
  'Dupont;Marie;Marie@Dupont.example;06 12 34 56 78;Dupont SARL;Gérante;français;1 rue X;75001;Paris;"a; b";z',
  "Martin;Paul;paul@martin.example;'+32 470 12 34 56;;;English;;;;;",
].join('\r\n')

test('a table in French is understood by its headings, national numbers by the country', async () => {
  await using desk = await openTestDesk()
  const { id, choices } = await start(desk, TABLE)
  expect(choices).toMatchObject({ encoding: 'utf-8', separator: ';', hasHeadings: true })
  expect(choices.columns.slice(0, 6)).toEqual(['lastName', 'firstName', 'email', 'phone', 'company', 'jobTitle'])
  expect(choices.columns.at(-1)).toBeNull()
  const { lines, counts } = await plan(desk, id)
  expect(counts).toEqual({ add: 2, update: 0, skip: 0, mistake: 0 })
  expect(lines[0]).toMatchObject({
    line: 2,
    details: {
      lastName: 'Dupont',
      firstName: 'Marie',
      email: 'Marie@dupont.example',
      phone: '+33612345678',
      company: 'Dupont SARL',
      jobTitle: 'Gérante',
      language: 'fr',
      companyDetails: '1 rue X\n75001\nParis',
      comment: 'a; b',
    },
  })
  expect(lines[1]!.details).toMatchObject({ phone: '+32470123456', language: 'en' })
  expect(await names(desk)).toEqual([])
  expect(await accept(desk, id)).toMatchObject({ added: 2, updated: 0, skipped: 0 })
  expect(await names(desk)).toEqual(['Marie Dupont', 'Paul Martin'])
  expect((await desk.db.selectFrom('contactImport').select('content').executeTakeFirst())?.content).toBeNull()
  await expect(accept(desk, id)).rejects.toMatchObject({ reason: 'import.done' })
})

test('English headings of an address book, one name for both, and no headings at all', async () => {
  await using desk = await openTestDesk()
  const google = await start(
    desk,
    'Name,E-mail 1 - Value,E-mail 2 - Value,Organization Name\nZoë de Neill,z@x.example,z2@x.example,Neill Ltd\n"BLACK, John",j@x.example,,\nSTONE Ann,a@x.example,,',
  )
  expect(google.choices.columns).toEqual(['fullName', 'email', 'email', 'company'])
  expect((await plan(desk, google.id)).lines.map(({ details }) => [details.firstName, details.lastName, details.comment])).toEqual([
    ['Zoë de', 'Neill', 'z2@x.example'],
    ['John', 'BLACK', ''],
    ['Ann', 'STONE', ''],
  ])
  const bare = await start(desk, 'Dupont,Marie,marie@dupont.example\nMartin,Paul,paul@martin.example')
  expect(bare.choices).toMatchObject({ hasHeadings: false, columns: ['lastName', 'firstName', 'email'] })
  expect((await plan(desk, bare.id)).counts.add).toBe(2)
  // What was looked at before and not taken over is forgotten.
  await expect(findImport(desk.db, desk.ann, google.id)).rejects.toMatchObject({ code: 'not_found' })
})

test('mistakes are told by line and keep everything out, until they are left out', async () => {
  await using desk = await openTestDesk()
  const { id } = await start(
    desk,
    `Nom,Email,Mobile\nGood,good@x.example,\nBad,not an address,\nNobody,,\n,x@y.example,\nShort,s@x.example,12\nParty 🎉,p@x.example,\n${'L'.repeat(81)},l@x.example,`,
  )
  const { lines, counts } = await plan(desk, id)
  expect(lines.map(({ line, mistakes }) => [line, ...mistakes.map(({ reason }) => reason)])).toEqual([
    [2],
    [3, 'import.email-invalid'],
    [4, 'import.unreachable'],
    [5, 'import.name-missing'],
    [6, 'import.phone-invalid'],
    [7, 'import.undrawable'],
    [8, 'import.too-long'],
  ])
  expect(counts).toEqual({ add: 1, update: 0, skip: 0, mistake: 6 })
  await expect(accept(desk, id)).rejects.toMatchObject({ reason: 'import.has-mistakes', params: { count: 6 } })
  expect(await names(desk)).toEqual([])
  expect(await accept(desk, id, 1, true)).toMatchObject({ added: 1, skipped: 6 })
})

test('who is known is skipped, brought up to date or added once more; a double in the file too', async () => {
  await using desk = await openTestDesk()
  const old = await addContact(desk.db, desk.act(), {
    ...NO_CONTACT,
    lastName: 'Dupont',
    firstName: 'M.',
    email: 'marie@dupont.example',
    company: 'Old',
    comment: 'kept',
  })
  const text =
    'Nom,Prénom,Email,Société,Notes\nDupont,Marie,MARIE@dupont.example,New,more\nMartin,Paul,paul@x.example,,\nMartin,Paul,paul@x.example,Martin SA,'
  const { id } = await start(desk, text)
  const does = async () => (await plan(desk, id)).lines.map(({ does }) => does)
  expect(await does()).toEqual(['skip', 'add', 'skip'])
  expect((await plan(desk, id)).lines[0]!.known).toEqual({ id: old.id, name: 'M. Dupont' })
  await choose(desk, id, { known: 'add' })
  expect(await does()).toEqual(['add', 'add', 'add'])
  await choose(desk, id, { known: 'update' })
  expect(await does()).toEqual(['update', 'add', 'update'])
  const seen = (await plan(desk, id)).digest
  await changeContact(desk.db, desk.act(), desk.ann, old.id, {
    ...NO_CONTACT,
    lastName: 'Dupont',
    email: 'marie@dupont.example',
    company: 'Other',
    comment: 'kept',
  })
  await expect(acceptImport(desk.db, desk.act(), desk.ann, id, { seen, leavesOut: false }, RULES)).rejects.toMatchObject({
    reason: 'import.changed',
  })
  await accept(desk, id)
  expect((await all(desk)).map(({ firstName, lastName, company, comment }) => [firstName, lastName, company, comment])).toEqual([
    ['Marie', 'Dupont', 'New', 'kept\nmore'],
    ['Paul', 'Martin', 'Martin SA', ''],
  ])
  expect(await undo(desk, id)).toEqual({ removed: 1, restored: 1, kept: 1 })
})

test('the last import is taken back, but for those who were changed since or stand in an envelope', async () => {
  await using desk = await openTestDesk()
  const first = await start(desk, 'Nom,Email\nOne,one@x.example')
  await accept(desk, first.id, 1)
  const { id } = await start(desk, `Nom,Email\n${['Two', 'Three', 'Four'].map((name) => `${name},${name}@x.example`).join('\n')}`, 2)
  await accept(desk, id, 3)
  const [four] = await all(desk)
  await changeContact(desk.db, desk.act(desk.ann, later(NOON, 4 * MINUTE)), desk.ann, four!.id, {
    ...NO_CONTACT,
    lastName: 'Changed',
    email: 'c@x.example',
  })
  await expect(undo(desk, first.id)).rejects.toMatchObject({ reason: 'import.not-last' })
  expect(await undo(desk, id)).toEqual({ removed: 2, restored: 0, kept: 1 })
  expect(await names(desk)).toEqual([' Changed', ' One'])
  await expect(undo(desk, id)).rejects.toMatchObject({ reason: 'import.not-last' })
  expect((await lastImport(desk.db, desk.ann, NOON))?.id).toBe(first.id)
  expect(await lastImport(desk.db, desk.bob, NOON)).toBeNull()
  await sweepImports(desk.db, later(NOON, 40 * 24 * 60 * MINUTE))
  expect(await desk.db.selectFrom('contactImportRow').selectAll().execute()).toEqual([])
})

test('vCards; what is empty, too large or another one’s is refused', async () => {
  await using desk = await openTestDesk()
  const { id, format } = await start(
    desk,
    'BEGIN:VCARD\nVERSION:4.0\nFN:Anna Muster\nEMAIL:a@x.example\nTEL:0612345678\nADR:;;1 rue X;Paris;;75001;France\nEND:VCARD\nBEGIN:VCARD\nFN:Nobody\nEND:VCARD',
  )
  expect(format).toBe('vcard')
  const { lines } = await plan(desk, id)
  expect(lines.map(({ line, mistakes }) => [line, ...mistakes.map(({ reason }) => reason)])).toEqual([[1], [8, 'import.unreachable']])
  expect(lines[0]!.details).toMatchObject({
    firstName: 'Anna',
    lastName: 'Muster',
    phone: '+33612345678',
    companyDetails: '1 rue X\n75001 Paris\nFrance',
  })
  await expect(findImport(desk.db, desk.bob, id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(start(desk, '')).rejects.toMatchObject({ reason: 'import.empty' })
  await expect(start(desk, 'x'.repeat(5_000_001))).rejects.toMatchObject({ code: 'too_large' })
  await expect(start(desk, `Nom,Email\n${'a,a@x.example\n'.repeat(10_002)}`)).rejects.toMatchObject({ reason: 'csv.too-many' })
})

test('ten thousand rows, all or nothing', async () => {
  await using desk = await openTestDesk()
  const rows = Array.from({ length: 10_000 }, (_, n) => `Name ${n},n${n}@many.example,+336${String(n).padStart(8, '0')}`)
  const { id } = await start(desk, `Nom,Email,Mobile\n${rows.join('\n')}`)
  const began = performance.now()
  expect(await accept(desk, id)).toMatchObject({ added: 10_000 })
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(await undo(desk, id)).toMatchObject({ removed: 10_000 })
  expect(await all(desk)).toEqual([])
}, 60_000)
