import { expect, test } from 'bun:test'
import { listRecipients } from '../../src/envelope/envelope.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../support/house.ts'
import { ann, draftFor } from '../support/signing.ts'
import { CLIENT, templateFor } from '../template/support.ts'

async function as(test: TestHouse, name: 'ann' | 'bob' = 'ann'): Promise<TestBrowser> {
  const browser = await test.browser()
  await browser.signIn(`${name}@acme.example`)
  return browser
}

const PLAIN = /<script(?![^>]* src=)|\son\w+=|javascript:|\sstyle=|undefined|\[object|NaN/

test('made in the editor of drafts: roles are added, changed and refused on its page, then a version is published', async () => {
  await using test = await openTestHouse({ authority: true })
  const browser = await as(test)
  expect((await browser.get('/templates')).text.includes('There is no template yet.')).toBe(true)
  expect((await browser.post('/templates', { name: ' ' })).status).toBe(422)
  const { location } = await browser.post('/templates', { name: 'Lease & more' })
  const path = location!
  const page = await browser.get(path)
  expect(page.text.includes('Design of “Lease &amp; more”')).toBe(true)
  expect(page.text.includes('name="roleName"')).toBe(true)
  expect(page.text.match(PLAIN)).toBeNull()
  const people = path.replace('/draft', '/recipients')
  const role = { as: 'role', roleName: 'Tenant', role: 'signer', side: 'other', channel: 'email', language: 'fr' }
  const nameless = await browser.post(people, { ...role, roleName: '' })
  expect([nameless.status, nameless.text.includes('Please give the role a name')]).toEqual([422, true])
  expect((await browser.post(people, role)).status).toBe(303)
  const twin = await browser.post(people, { ...role, roleName: 'TENANT' })
  expect([twin.status, twin.text.includes('There is a role “TENANT” already.')]).toEqual([422, true])
  const design = path.split('/')[2]!
  const [tenant] = await listRecipients(test.house.db, design)
  expect(tenant).toMatchObject({ roleName: 'Tenant', lastName: '', language: 'fr' })
  expect((await browser.get(`${path}?person=${tenant!.id}`)).text.includes('Change the role Tenant')).toBe(true)
  expect((await browser.get(`${path}?person=by-hand`)).text.includes('name="lastName"')).toBe(true)
  expect((await browser.post(`${people}/${tenant!.id}`, { ...role, roleName: 'Lodger' })).status).toBe(303)
  const details = { subject: '', message: 'Hello', deadlineDays: '14', reminders: '1', firstAfterDays: '2', everyDays: '3', most: '4' }
  expect((await browser.post(path, details)).status).toBe(303)
  expect((await browser.post(path, { ...details, deadlineDays: '0' })).status).toBe(422)
  const templates = await test.house.db.selectFrom('template').selectAll().execute()
  const early = await browser.post(`/templates/${templates[0]!.id}/versions`, { version: '1' })
  expect([early.status, early.text.includes('There is no document yet.')]).toEqual([422, true])
})

test('the page of a template: preview, use, duplicate, settings, archive, versions', async () => {
  await using test = await openTestHouse({ authority: true })
  const template = await templateFor(test, await ann(test))
  const browser = await as(test)
  const path = `/templates/${template.id}`
  for (const language of ['en', 'fr'] as const) {
    browser.cookies.set('lang', language)
    for (const address of ['/templates', '/templates?search=cons', '/templates?archived', '/templates/new', path, `${path}/versions/1`]) {
      const { status, text } = await browser.get(address)
      expect([address, status]).toEqual([address, 200])
      expect(text.match(PLAIN)).toBeNull()
    }
  }
  browser.cookies.set('lang', 'en')
  const { text } = await browser.get(path)
  expect(text.includes('Client')).toBe(true)
  expect(text.includes('always Ann Archer')).toBe(true)
  const picture = /<img class="leaf__picture" src="([^"]+)"/.exec(text)![1]!.replaceAll('&amp;', '&')
  expect((await browser.get(picture)).headers.get('content-type')).toMatch(/^image\//)
  await browser.post('/contacts', { lastName: 'Dupont', email: 'marie@client.example' })
  const used = await browser.post(`${path}/uses`)
  expect(used.location).toMatch(/^\/envelopes\/env_\w+\/draft$/)
  const draft = await browser.get(used.location!)
  expect(draft.text.includes('“Client” names nobody yet. Choose who it is.')).toBe(true)
  expect(draft.text.includes('name="into"')).toBe(true)
  expect(draft.text.match(PLAIN)).toBeNull()
  const folder = await browser.post('/templates/folders', { name: 'Sales', parentId: '' })
  const folderId = folder.location!.split('=')[1]!
  expect((await browser.post(`${path}/details`, { name: 'Consulting 2', description: 'For x', folderId, isPublic: '1' })).status).toBe(303)
  expect((await browser.get(folder.location!)).text.includes('Consulting 2')).toBe(true)
  expect((await browser.post(`/templates/folders/${folderId}/removal`)).location).toBe(folder.location)
  expect((await browser.get(folder.location!)).text.includes('This folder is not empty.')).toBe(true)
  const copy = await browser.post(`${path}/copies`)
  expect((await browser.get(copy.location!)).text.includes('Nothing of this template has been published yet.')).toBe(true)
  const bob = await as(test, 'bob')
  expect((await bob.get(path)).text.includes('/details')).toBe(false)
  expect((await bob.post(`${path}/details`, { name: 'Mine' })).status).toBe(403)
  expect((await bob.get(copy.location!)).status).toBe(404)
  expect((await bob.post(`${path}/versions/1/restoration`)).status).toBe(403)
  expect((await browser.post(`${path}/archive`)).status).toBe(303)
  expect((await bob.post(`${path}/uses`)).status).toBe(409)
  expect((await browser.post(`${path}/archive/removal`)).status).toBe(303)
  expect((await browser.get(`${path}/versions/9`)).status).toBe(404)
})

test('an envelope is saved as a template, by whoever sees it; an empty draft offers what there is to begin from', async () => {
  await using test = await openTestHouse({ authority: true })
  const user = await ann(test)
  await templateFor(test, user, [CLIENT])
  const draft = await draftFor(test, user)
  const browser = await as(test)
  const form = await browser.get(`/envelopes/${draft.id}/templates`)
  expect(form.text.includes('value="Consulting agreement"')).toBe(true)
  const made = await browser.post(`/envelopes/${draft.id}/templates`, { name: 'Kept', folderId: '' })
  expect((await browser.get(made.location!)).text.includes('Design of “Kept”')).toBe(true)
  const bob = await as(test, 'bob')
  expect((await bob.get(`/envelopes/${draft.id}/templates`)).status).toBe(404)
  expect((await bob.post(`/envelopes/${draft.id}/templates`, { name: 'Stolen', folderId: '' })).status).toBe(404)
  const { location } = await browser.post('/envelopes')
  expect((await browser.get(location!)).text.includes('Or start from')).toBe(true)
})
