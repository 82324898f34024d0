import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEmailChannel, readSmsChannel } from '../../../src/mail/channel.ts'
import { queueMessage } from '../../../src/mail/outbox.ts'
import { systemAct } from '../../../src/audit/act.ts'
import { keepFixedMail } from '../../../src/upkeep/fixing.ts'
import { setupAddress } from '../../../src/upkeep/setup-secret.ts'
import { readDraft } from '../../../src/upkeep/setup-draft.ts'
import { makeOwnAuthority } from '../../support/own-authority.ts'
import { NOON, openTestHouse, ORIGIN, type TestHouse } from '../../support/house.ts'
import { openMailServer } from '../../support/smtp.ts'

const PASSWORD = 'blue kettle 42'
const EMAIL = {
  host: '127.0.0.1',
  port: '587',
  security: 'none',
  user: 'sign',
  password: PASSWORD,
  fromAddress: 'sign@acme.example',
  fromName: 'Acme <Ltd>',
  caPem: '',
}
const SMS = {
  preset: 'json',
  url: 'https://gateway.example.com/messages?apikey=url-key-17',
  method: 'POST',
  headers: 'Authorization: Bearer header-key-17',
  body: '{"to":"{to}","text":"{text}","secret":"body-key-17"}',
  successContains: '',
  from: 'Acme',
}
const SECRET = /blue kettle|(?:url|header|body)-key-17/

async function opened(email = 'ann@acme.example') {
  const test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn(email)
  await browser.get('/console/channels')
  return { test, browser }
}
const events = async ({ house }: TestHouse): Promise<string[]> =>
  (await house.db.selectFrom('auditLeaf').select('type').orderBy('seq', 'desc').limit(3).execute()).map(({ type }) => type)
const email = ({ house }: TestHouse) => readEmailChannel(house.db, house.secretKey)
const sms = ({ house }: TestHouse) => readSmsChannel(house.db, house.secretKey)

test('belongs to administrators', async () => {
  const { test, browser } = await opened('bob@acme.example')
  await using _ = test
  expect((await browser.get('/console/channels')).status).toBe(403)
  for (const path of ['email', 'email/test', 'email/removal', 'sms', 'sms/test', 'sms/removal']) {
    await browser.get('/account')
    expect([path, (await browser.post(`/console/channels/${path}`, { ...EMAIL, ...SMS })).status]).toEqual([path, 403])
  }
  expect([await email(test), await sms(test)]).toEqual([null, null])
})

test('e-mail is kept sealed, its password never comes back, and stays where it is left empty', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const { db } = test.house
  await db
    .transaction()
    .execute((tx) => queueMessage(tx, systemAct(NOON), { kind: 'test', channel: 'email', address: 'zoe@neill.example', language: 'en' }))
  await db.updateTable('job').set({ doneAt: NOON }).execute()
  expect((await browser.post('/console/channels/email', EMAIL)).location).toBe('/console/channels')
  expect(await events(test)).toEqual(['channel.changed', 'setting.changed', 'message.queued'])
  // What waited is on its way.
  expect(await db.selectFrom('job').select('kind').where('doneAt', 'is', null).execute()).toEqual([{ kind: 'message.deliver' }])
  const page = await browser.get('/console/channels')
  expect(page.text).toContain('value="127.0.0.1"')
  expect(page.text).toContain('A password is kept already.')
  expect(page.text).not.toMatch(SECRET)
  for (const table of ['setting', 'auditLeaf', 'auditClear'] as const)
    expect(JSON.stringify(await db.selectFrom(table).selectAll().execute())).not.toMatch(SECRET)
  expect((await browser.post('/console/channels/email', { ...EMAIL, password: '', fromName: 'Other', port: '2525' })).status).toBe(303)
  expect(await email(test)).toMatchObject({ password: PASSWORD, fromName: 'Other', port: 2525 })
  await browser.get('/console/channels')
  expect((await browser.post('/console/channels/email/removal')).status).toBe(303)
  expect([await email(test), await events(test)]).toEqual([null, ['channel.changed', 'setting.changed', 'channel.changed']])
})

