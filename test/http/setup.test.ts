import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { readEmailChannel } from '../../src/mail/channel.ts'
import { setUp } from '../../src/upkeep/setting-up.ts'
import { setupAddress, setupSecret } from '../../src/upkeep/setup-secret.ts'
import { readDraft } from '../../src/upkeep/setup-draft.ts'
import { NOON, ORIGIN, openTestHouse, type TestHouse, type TestBrowser } from '../support/house.ts'
import { encodePng } from '../../src/image/png.ts'
import { photographedSignature } from '../support/picture.ts'

const COMPANY = {
  legalName: 'Dupont & Fils SARL',
  country: 'FR',
  address: '1 rue de la Paix\n75002 Paris',
  registrationNumber: '',
  vatNumber: '',
}
const ADMINISTRATOR = {
  firstName: 'Marie',
  lastName: 'Dupont',
  jobTitle: 'Gérante',
  email: 'marie@dupont.example',
  password: 'violet tractor hums at noon',
}
const ADDRESSES = { language: 'fr', timeZone: 'Europe/Paris', staffUrl: ORIGIN, publicUrl: ORIGIN }

async function begin(house: TestHouse): Promise<TestBrowser> {
  const browser = await house.browser()
  await browser.get(setupAddress('', house.house.secretKey))
  await browser.get('/setup/company')
  return browser
}

test('before it is set up, every way leads to the set-up, and the set-up asks for the printed address', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await test.browser()
  expect((await browser.get('/')).location).toBe('/setup')
  expect((await browser.get('/sign-in')).location).toBe('/setup')
  for (const path of ['/setup', '/setup?secret=', '/setup?secret=guess', '/setup/company', '/setup/authority']) {
    const { status, text } = await browser.get(path)
    expect([path, status]).toEqual([path, 403])
    expect(text).toContain('Open the address that the server printed')
  }
  expect((await browser.post('/setup/company', COMPANY)).status).toBe(403)
})

test('the secret leaves the address with the first hop', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await test.browser()
  const { status, location, headers } = await browser.get(setupAddress('', test.house.secretKey))
  expect([status, location]).toEqual([303, '/setup'])
  expect(headers.getSetCookie().join()).toMatch(/setup=[\w-]{32}; .*HttpOnly/)
  const { text, location: first } = await browser.get('/setup')
  expect([text, first]).toEqual(['', '/setup/company'])
  expect((await browser.get('/setup/company')).text).not.toContain(setupSecret(test.house.secretKey))
  expect((await browser.get('/favicon.ico')).status).toBe(204)
})

test('the time zone is that of the country, where it has one only', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await begin(test)
  for (const [country, zone, asksBrowser] of [
    ['FR', 'Europe/Paris', false],
    ['US', null, true],
  ] as const) {
    await browser.post('/setup/company', { ...COMPANY, country })
    const { text } = await browser.get('/setup/addresses')
    if (zone) expect(text).toContain(`<option value="${zone}" selected>`)
    expect(text.includes('data-time-zone')).toBe(asksBrowser)
  }
})

test('the steps follow each other, remember what was said, and make nothing before the last', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await begin(test)
  expect((await browser.post('/setup/company', COMPANY)).location).toBe('/setup/administrator')
  expect((await browser.post('/setup/administrator', ADMINISTRATOR)).location).toBe('/setup/addresses')
  expect((await browser.post('/setup/addresses', ADDRESSES)).location).toBe('/setup/mail')
  expect((await browser.get('/setup')).location).toBe('/setup/mail')
  expect((await browser.get('/setup/authority')).location).toBe('/setup/mail')
  expect((await browser.post('/setup/mail', { skip: '1' })).location).toBe('/setup/authority')
  const back = await browser.get('/setup/company')
  expect(back.text).toContain('value="Dupont &amp; Fils SARL"')
  expect(back.text).toContain('<option value="FR" selected>France</option>')
  expect((await browser.get('/setup/authority')).text).toContain('value="Dupont &amp; Fils SARL Root CA"')
  const { db } = test.house
  for (const table of ['user', 'legalEntity', 'auditLeaf', 'authorityKey', 'certificate', 'disclosure'] as const)
    expect([table, await db.selectFrom(table).selectAll().execute()]).toEqual([table, []])
  const kept = await db.selectFrom('setting').selectAll().execute()
  expect(kept.map((row) => row.key)).toEqual(['setup-draft'])
  expect(JSON.stringify(kept)).not.toMatch(/Dupont|marie|argon2/)
})

