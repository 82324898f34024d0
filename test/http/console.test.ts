import { expect, test } from 'bun:test'
import { ownRolesOf, rolesHeldBy } from '../../src/access/assigning.ts'
import { findUserByAddress } from '../../src/access/users.ts'
import { openTestHouse, ORIGIN, type TestBrowser, type TestHouse } from '../support/house.ts'
import { readSetting } from '../../src/setting/setting.ts'
import { currentDisclosure } from '../../src/setting/disclosure.ts'

async function administrator(house: TestHouse): Promise<TestBrowser> {
  const browser = await house.browser()
  await browser.signIn('ann@acme.example')
  return browser
}
const eventsOf = async ({ house }: TestHouse): Promise<string[]> =>
  (await house.db.selectFrom('auditLeaf').select('type').orderBy('seq', 'desc').limit(4).execute()).map((row) => row.type)

test.each(['en', 'fr'])(
  'every page of the console and of the account is shown, escaped, without inline script (%s)',
  async (language) => {
    await using test = await openTestHouse()
    const browser = await administrator(test)
    browser.cookies.set('lang', language)
    const entity = await test.house.db.selectFrom('legalEntity').select('id').executeTakeFirstOrThrow()
    const bob = await test.house.db.selectFrom('user').select('id').where('firstName', '=', 'Bob').executeTakeFirstOrThrow()
    const pages = [
      'companies',
      'companies/new',
      `companies/${entity.id}`,
      'users',
      'users/new',
      `users/${bob.id}`,
      'stamps',
      'settings',
      'disclosures',
      'channels',
      'outbox',
      'audit',
      'audit/export',
      'audit/witness',
      'audit/erasure',
      'health',
    ].map((path) => `/console/${path}`)
    for (const path of [...pages, '/account', '/contacts', '/contacts/new']) {
      const { status, text, headers } = await browser.get(path)
      expect([path, status]).toEqual([path, 200])
      expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=|javascript:|style=/i)
      expect(text).not.toMatch(/\{\w+\}|undefined|\[object/)
      expect(text).not.toContain('Acme <Ltd>')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('cache-control')).toBe('no-store')
    }
  },
  30_000,
)

test('a user is added and invited by one commit; the same address twice is told beside the field', async () => {
  await using test = await openTestHouse()
  const browser = await administrator(test)
  const person = {
    email: 'Carla@acme.example',
    firstName: 'Carla',
    lastName: 'Cook',
    jobTitle: '',
    phone: '+33 6 12 34 56 78',
    language: 'fr',
    'role:rol_supervisor': '1',
    'role:rol_signatory': '1',
  }
  expect((await browser.post('/console/users', person)).location).toBe('/console/users')
  const carla = await test.house.db.selectFrom('user').selectAll().where('firstName', '=', 'Carla').executeTakeFirstOrThrow()
  expect(carla).toMatchObject({
    email: 'carla@acme.example',
    phone: '+33612345678',
    passwordHash: null,
  })
  expect([...(await rolesHeldBy(test.house.db, { kind: 'user', id: carla.id }))].sort()).toEqual(['rol_signatory', 'rol_supervisor'])
  expect(await test.house.db.selectFrom('message').select(['kind', 'address', 'language', 'userId', 'status']).execute()).toEqual([
    { kind: 'welcome', address: 'carla@acme.example', language: 'fr', userId: carla.id, status: 'waiting' },
  ])
  expect(await eventsOf(test)).toEqual(['message.queued', 'user.invited', 'user.added', 'user.signed-in'])
  const again = await browser.post('/console/users', person)
  expect(again.status).toBe(409)
  expect(again.text).toContain('Somebody already signs in with carla@acme.example.')
  expect(again.text).toContain('value="Carla"')
  expect((await test.house.db.selectFrom('message').selectAll().execute()).length).toBe(1)
  expect((await browser.post('/console/users', { ...person, email: 'x@acme.example', 'role:emperor': '1' })).status).toBe(422)
  expect((await browser.post('/console/users', { ...person, email: 'x@acme.example', phone: '12' })).text).toContain('international form')
})