test('a kept password goes to no other server, to no other user, and is not sent in the clear afterwards', async () => {
  const { test, browser } = await opened()
  await using _ = test
  await using foreign = await openMailServer({ login: { user: 'sign', password: PASSWORD } })
  await browser.post('/console/channels/email', { ...EMAIL, host: 'mail.acme.example', security: 'starttls' })
  for (const change of [{ host: 'mail.foreign.example' }, { user: 'other' }, { security: 'none' }]) {
    const fields = { ...EMAIL, host: 'mail.acme.example', security: 'starttls', password: '', ...change }
    await browser.get('/console/channels')
    for (const path of ['/console/channels/email', '/console/channels/email/test']) {
      const { status, text } = await browser.post(path, { ...fields, testAddress: 'ann@acme.example' })
      expect([status, text.includes('Please enter the password again.')]).toEqual([422, true])
    }
  }
  const stolen = { ...EMAIL, password: '', port: String(foreign.port), testAddress: 'ann@acme.example' }
  expect((await browser.post('/console/channels/email/test', stolen)).status).toBe(422)
  expect(foreign.logins).toEqual([])
  expect(await email(test)).toMatchObject({ host: 'mail.acme.example', security: 'starttls', password: PASSWORD })
})

test.each([
  ['host', 'two words', 'Please enter the name of a mail server'],
  ['host', '', 'Please enter the name of a mail server'],
  ['port', '0', 'Please enter a whole number'],
  ['port', '65536', 'Please enter a whole number'],
  ['fromAddress', 'a@b.example, c@d.example', 'This is not an e-mail address'],
  ['caPem', 'hello', 'This is not a certificate in PEM form.'],
  ['caPem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'This is not a certificate in PEM form.'],
  ['security', 'hope', 'Please check the form.'],
])('e-mail with %s “%s” is refused beside the field, and nothing secret comes back', async (name, value, sentence) => {
  const { test, browser } = await opened()
  await using _ = test
  const { status, text } = await browser.post('/console/channels/email', { ...EMAIL, [name]: value })
  expect([status, text.includes(sentence)]).toEqual([422, true])
  expect(text).toContain('value="Acme &lt;Ltd&gt;"')
  expect(text).toContain('What you typed here is not sent back')
  expect(text).not.toMatch(SECRET)
  expect(await email(test)).toBe(null)
})

test("a company's own authority is kept; a private key beside it is not", async () => {
  const { test, browser } = await opened()
  await using _ = test
  const { authority, server } = await makeOwnAuthority()
  expect((await browser.post('/console/channels/email', { ...EMAIL, caPem: `${authority}\n${server.key}` })).status).toBe(422)
  await browser.get('/console/channels')
  expect((await browser.post('/console/channels/email', { ...EMAIL, caPem: authority })).status).toBe(303)
  await using mail = await openMailServer({ certificate: server, login: { user: 'sign', password: PASSWORD } })
  await browser.get('/console/channels')
  const { text } = await browser.post('/console/channels/email/test', {
    ...EMAIL,
    port: String(mail.port),
    security: 'starttls',
    caPem: authority,
    testAddress: 'ann@acme.example',
  })
  expect(text).toContain('Handed over')
  expect([mail.encrypted, mail.logins]).toEqual([[true], ['sign']])
})

test('a test sends by what is typed, tells the whole dialogue, keeps nothing and is recorded', async () => {
  const { test, browser } = await opened()
  await using _ = test
  await using mail = await openMailServer({ login: { user: 'sign', password: PASSWORD } })
  const fields = { ...EMAIL, port: String(mail.port), testAddress: 'zoe@neill.example' }
  const { status, text } = await browser.post('/console/channels/email/test', fields)
  expect(status).toBe(200)
  expect(text).toMatch(/<pre[^>]*>S: 220 [\s\S]*AUTH PLAIN ••••[\s\S]*RCPT TO:&lt;zoe@neill\.example&gt;[\s\S]*= 250 OK/)
  expect(text).not.toMatch(new RegExp(`${PASSWORD}|${btoa(`\0sign\0${PASSWORD}`)}|<script(?![^>]* src=)|style=`))
  expect((await mail.next('zoe@neill.example')).from?.text).toBe('"Acme <Ltd>" <sign@acme.example>')
  expect([await email(test), await events(test)]).toEqual([null, expect.arrayContaining(['channel.tested'])])
  const leaf = await test.house.db.selectFrom('auditLeaf').selectAll().where('type', '=', 'channel.tested').execute()
  expect(JSON.stringify(leaf)).not.toContain('zoe@')
  const asked = await browser.post('/console/channels/email/test', { ...fields, password: 'wrong' }, { accept: 'application/json' })
  expect(JSON.parse(asked.text)).toMatchObject({ outcome: 'deferred', told: 'Not handed over', detail: expect.stringContaining('535') })
  const refused = await browser.post('/console/channels/email/test', { ...fields, testAddress: 'x' }, { accept: 'application/json' })
  expect([refused.status, JSON.parse(refused.text)]).toEqual([
    422,
    { fields: { testAddress: 'This is not an e-mail address such as marie.dupont@example.com.' } },
  ])
})

test('SMS: address, headers and body are kept sealed and together', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const { db } = test.house
  expect((await browser.post('/console/channels/sms', SMS)).status).toBe(303)
  const page = await browser.get('/console/channels')
  expect(page.text).toContain('for gateway.example.com are kept already')
  expect(page.text).not.toMatch(SECRET)
  expect(JSON.stringify(await db.selectFrom('setting').selectAll().execute())).not.toMatch(SECRET)
  expect((await browser.post('/console/channels/sms', { ...SMS, url: '', headers: '', body: '', from: 'Other' })).status).toBe(303)
  expect(await sms(test)).toEqual({ ...SMS, from: 'Other' } as never)
  await browser.get('/console/channels')
  const half = await browser.post('/console/channels/sms', { ...SMS, url: '' })
  expect([half.status, half.text.includes('Please enter a web address that begins with')]).toEqual([422, true])
  expect(half.text).not.toMatch(SECRET)
  expect((await browser.post('/console/channels/sms', { ...SMS, headers: 'Authorization Bearer x' })).text).toContain(
    'Each line needs a name',
  )
  expect((await browser.post('/console/channels/sms', { ...SMS, body: 'hello' })).text).toContain('need their places')
  expect((await browser.post('/console/channels/sms', { ...SMS, preset: 'nobody' })).status).toBe(422)
  expect(await sms(test)).toMatchObject({ from: 'Other' })
  await browser.get('/console/channels')
  await browser.post('/console/channels/sms/removal')
  expect(await sms(test)).toBe(null)
})

