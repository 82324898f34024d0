import { SIGNATORY, STAMP_USER, SUPERVISOR } from '../../src/access/rights.ts'
import { expect, test } from 'bun:test'
import { addUser } from '../../src/access/users.ts'
import { systemAct } from '../../src/audit/act.ts'
import { ANN, openTestHouse, PASSWORD, type TestBrowser, type TestHouse } from '../support/house.ts'
import { hashPassword } from '../../src/access/password.ts'
import { prepareDraft } from './envelopes/draft.ts'

const as = async (test: TestHouse, name: string): Promise<TestBrowser> => {
  const browser = await test.browser()
  await browser.signIn(`${name}@acme.example`)
  return browser
}

test('an empty list says what it is and offers the sample', async () => {
  await using test = await openTestHouse()
  const browser = await as(test, 'ann')
  for (const [language, sentence] of [
    ['en', 'Try it with a sample contract'],
    ['fr', 'Essayer avec un contrat d’exemple'],
  ] as const) {
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get('/envelopes')
    expect(status).toBe(200)
    expect(text).toContain(sentence)
    expect(text).toContain('action="/envelopes/sample"')
  }
})

test('the sample contract becomes a draft of its own, in the language asked for', async () => {
  await using test = await openTestHouse()
  const browser = await as(test, 'ann')
  const { status, location } = await browser.post('/envelopes/sample', { language: 'fr' })
  expect(status).toBe(303)
  expect(location).toMatch(/^\/envelopes\/env_\w+\/draft$/)
  const { text } = await browser.get(location!)
  expect(text).toContain('Contrat de prestation de conseil')
  expect((await browser.post('/envelopes/sample', { language: 'xx' })).status).toBe(422)
})

test('a draft is listed, found, used again and discarded', async () => {
  await using test = await openTestHouse()
  const { envelope, document } = await prepareDraft(test)
  const browser = await as(test, 'ann')
  for (const query of [
    '',
    '?group=drafts',
    `?search=${document.documentId}`,
    '?search=dupont',
    '?group=nonsense',
    '?after=nonsense',
    '?after=~',
  ])
    expect([query, (await browser.get(`/envelopes${query}`)).text.includes(`/envelopes/${envelope.id}"`)]).toEqual([query, true])
  for (const query of ['?group=completed', '?search=nobody'])
    expect([query, (await browser.get(`/envelopes${query}`)).text.includes(envelope.id)]).toEqual([query, false])
  const copy = await browser.post(`/envelopes/${envelope.id}/copies`)
  expect(copy.location).toMatch(/^\/envelopes\/env_\w+\/draft$/)
  expect(copy.location).not.toContain(envelope.id)
  expect((await browser.post(`/envelopes/${envelope.id}/discarding`)).location).toBe('/envelopes')
  expect((await browser.get('/envelopes')).text).toContain('The draft is gone.')
  expect((await browser.get(`/envelopes/${envelope.id}`)).status).toBe(404)
})

test('titles and names are text, never markup', async () => {
  await using test = await openTestHouse()
  const { envelope, marie } = await prepareDraft(test)
  const nasty = '<img src=x onerror=alert(1)>"\''
  await test.house.db.updateTable('envelope').set({ title: nasty, message: nasty }).where('id', '=', envelope.id).execute()
  await test.house.db.updateTable('recipient').set({ lastName: nasty, company: nasty }).where('id', '=', marie.id).execute()
  await test.house.db.updateTable('document').set({ title: nasty, fileName: nasty }).execute()
  const browser = await as(test, 'ann')
  for (const path of ['/envelopes', `/envelopes/${envelope.id}/draft`]) {
    const { text } = await browser.get(path)
    expect(text).not.toContain('<img src=x')
    expect(text).toContain('&lt;img src=x')
    expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=(?!alert)|javascript:|\sstyle=/i)
  }
})

test('people whom the house knows are found as one types', async () => {
  await using test = await openTestHouse()
  const browser = await as(test, 'bob')
  await browser.post('/contacts', { firstName: 'Zoë', lastName: 'O’Neill', email: 'zoe@neill.example', phone: '', company: 'Neill Ltd' })
  const { people } = JSON.parse((await browser.get('/envelopes/people?search=neill')).text) as { people: unknown[] }
  expect(people).toEqual([
    expect.objectContaining({ name: 'Zoë O’Neill', company: 'Neill Ltd', address: 'zoe@neill.example', kind: 'contact' }),
  ])
  expect((JSON.parse((await browser.get('/envelopes/people?search=archer')).text) as { people: { kind: string }[] }).people[0]?.kind).toBe(
    'staff',
  )
})