test('the last administrator stays one, and a disabled user is out at once', async () => {
  await using test = await openTestHouse()
  const browser = await administrator(test)
  const users = await test.house.db.selectFrom('user').selectAll().execute()
  const [ann, bob] = ['Ann', 'Bob'].map((name) => users.find((user) => user.firstName === name)!)
  const details = {
    email: ann!.email,
    firstName: 'Ann',
    lastName: 'Archer',
    jobTitle: '',
    phone: '',
    language: 'en',
    'role:rol_employee': '1',
  }
  const answer = await browser.post(`/console/users/${ann!.id}`, details)
  expect(answer.status).toBe(409)
  expect(answer.text).toContain('This is the only administrator.')
  const bobs = await test.browser()
  await bobs.signIn('bob@acme.example')
  expect((await bobs.get('/account')).status).toBe(200)
  await browser.get('/console/users')
  expect((await browser.post(`/console/users/${bob!.id}/disabling`)).status).toBe(303)
  expect((await bobs.get('/account')).status).toBe(303)
  expect((await bobs.signIn('bob@acme.example')).status).toBe(422)
  await browser.get('/console/users')
  expect((await browser.post(`/console/users/${bob!.id}/invitation`)).status).toBe(409)
  await browser.get('/console/users')
  await browser.post(`/console/users/${bob!.id}/enabling`)
  expect((await bobs.signIn('bob@acme.example')).status).toBe(303)
})

test('settings are kept within their limits', async () => {
  await using test = await openTestHouse()
  const browser = await administrator(test)
  const fields = {
    language: 'fr',
    timeZone: 'Europe/Brussels',
    staffUrl: ORIGIN,
    publicUrl: 'https://sign.acme.example',
    linkDays: '30',
    uploadMegabytes: '50',
    pages: '500',
    firstAfterDays: '2',
    everyDays: '5',
    most: '4',
  }
  expect((await browser.post('/console/settings', fields)).status).toBe(303)
  expect(await readSetting(test.house.db, 'limits')).toEqual({ uploadBytes: 50_000_000, pages: 500, linkDays: 30 })
  expect(await readSetting(test.house.db, 'reminders')).toEqual({ firstAfterDays: 2, everyDays: 5, most: 4 })
  expect(await readSetting(test.house.db, 'installation')).toMatchObject({
    language: 'fr',
    timeZone: 'Europe/Brussels',
    publicUrl: 'https://sign.acme.example',
    setUpAt: expect.any(String),
  })
  await browser.get('/console/settings')
  for (const [name, value] of [
    ['linkDays', '0'],
    ['linkDays', '-1'],
    ['linkDays', '1e9'],
    ['pages', '٣'],
    ['uploadMegabytes', '999999'],
    ['most', '11'],
    ['everyDays', ''],
    ['staffUrl', 'ftp://x.example'],
  ] as const)
    expect([name, value, (await browser.post('/console/settings', { ...fields, [name]: value })).status]).toEqual([name, value, 422])
})

test('a changed text is a new version, and the earlier one stays', async () => {
  await using test = await openTestHouse()
  const browser = await administrator(test)
  const { db } = test.house
  const before = await currentDisclosure(db, 'en')
  await browser.get('/console/disclosures')
  expect((await browser.post('/console/disclosures', { en: 'New <terms>', fr: (await currentDisclosure(db, 'fr')).text })).status).toBe(303)
  expect(await currentDisclosure(db, 'en')).toMatchObject({ version: 2, text: 'New <terms>' })
  expect(await currentDisclosure(db, 'fr')).toMatchObject({ version: 1 })
  expect((await db.selectFrom('disclosure').selectAll().where('id', '=', before.id).executeTakeFirst())?.text).toBe(before.text)
  expect((await browser.get('/console/disclosures')).text).toContain('New &lt;terms&gt;')
  expect((await browser.post('/console/disclosures', { en: ' ', fr: 'x' })).status).toBe(422)
})

