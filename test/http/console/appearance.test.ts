import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mannerOf, placeholdersOf, SAID_OTHERWISE } from '../../../src/mail/manner.ts'
import { readSetting } from '../../../src/setting/setting.ts'
import { LANGUAGES, words } from '../../../src/view/words.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'

let house: TestHouse
let ann: TestBrowser

beforeAll(async () => {
  house = await openTestHouse()
  ann = await house.browser()
  await ann.signIn('ann@acme.example')
})
afterAll(() => house[Symbol.asyncDispose]())

test('the company’s colour is on every page from the next one on, also for visitors, and can be taken back', async () => {
  expect((await ann.get('/appearance.css')).text).toBe('')
  expect((await ann.post('/console/appearance', { colour: 'C8102E' })).status).toBe(303)
  const visitor = await house.browser()
  const page = await visitor.get('/verify')
  expect(page.text).toContain('<link rel="stylesheet" href="/appearance.css?v=c8102e">')
  const sheet = await visitor.get('/appearance.css?v=c8102e')
  expect(sheet.text).toContain('--accent: light-dark(#c8102e, #')
  expect(sheet.headers.get('cache-control')).toContain('immutable')
  expect((await visitor.get('/appearance.css?v=000000')).headers.get('cache-control')).toBe('public, max-age=300')
  expect((await ann.post('/console/appearance', { colour: '' })).status).toBe(303)
  expect((await visitor.get('/verify')).text).not.toContain('appearance.css')
})

test('what is no colour is refused beside its field, and nothing changes', async () => {
  for (const colour of ['red', '#12345', 'url(//evil.example)', '#fff}*{display:none']) {
    const answer = await ann.post('/console/appearance', { colour })
    expect([answer.status, answer.text.includes('six digits, such as')]).toEqual([422, true])
  }
  expect(await readSetting(house.house.db, 'appearance')).toEqual({ colour: null })
})

test('a message in the company’s own words, with what can be filled in, and back to ours', async () => {
  const { db } = house.house
  const own = { subject: 'For {name}: {title}', heading: 'Please sign', text: 'Dear {name},\n{company}', button: 'Go', sms: 'Sign: {link}' }
  const seen = await ann.post('/console/messages/invitation/en/preview', own)
  expect([seen.status, seen.text.includes('For Marie Dupont: Consulting agreement')]).toEqual([200, true])
  expect(await readSetting(db, 'ownTexts')).toEqual({})
  expect((await ann.post('/console/messages/invitation/en', own)).status).toBe(303)
  expect((await mannerOf(db, 'invitation', 'en')).own).toEqual(own)
  expect((await mannerOf(db, 'invitation', 'fr')).own).toBeUndefined()
  expect((await ann.get('/console/messages')).text).toContain('own words')
  expect((await ann.post('/console/messages/invitation/en/reset')).status).toBe(303)
  expect((await mannerOf(db, 'invitation', 'en')).own).toBeUndefined()
})

test('a placeholder that means nothing there, and an SMS that would lead nowhere, are refused beside their field', async () => {
  for (const [field, text, told] of [
    ['text', 'Hello {nobody}', 'no {nobody} in this message'],
    ['heading', 'Go to {link}', 'no {link} in this message'],
    ['text', '{constructor}', 'no {constructor} in this message'],
    ['sms', 'Please sign', 'needs {link}'],
  ] as const) {
    const { subject, heading, text: body, button, sms } = words('en').mail.kinds.invitation
    const answer = await ann.post('/console/messages/invitation/en', { subject, heading, text: body, button, sms, [field]: text })
    expect([answer.status, answer.text.includes(told)]).toEqual([422, true])
  }
  expect((await ann.post('/console/messages/code/fr', { sms: 'Bonjour' })).status).toBe(422)
  expect(await readSetting(house.house.db, 'ownTexts')).toEqual({ en: {} })
})

test('a message that is not there, in a language that is not there', async () => {
  for (const path of ['invitation/de', 'nothing/en', 'test/en', 'toString/en', 'invitation/__proto__'])
    expect((await ann.get(`/console/messages/${path}`)).status).toBe(404)
})

test('every message can be read and changed in every language, and each placeholder is explained', async () => {
  for (const kind of SAID_OTHERWISE)
    for (const language of LANGUAGES) {
      expect((await ann.get(`/console/messages/${kind}/${language}`)).status).toBe(200)
      for (const name of placeholdersOf(kind)) expect(words(language).console.messages.placeholder).toHaveProperty(name)
    }
})

test('only an administrator comes here', async () => {
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  for (const path of ['/console/appearance', '/console/messages', '/console/messages/invitation/en']) {
    expect((await bob.get(path)).status).toBe(403)
    expect((await bob.post(path)).status).not.toBe(303)
  }
})

test('the terms are seen as recipients read them before they are published', async () => {
  const before = (await house.house.db.selectFrom('disclosure').selectAll().execute()).length
  const seen = await ann.post('/console/disclosures/preview', {
    en: 'Electronic signature\n\nYou may <b>refuse</b>.',
    fr: 'Signature\n\nTexte.',
  })
  expect(seen.status).toBe(200)
  expect(seen.text).toContain('<h3 class="terms__heading">Electronic signature</h3>')
  expect(seen.text).toContain('<p class="terms__text">You may &lt;b&gt;refuse&lt;/b&gt;.</p>')
  expect((await ann.post('/console/disclosures/preview', { en: '', fr: 'x' })).status).toBe(422)
  expect((await house.house.db.selectFrom('disclosure').selectAll().execute()).length).toBe(before)
})