const POSTS = [
  '/draft',
  '/dispatch',
  '/discarding',
  '/copies',
  '/voiding',
  '/deadline',
  '/documents',
  '/documents/order',
  '/documents/DOC/title',
  '/documents/DOC/consent',
  '/documents/DOC/removal',
  '/recipients',
  '/recipients/choice',
  '/recipients/order',
  '/recipients/RCP',
  '/recipients/RCP/removal',
  '/recipients/RCP/reminders',
  '/recipients/RCP/link',
  '/recipients/RCP/correction',
  '/recipients/RCP/in-person',
]
const FIELDS = {
  version: '1',
  title: 'Taken over',
  reason: 'because',
  deadlineDay: '2027-01-01',
  ids: 'x',
  person: 'usr_x',
  recipient: 'x',
  move: 'up',
  lastName: 'X',
  email: 'x@x.example',
  role: 'signer',
  side: 'other',
  channel: 'email',
  language: 'en',
}

test('what is not theirs is not there for an employee, whatever they try; a supervisor may', async () => {
  await using test = await openTestHouse()
  const { envelope, document, marie } = await prepareDraft(test)
  const { db } = test.house
  await db
    .transaction()
    .execute(async (tx) =>
      addUser(
        tx,
        systemAct(test.house.clock()),
        { ...ANN, email: 'chief@acme.example', firstName: 'Cleo', roles: [SUPERVISOR, SIGNATORY, STAMP_USER] },
        await hashPassword(PASSWORD),
      ),
    )
  const before = await db.selectFrom('envelope').selectAll().execute()
  const people = await db.selectFrom('recipient').selectAll().execute()
  const bob = await as(test, 'bob')
  expect((await bob.get('/envelopes')).text).not.toContain(envelope.id)
  for (const path of ['', '/draft', '/status'])
    expect([path, (await bob.get(`/envelopes/${envelope.id}${path}`)).status]).toEqual([path, 404])
  for (const post of POSTS) {
    const path = post.replace('DOC', document.id).replace('RCP', marie.id)
    await bob.get('/envelopes')
    const { status } = await bob.post(`/envelopes/${envelope.id}${path}`, FIELDS)
    expect([path, status]).toEqual([path, 404])
  }
  expect((await bob.post(`/waiting/${marie.id}`)).status).toBe(404)
  expect(await db.selectFrom('envelope').selectAll().execute()).toEqual(before)
  expect(await db.selectFrom('recipient').selectAll().execute()).toEqual(people)
  const chief = await as(test, 'chief')
  expect((await chief.get(`/envelopes/${envelope.id}/draft`)).status).toBe(200)
  expect((await chief.get('/envelopes')).text).toContain('sent by Ann Archer')
  expect((await chief.post(`/envelopes/${envelope.id}/draft`, { title: 'By the chief' })).status).toBe(303)
}, 30_000)

test('nobody who is signed out sees or changes anything', async () => {
  await using test = await openTestHouse()
  const { envelope, document, marie } = await prepareDraft(test)
  const stranger = await test.browser()
  await stranger.get('/sign-in')
  for (const path of ['/envelopes', '/waiting', '/envelopes/people', `/envelopes/${envelope.id}`, `/envelopes/${envelope.id}/draft`])
    expect([path, (await stranger.get(path)).location]).toEqual([path, `/sign-in?next=${encodeURIComponent(path)}`])
  for (const post of ['', '/sample', ...POSTS.map((path) => `/${envelope.id}${path}`)]) {
    const path = `/envelopes${post.replace('DOC', document.id).replace('RCP', marie.id)}`
    expect([path, (await stranger.post(path, FIELDS)).status]).toEqual([path, 403])
  }
  expect((await stranger.post(`/waiting/${marie.id}`)).status).toBe(403)
  expect(await test.house.db.selectFrom('envelope').select(['id', 'version']).execute()).toEqual([
    { id: envelope.id, version: envelope.version },
  ])
}, 30_000)