test('a preset is not kept while its blanks are not filled in, and a failed test says what to do before it quotes', async () => {
  const { test, browser } = await opened()
  await using _ = test
  for (const [name, value, blank] of [
    ['headers', 'Authorization: Bearer KEY', 'KEY'],
    ['url', 'https://gateway.example/send?key=KEY&to={to}&text={text}', 'KEY'],
    ['body', 'user=me&password=PASSWORD&to={to}&text={text}', 'PASSWORD'],
  ] as const) {
    const { status, text } = await browser.post('/console/channels/sms', { ...SMS, [name]: value })
    expect([name, status]).toEqual([name, 422])
    expect(text).toContain(`“${blank}” still stands in the place of your own`)
  }
  expect(await sms(test)).toBeNull()
  await using server = await openMailServer()
  const typed = { ...EMAIL, host: '127.0.0.1', port: String(server.port), security: 'starttls', testAddress: 'ann@acme.example' }
  const told = await browser.post('/console/channels/email/test', typed, { accept: 'application/json' })
  expect(JSON.parse(told.text)).toMatchObject({ outcome: 'deferred', advice: expect.stringContaining('offers no STARTTLS') })
  expect((await browser.post('/console/channels/email/test', typed)).text).toMatch(/data-advice>This server offers no STARTTLS/)
}, 20_000)

test('a test of SMS asks the gateway by what is typed, and tells no key', async () => {
  const { test, browser } = await opened()
  await using _ = test
  const asked: string[] = []
  await using _gateway = { [Symbol.asyncDispose]: () => gateway.stop(true) }
  const gateway = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      asked.push(await request.text())
      return Response.json({ error: 'no credit', with: request.headers.get('authorization') }, { status: 400 })
    },
  })
  const fields = { ...SMS, url: `http://127.0.0.1:${gateway.port}/?apikey=url-key-17`, testNumber: '+33 6 12 34 56 78' }
  const { status, text } = await browser.post('/console/channels/sms/test', fields)
  expect(status).toBe(200)
  expect(text).toContain('&lt; 400 {&quot;error&quot;:&quot;no credit&quot;')
  expect(text).toContain('Refused')
  expect(text).not.toMatch(SECRET)
  expect(JSON.parse(asked[0]!)).toMatchObject({ to: '+33612345678', text: expect.stringContaining('Acme') })
  expect([await sms(test), (await events(test))[0]]).toEqual([null, 'channel.tested'])
  const missing = await browser.post('/console/channels/sms/test', { ...fields, testNumber: '' })
  expect([missing.status, missing.text.includes('A phone number in international form')]).toEqual([422, true])
})