test('contacts are kept by everybody who signs in, and found by any word', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('bob@acme.example')
  const fields = {
    firstName: 'Zoë',
    lastName: 'O’Neill',
    email: 'zoe@neill.example',
    phone: '',
    company: 'Neill Ltd',
    jobTitle: '',
    language: '',
    comment: 'a\nb',
  }
  expect((await browser.post('/contacts', fields)).status).toBe(303)
  const neither = await browser.post('/contacts', { ...fields, email: '', phone: '' })
  expect([neither.status, neither.text.includes('Please enter an e-mail address or a mobile number.')]).toEqual([422, true])
  expect((await browser.get('/contacts?search=neill+zo')).text).toContain('zoe@neill.example')
  // What is typed is no pattern.
  expect((await browser.get('/contacts?search=%25')).text).toContain('Nobody matches “%”.')
  expect((await browser.get('/contacts?search=nobody')).text).toContain('Nobody matches “nobody”.')
  const { id } = await test.house.db.selectFrom('contact').select('id').executeTakeFirstOrThrow()
  await browser.get(`/contacts/${id}`)
  expect((await browser.post(`/contacts/${id}`, { ...fields, lastName: 'Neill' })).status).toBe(303)
  await browser.get(`/contacts/${id}`)
  expect((await browser.post(`/contacts/${id}/removal`)).status).toBe(303)
  expect((await browser.get(`/contacts/${id}`)).status).toBe(404)
  expect(await eventsOf(test)).toEqual(['contact.removed', 'contact.changed', 'contact.added', 'user.signed-in'])
})

test('the audit log is read page by page and searched', async () => {
  await using test = await openTestHouse()
  const browser = await administrator(test)
  for (let n = 0; n < 60; n++) {
    await browser.get('/contacts/new')
    await browser.post('/contacts', { firstName: 'N', lastName: `Number ${n}`, email: `n${n}@x.example`, phone: '' })
  }
  const first = await browser.get('/console/audit')
  expect(first.text).toContain('Added the contact N Number 59')
  expect(first.text).not.toContain('Number 3<')
  const next = /href="(\/console\/audit\?[^"]*before=\d+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
  expect((await browser.get(next)).text).toContain('Added the contact N Number 3<')
  const some = await browser.get('/console/audit?type=user.signed-in')
  expect(some.text).toContain('Signed in')
  expect(some.text).not.toContain('Added the contact N')
  for (const odd of ['type=nonsense', 'from=yesterday', 'before=-1', 'before=x', 'to=2026-99-99', 'envelope=%00'])
    expect((await browser.get(`/console/audit?${odd}`)).status).toBe(200)
}, 30_000)

test('a person changes their details and password, and ends their other sessions', async () => {
  await using test = await openTestHouse()
  const [here, there] = [await administrator(test), await administrator(test)]
  const page = await here.get('/account')
  expect(page.text).toContain('This one')
  expect((await here.post('/account/sessions/ending', { session: 'others' })).status).toBe(303)
  expect((await there.get('/account')).status).toBe(303)
  await here.get('/account')
  const wrong = await here.post('/account/password', { currentPassword: 'wrong', newPassword: 'seven green kettles sing' })
  expect([wrong.status, wrong.text.includes('This is not your current password.')]).toEqual([422, true])
  expect(
    (await here.post('/account/password', { currentPassword: 'violet tractor hums at noon', newPassword: 'seven green kettles sing' }))
      .status,
  ).toBe(303)
  expect((await there.signIn('ann@acme.example', 'seven green kettles sing')).status).toBe(303)
  await here.get('/account')
  expect(
    (
      await here.post('/account', {
        firstName: 'Anna',
        lastName: 'Archer',
        jobTitle: 'Boss',
        phone: '',
        language: 'fr',
        'role:rol_employee': '1',
      })
    ).status,
  ).toBe(303)
  expect((await here.get('/account')).text).toContain('Votre compte')
  expect((await ownRolesOf(test.house.db)).get((await findUserByAddress(test.house.db, 'ann@acme.example'))!.id)).toHaveLength(3)
})