test('a password that was given stays when its step is sent again without one', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await begin(test)
  await browser.post('/setup/company', COMPANY)
  await browser.post('/setup/administrator', ADMINISTRATOR)
  const first = (await readDraft(test.house.db, test.house.secretKey)).administrator
  expect((await browser.post('/setup/administrator', { ...ADMINISTRATOR, lastName: 'Durand', password: '' })).status).toBe(303)
  expect((await readDraft(test.house.db, test.house.secretKey)).administrator).toEqual({ ...first!, lastName: 'Durand' })
})

const cases: [string, string, Record<string, string>, string][] = [
  ['company', 'no name', { ...COMPANY, legalName: ' ' }, 'Please enter the legal name.'],
  ['company', 'only what cannot be seen', { ...COMPANY, legalName: '\u200b\u202e\u0000' }, 'Please enter the legal name.'],
  ['company', 'a name of 300 letters', { ...COMPANY, legalName: 'x'.repeat(300) }, 'This is too long.'],
  ['company', 'no country', { ...COMPANY, country: '' }, 'Please choose a country.'],
  ['company', 'a country that there is not', { ...COMPANY, country: 'XX' }, 'Please choose a country.'],
  ['company', 'no address', { ...COMPANY, address: '\n\n' }, 'Please enter the address.'],
  ['administrator', 'no first name', { ...ADMINISTRATOR, firstName: '' }, 'Please enter the first name.'],
  ['administrator', 'no address', { ...ADMINISTRATOR, email: '' }, 'This is not an e-mail address'],
  ['administrator', 'two addresses', { ...ADMINISTRATOR, email: 'a@b.example, c@d.example' }, 'This is not an e-mail address'],
  ['administrator', 'a short password', { ...ADMINISTRATOR, password: 'tiny-one!' }, 'At least 12 characters'],
  ['administrator', 'no password', { ...ADMINISTRATOR, password: '' }, 'At least 12 characters'],
  ['administrator', 'the password of everybody', { ...ADMINISTRATOR, password: 'password123456' }, 'among the first that would be tried'],
  ['administrator', 'the company as password', { ...ADMINISTRATOR, password: 'DupontFilsSarl2026' }, 'among the first that would be tried'],
  ['addresses', 'no language', { ...ADDRESSES, language: 'xx' }, 'Please choose a language.'],
  ['addresses', 'no time zone', { ...ADDRESSES, timeZone: 'Mars/Olympus' }, 'Please choose a time zone'],
  ['addresses', 'an address without a scheme', { ...ADDRESSES, staffUrl: 'sign.example.com' }, 'A web address without a path'],
  ['addresses', 'an address with a path', { ...ADDRESSES, publicUrl: 'https://example.com/sign' }, 'A web address without a path'],
  ['addresses', 'another scheme', { ...ADDRESSES, publicUrl: 'javascript:alert(1)' }, 'A web address without a path'],
  ['addresses', 'an address with a password', { ...ADDRESSES, publicUrl: 'https://a:b@example.com' }, 'A web address without a path'],
  ['mail', 'no server', { host: '', port: '25', security: 'none', fromAddress: 'a@b.example' }, 'Please enter the name of a mail server'],
  [
    'mail',
    'a server with a command',
    { host: 'mail.example.com; rm', port: '25', security: 'none', fromAddress: 'a@b.example' },
    'Please enter the name of a mail server',
  ],
  ['mail', 'port 0', { host: 'mail.example.com', port: '0', security: 'none', fromAddress: 'a@b.example' }, 'Please enter a whole number'],
  [
    'mail',
    'port 1e3',
    { host: 'mail.example.com', port: '1e3', security: 'none', fromAddress: 'a@b.example' },
    'Please enter a whole number',
  ],
  [
    'mail',
    'an encryption that there is not',
    { host: 'mail.example.com', port: '25', security: 'rot13', fromAddress: 'a@b.example' },
    'Please check the form.',
  ],
  [
    'mail',
    'a sender that is none',
    { host: 'mail.example.com', port: '25', security: 'none', fromAddress: 'Acme <a@b.example>' },
    'This is not an e-mail address',
  ],
]
test.each(cases)('%s: %s is told beside the field, and nothing is lost or kept', async (step, _what, fields, sentence) => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await begin(test)
  if (step === 'administrator') await browser.post('/setup/company', COMPANY)
  const before = await readDraft(test.house.db, test.house.secretKey)
  const { status, text } = await browser.post(`/setup/${step}`, fields)
  expect(status).toBe(422)
  expect(text).toContain(`class="field__error"`)
  expect(text).toContain(sentence)
  expect(text).toContain('aria-invalid="true"')
  const kept = Object.entries(fields).find(([name, value]) => !/password/.test(name) && /^[\w@. ]{4,}$/.test(value))
  if (kept) expect(text).toContain(kept[1])
  if (fields['password']) expect(text).not.toContain(fields['password'])
  expect(await readDraft(test.house.db, test.house.secretKey)).toEqual(before)
})