test('a shape is chosen without a script, by an address that holds nothing secret', async () => {
  const { test, browser } = await opened()
  await using _ = test
  await browser.post('/console/channels/sms', SMS)
  const { text } = await browser.get('/console/channels?preset=vonage')
  expect(text).toContain('value="https://rest.nexmo.com/sms/json"')
  expect(text).toContain('api_key=KEY&amp;api_secret=SECRET&amp;to={to}')
  expect(text).toContain('<option value="vonage" selected>')
  expect(text).not.toMatch(SECRET)
  expect((await browser.get('/console/channels?preset=%00')).status).toBe(200)
  expect(await sms(test)).toMatchObject({ preset: 'json' })
})

test('the set-up tests a mail server before anything is kept', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  await using mail = await openMailServer({ login: { user: 'sign', password: PASSWORD } })
  const browser = await test.browser()
  await browser.get(setupAddress('', test.house.secretKey))
  await browser.get('/setup/company')
  await browser.post('/setup/company', {
    legalName: 'Dupont & Fils',
    country: 'FR',
    address: 'Paris',
    registrationNumber: '',
    vatNumber: '',
  })
  await browser.post('/setup/administrator', {
    firstName: 'Marie',
    lastName: 'Dupont',
    jobTitle: '',
    email: 'marie@dupont.example',
    password: 'violet tractor hums at noon',
  })
  await browser.post('/setup/addresses', { language: 'fr', timeZone: 'Europe/Paris', staffUrl: ORIGIN, publicUrl: ORIGIN })
  expect((await browser.get('/setup/mail')).text).toContain('value="marie@dupont.example"')
  const fields = { ...EMAIL, port: String(mail.port), testAddress: 'marie@dupont.example' }
  const { status, text } = await browser.post('/setup/mail/test', fields)
  expect([status, text.includes('Handed over'), SECRET.test(text)]).toEqual([200, true, false])
  expect((await mail.next('marie@dupont.example')).text).toContain('Dupont & Fils')
  expect((await readDraft(test.house.db, test.house.secretKey)).email).toBe(undefined)
  expect(await test.house.db.selectFrom('auditLeaf').selectAll().execute()).toEqual([])
  expect((await browser.post('/setup/mail', fields)).location).toBe('/setup/authority')
  // The kept password is used where it is left empty, but goes nowhere else.
  await browser.get('/setup/mail')
  expect((await browser.post('/setup/mail/test', { ...fields, password: '' })).text).toContain('Handed over')
  expect((await browser.post('/setup/mail/test', { ...fields, password: '', host: 'localhost' })).status).toBe(422)
  const stranger = await test.browser()
  await stranger.get('/setup')
  expect((await stranger.post('/setup/mail/test', fields)).status).toBe(403)
})

test('a mail server that the environment fixes is shown locked, tested, and neither changed nor removed', async () => {
  const { authority, server } = await makeOwnAuthority()
  await using mail = await openMailServer({ certificate: server, login: { user: 'sign', password: PASSWORD } })
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-fixed-'))
  await Bun.write(join(folder, 'ca.pem'), authority)
  await using test = await openTestHouse({
    environment: {
      PARAPHE_SMTP: `smtp://sign@127.0.0.1:${mail.port}`,
      PARAPHE_SMTP_PASSWORD: PASSWORD,
      PARAPHE_SMTP_CA: join(folder, 'ca.pem'),
      PARAPHE_MAIL_FROM: 'Acme <sign@acme.example>',
    },
  })
  const { house } = test
  await keepFixedMail(house, NOON)
  const [before] = await events(test)
  expect(before).toBe('channel.changed')
  await keepFixedMail(house, NOON)
  expect(await house.db.selectFrom('auditLeaf').selectAll().where('type', '=', 'channel.changed').execute()).toHaveLength(1)
  expect(await email(test)).toEqual(house.config.mail)
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const { text } = await browser.get('/console/channels')
  expect(text).toContain('Fixed by PARAPHE_SMTP in the environment of the server.')
  expect(text).toMatch(/id="host"[^>]* readonly/)
  expect(text).toMatch(/<select class="input" id="security" disabled/)
  expect(text).not.toContain('action="/console/channels/email/removal"')
  expect(text).not.toMatch(SECRET)
  expect((await browser.post('/console/channels/email', EMAIL)).status).toBe(409)
  expect((await browser.post('/console/channels/email/removal')).status).toBe(409)
  expect(await email(test)).toEqual(house.config.mail)
  const typed = { ...EMAIL, port: String(mail.port), security: 'starttls', password: '', caPem: authority, testAddress: 'ann@acme.example' }
  const tried = await browser.post('/console/channels/email/test', typed)
  expect(tried.status).toBe(200)
  expect([mail.mails.length, mail.logins, mail.encrypted]).toEqual([1, ['sign'], [true]])
  await rm(folder, { recursive: true })
})