test('a logo is read, written again as PNG and kept; what is no picture is refused with the rest of the form intact', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await begin(test)
  for (const bytes of [
    new Uint8Array([1, 2, 3]),
    new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  ]) {
    const { status, text } = await browser.post('/setup/company', {
      ...COMPANY,
      logo: new File([bytes], 'logo.png', { type: 'image/png' }),
    })
    expect(status).toBe(422)
    expect(text).toContain('id="logo-error"')
    expect(text).toContain('value="Dupont &amp; Fils SARL"')
  }
  expect(
    (await browser.post('/setup/company', { ...COMPANY, logo: new File([encodePng(photographedSignature(60, 30))], 'logo.png') })).status,
  ).toBe(303)
  expect((await browser.get('/setup/company')).text).toContain('A logo is kept already.')
}, 30_000)

test('once set up, the set-up is over for everybody, also with its secret', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  for (const path of [setupAddress('', test.house.secretKey), '/setup', '/setup/company', '/setup/authority'])
    expect((await browser.get(path)).location).toBe('/')
  await browser.get('/sign-in')
  browser.cookies.set('setup', setupSecret(test.house.secretKey))
  expect((await browser.post('/setup/company', COMPANY)).location).toBe('/')
  expect((await test.house.db.selectFrom('setting').select('key').execute()).map((row) => row.key)).toEqual(['installation'])
})

const AUTHORITY = {
  algorithm: 'ecdsa-p256',
  rootName: 'Dupont Root',
  issuingName: 'Dupont Issuing',
  sealName: 'Dupont & Fils SARL',
  protection: 'key-file',
  passphrase: '',
  passphraseAgain: '',
}

async function toTheLastStep(house: TestHouse): Promise<TestBrowser> {
  const browser = await begin(house)
  await browser.post('/setup/company', COMPANY)
  await browser.post('/setup/administrator', ADMINISTRATOR)
  await browser.post('/setup/addresses', ADDRESSES)
  await browser.post('/setup/mail', {
    host: 'mail.dupont.example',
    port: '587',
    security: 'starttls',
    user: 'paraphe',
    password: 'the mail password',
    fromAddress: 'sign@dupont.example',
    fromName: '',
    caPem: '',
  })
  await browser.get('/setup/authority')
  return browser
}

test('the last step makes everything: the company, its administrator, its settings, its terms, its authority; and signs in', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await toTheLastStep(test)
  const answer = await browser.post('/setup/authority', AUTHORITY)
  expect([answer.status, answer.location]).toEqual([303, '/setup/done'])
  const { db, keys } = test.house
  expect(await db.selectFrom('user').select(['email', 'language']).execute()).toEqual([{ email: 'marie@dupont.example', language: 'fr' }])
  expect(await db.selectFrom('legalEntity').select(['legalName', 'country', 'isDefault']).execute()).toEqual([
    { legalName: 'Dupont & Fils SARL', country: 'FR', isDefault: 1 },
  ])
  expect(await db.selectFrom('disclosure').select(['language', 'version']).orderBy('language').execute()).toEqual([
    { language: 'en', version: 1 },
    { language: 'fr', version: 1 },
  ])
  expect((await db.selectFrom('certificate').select('purpose').execute()).map((row) => row.purpose).sort()).toEqual([
    'issuing',
    'ocsp',
    'root',
    'seal',
    'tsa',
  ])
  expect(keys.isLocked()).toBe(false)
  const settings = await db.selectFrom('setting').selectAll().orderBy('key').execute()
  expect(settings.map((row) => row.key)).toEqual(['email', 'installation'])
  expect(JSON.stringify(settings)).not.toContain('the mail password')
  expect((await db.selectFrom('auditLeaf').select('type').orderBy('seq').execute()).map((row) => row.type)).toEqual(
    expect.arrayContaining(['authority.created', 'installation.set-up', 'user.added', 'user.signed-in']),
  )
  // Everything by whom it makes the administrator, from the authority's first key on.
  const { id } = await db.selectFrom('user').select('id').executeTakeFirstOrThrow()
  const founding = await db.selectFrom('auditLeaf').select(['actorKind', 'actorId']).execute()
  expect(new Set(founding.map(({ actorKind, actorId }) => `${actorKind} ${actorId}`))).toEqual(new Set([`user ${id}`]))

  const done = await browser.get('/setup/done')
  expect(done.status).toBe(200)
  expect(done.text.replaceAll('<wbr>', '').match(/(?:[0-9A-F]{2} ){31}[0-9A-F]{2}/g)?.length).toBe(5)
  expect(done.text).toContain('href="/pki/root.crt"')
  expect(done.text).toContain('action="/envelopes/sample"')
  expect((await browser.get('/')).status).toBe(200)
  const stranger = await test.browser()
  expect((await stranger.get('/setup/done')).status).toBe(303)
}, 20_000)

test('pressed twice, the button makes everything once, and both answers are the same', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await toTheLastStep(test)
  const answers = await Promise.all([browser.post('/setup/authority', AUTHORITY), browser.post('/setup/authority', AUTHORITY)])
  expect(answers.map(({ location }) => location)).toEqual(['/setup/done', '/setup/done'])
  expect((await test.house.db.selectFrom('user').select('id').execute()).length).toBe(1)
  expect((await test.house.db.selectFrom('certificate').select('id').execute()).length).toBe(5)
}, 20_000)

test('a passphrase is asked for twice, and is no guess; with it the keys are kept', async () => {
  await using test = await openTestHouse({ isSetUp: false })
  const browser = await toTheLastStep(test)
  const by = (passphrase: string, passphraseAgain = passphrase) =>
    browser.post('/setup/authority', { ...AUTHORITY, protection: 'passphrase', passphrase, passphraseAgain })
  for (const [answer, sentence] of [
    [await by(''), 'At least 12 characters'],
    [await by('Dupont Fils Sarl'), 'among the first that would be tried'],
    [await by('seven green kettles sing', 'seven green kettles sang'), 'The two passwords are not the same.'],
  ] as const) {
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(sentence)
    expect(answer.text).not.toContain('kettles')
  }
  expect(await test.house.db.selectFrom('authorityKey').selectAll().execute()).toEqual([])
  expect((await by('seven green kettles sing')).location).toBe('/setup/done')
  expect(test.house.keys.isLocked()).toBe(false)
}, 20_000)

test.each([{ rootName: '' }, { sealName: 'x'.repeat(65) }, { algorithm: 'ed25519' }, { algorithm: '' }, { protection: 'hope' }])(
  'the authority is not made with %p',
  async (wrong) => {
    await using test = await openTestHouse({ isSetUp: false })
    const browser = await toTheLastStep(test)
    expect((await browser.post('/setup/authority', { ...AUTHORITY, ...wrong })).status).toBe(422)
    expect(await test.house.db.selectFrom('authorityKey').selectAll().execute()).toEqual([])
    expect(await test.house.db.selectFrom('user').selectAll().execute()).toEqual([])
  },
)

test('a mail server that the environment fixes is shown, asks for nothing, and is kept with everything else', async () => {
  const environment = { PARAPHE_SMTP: 'smtps://mail.dupont.example', PARAPHE_MAIL_FROM: 'Dupont <sign@dupont.example>' }
  await using test = await openTestHouse({ isSetUp: false, environment })
  const browser = await begin(test)
  await browser.post('/setup/company', COMPANY)
  await browser.post('/setup/administrator', ADMINISTRATOR)
  await browser.post('/setup/addresses', ADDRESSES)
  const { text } = await browser.get('/setup/mail')
  expect(text).toMatch(/value="mail\.dupont\.example"[^>]* readonly/)
  expect(text).toContain('PARAPHE_SMTP')
  expect(text).not.toContain('name="skip"')
  expect((await browser.post('/setup/mail', { host: 'mail.elsewhere.example' })).location).toBe('/setup/authority')
  const { house } = test
  const answers = { rootName: 'R', issuingName: 'I', sealName: 'S', algorithm: 'ecdsa-p256', keyProtection: 'key-file' as const }
  await setUp(house, systemAct(NOON), answers as never)
  expect(await readEmailChannel(house.db, house.secretKey)).toEqual(house.config.mail)
})
