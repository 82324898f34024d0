import { afterAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, readConfig } from '../../src/config/config.ts'
import { nearest } from '../../src/config/nearest.ts'
import { credentialOf, keyOf, SETTING_NAMES, settingOf } from '../../src/config/settings.ts'
import { readSaid } from '../../src/config/sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'paraphe-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** A data folder of its own with these files; `paraphe.toml` is its settings file. */
function place(files: Record<string, string>, mode = 0o600): string {
  const own = mkdtempSync(join(folder, `${count++}-`))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(own, name), text)
    chmodSync(join(own, name), mode)
  }
  return own
}
const refused = (environment: Record<string, string>): string => {
  try {
    readConfig(environment)
    return 'read'
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
}

test('the environment counts before a credential, a credential before the settings file, the file before what is usual', () => {
  const data = place({
    'paraphe.toml': 'listen = "127.0.0.1:3"\nurl = "http://three.example"\ntrusted_proxies = ["10.0.0.3", "10.0.0.4"]\n',
  })
  const credentials = place({ 'paraphe-listen': '127.0.0.1:2\n', 'paraphe-url': 'http://two.example' })
  const told = place({ url: 'http://one.example\n' })
  const all = { PARAPHE_DATA: data, CREDENTIALS_DIRECTORY: credentials, PARAPHE_LISTEN: '127.0.0.1:1', PARAPHE_URL_FILE: join(told, 'url') }
  const first = readConfig(all)
  expect([first.listen.port, first.url, first.trustedProxies.has('10.0.0.4')]).toEqual([1, 'http://one.example', true])
  expect(first.sources.get('PARAPHE_LISTEN')).toEqual({ from: 'environment', name: 'PARAPHE_LISTEN', path: null })
  expect(first.sources.get('PARAPHE_URL')).toEqual({ from: 'environment', name: 'PARAPHE_URL_FILE', path: join(told, 'url') })
  const second = readConfig({ PARAPHE_DATA: data, CREDENTIALS_DIRECTORY: credentials })
  expect([second.listen.port, second.url]).toEqual([2, 'http://two.example'])
  expect(second.sources.get('PARAPHE_URL')?.from).toBe('credential')
  const third = readConfig({ PARAPHE_DATA: data })
  expect([third.listen.port, third.url]).toEqual([3, 'http://three.example'])
  expect(third.sources.get('PARAPHE_URL')).toEqual({ from: 'file', name: 'url', path: join(data, 'paraphe.toml') })
  expect(readConfig({ PARAPHE_DATA: place({}) }).listen.port).toBe(8080)
  expect(readConfig({ PARAPHE_DATA: data, PARAPHE_LISTEN: '', PARAPHE_LISTEN_FILE: '' }).listen.port).toBe(3)
})

test('every setting can be said in every way', () => {
  const anywhere = place({ value: '127.0.0.1:9' })
  for (const name of SETTING_NAMES.filter((one) => !['PARAPHE_DATA', 'PARAPHE_CONFIG'].includes(one))) {
    const { kind, isFileOnly } = settingOf(name)
    const expected = kind === 'file' ? expect.stringMatching(/value|paraphe-/) : '127.0.0.1:9'
    const path = join(anywhere, 'value')
    const ways: Record<string, Record<string, string>> = {
      'a file': { PARAPHE_DATA: place({}), [`${name}_FILE`]: path },
      'a credential': { PARAPHE_DATA: place({}), CREDENTIALS_DIRECTORY: place({ [credentialOf(name)]: '127.0.0.1:9\n' }) },
      'the settings file, by a file': { PARAPHE_DATA: place({ 'paraphe.toml': `${keyOf(name)}_file = "${path}"` }) },
    }
    if (!isFileOnly) {
      const text = kind === 'file' ? path : '127.0.0.1:9'
      ways['the environment'] = { PARAPHE_DATA: place({}), [name]: text }
      ways['the settings file'] = { PARAPHE_DATA: place({ 'paraphe.json': JSON.stringify({ [keyOf(name)]: text }) }) }
    }
    for (const [way, environment] of Object.entries(ways))
      expect([name, way, readSaid(environment).values.get(name)?.text]).toEqual([name, way, expected])
  }
})

test('a table of the settings file is another way to write its names', () => {
  const data = place({
    'paraphe.toml': '[smtp]\npassword-file = "' + join(place({ p: 'hush\n' }), 'p') + '"\n[mail]\nfrom = "Acme <sign@acme.example>"\n',
  })
  const { mail } = readConfig({ PARAPHE_DATA: data, PARAPHE_SMTP: 'smtp://sign%40acme.example@mail.example:2525' })
  expect(mail).toEqual({
    host: 'mail.example',
    port: 2525,
    security: 'starttls',
    user: 'sign@acme.example',
    password: 'hush',
    fromAddress: 'sign@acme.example',
    fromName: 'Acme',
    caPem: null,
  })
})

test('an unknown name is refused with the nearest one', () => {
  const data = place({ 'paraphe.toml': 'trusted_proxy = "10.0.0.1"' })
  expect(refused({ PARAPHE_DATA: data })).toBe(`${join(data, 'paraphe.toml')}: there is no setting trusted_proxy; is it trusted_proxies?`)
  expect(refused({ PARAPHE_DATA: folder, PARAPHE_TRUSTED_PROXIE: '10.0.0.1' })).toBe(
    'PARAPHE_TRUSTED_PROXIE: there is no such setting; is it PARAPHE_TRUSTED_PROXIES?',
  )
  expect(refused({ PARAPHE_DATA: folder, PARAPHE_LISTNE: '1' })).toContain('is it PARAPHE_LISTEN?')
  // What an orchestrator puts there for a service of this name is nobody's mistake.
  const { warnings } = readConfig({ PARAPHE_DATA: folder, PARAPHE_SERVICE_HOST: '10.0.0.1', PARAPHE_PORT: 'tcp://10.0.0.1:80' })
  expect(warnings.map((one) => one.kind === 'unknown' && one.name)).toEqual(['PARAPHE_SERVICE_HOST', 'PARAPHE_PORT'])
  const credentials = place({ 'paraphe-smtp-pasword': 'x', 'other-thing': 'y' })
  expect(readConfig({ PARAPHE_DATA: folder, CREDENTIALS_DIRECTORY: credentials }).warnings).toEqual([
    { kind: 'unknown', name: 'paraphe-smtp-pasword', nearest: 'paraphe-smtp-password' },
  ])
})

test('the nearest of two names is the one with fewer changes', () => {
  expect(nearest('lsiten', ['data', 'listen'])).toEqual({ name: 'listen', distance: 1 })
  expect(nearest('x', [])).toBeNull()
})

test('what cannot be true is refused, and named', () => {
  const value = join(place({ value: 'x' }), 'value')
  const twice = place({ 'paraphe.toml': '', 'paraphe.json': '{}' })
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ PARAPHE_URL: 'http://a.example', PARAPHE_URL_FILE: value }, /^PARAPHE_URL and PARAPHE_URL_FILE: only one/],
    [{ PARAPHE_URL_FILE: '/nonexistent' }, /^PARAPHE_URL_FILE: the file \/nonexistent cannot be read/],
    [{ PARAPHE_PASSPHRASE: 'hush' }, /^PARAPHE_PASSPHRASE: every process/],
    [{ PARAPHE_DATA: twice }, /only one of the two/],
    [{ PARAPHE_CONFIG: '/nonexistent.toml' }, /\/nonexistent\.toml cannot be read/],
    [{ PARAPHE_DATA: place({ 'paraphe.toml': 'data = "/elsewhere"' }) }, /data is needed to find this very file/],
    [{ PARAPHE_DATA: place({ 'paraphe.toml': 'passphrase = "hush"' }) }, /never given by its text/],
    [{ PARAPHE_DATA: place({ 'paraphe.toml': 'url = ["a", "b"]' }) }, /url is no list/],
    [{ PARAPHE_DATA: place({ 'paraphe.toml': 'url = "a"\nurl_file = "b"' }) }, /url is said twice/],
    [{ PARAPHE_DATA: place({ 'paraphe.toml': 'url = ' }) }, /paraphe\.toml: /],
    [{ PARAPHE_DATA: place({ 'paraphe.json': '[]' }) }, /not a table/],
    [{ PARAPHE_DATA: place({ 'paraphe.json': '{"url": [{}]}' }) }, /^url: neither/],
    [{ PARAPHE_SMTP: 'http://mail.example' }, /^PARAPHE_SMTP: not a mail server/],
    [{ PARAPHE_SMTP: 'smtp://u:p@mail.example', PARAPHE_MAIL_FROM: 'a@b.example' }, /PARAPHE_SMTP_PASSWORD/],
    [{ PARAPHE_SMTP: 'smtp://mail.example' }, /^PARAPHE_MAIL_FROM: not a sender/],
    [{ PARAPHE_MAIL_FROM: 'a@b.example' }, /^PARAPHE_SMTP: missing/],
    [{ PARAPHE_SMTP: 'smtp://mail.example', PARAPHE_MAIL_FROM: 'a@b.example', PARAPHE_SMTP_CA: value }, /no certificate/],
  ]
  for (const [environment, message] of cases) expect(refused({ PARAPHE_DATA: folder, ...environment })).toMatch(message)
})

test('a data folder that PARAPHE_CONFIG names is read from there', () => {
  const file = join(place({ 'own.toml': `data = "${folder}"` }), 'own.toml')
  expect(readConfig({ PARAPHE_CONFIG: file }).dataDirectory).toBe(folder)
})

test('a file of secrets that others can read is told, once', () => {
  const open = place({ 'paraphe.toml': 'smtp_password = "hush"\ndatabase_url = ""' }, 0o644)
  expect(readSaid({ PARAPHE_DATA: open }).warnings).toEqual([{ kind: 'readable', path: join(open, 'paraphe.toml'), mode: '0644' }])
  expect(readSaid({ PARAPHE_DATA: place({ 'paraphe.toml': 'smtp_password = "hush"' }, 0o640) }).warnings).toEqual([])
  expect(readSaid({ PARAPHE_DATA: place({ 'paraphe.toml': 'url = "http://a.example"' }, 0o644) }).warnings).toEqual([])
  const path = join(place({ secret: 'x' }, 0o666), 'secret')
  expect(readSaid({ PARAPHE_DATA: folder, PARAPHE_SMTP_PASSWORD_FILE: path }).warnings).toHaveLength(1)
})

test('a settings file that cannot be read is named by its place, and its content is never told', () => {
  const data = place({ 'paraphe.toml': 'listen = "127.0.0.1:8080"\n\nsmtp_password = hunter2\n' })
  expect(refused({ PARAPHE_DATA: data })).toBe(`${join(data, 'paraphe.toml')}: line 3, column 17: not TOML; text stands in quotes`)
  const other = place({ 'paraphe.json': '{"listen": "127.0.0.1:8080",\n"smtp_password": hunter2}' })
  expect(refused({ PARAPHE_DATA: other })).toBe(`${join(other, 'paraphe.json')}: not JSON`)
})

test('a name cut short or in the singular is refused', () => {
  for (const name of ['PARAPHE_TRUSTED_PROXY', 'PARAPHE_WEBHOOK_HOST', 'PARAPHE_SMTP_PASS'])
    expect(refused({ PARAPHE_DATA: folder, [name]: 'x' })).toStartWith(`${name}: there is no such setting; is it PARAPHE_`)
})

test('a table holds the setting of its own name', () => {
  const data = place({
    'paraphe.toml':
      '[smtp]\nurl = "smtp://sign@mail.example.com:587"\npassword = "hush"\n[log]\nformat = "text"\nlevel = "warn"\n[mail]\nfrom = "sign@acme.example"\n',
  })
  const { mail, log } = readConfig({ PARAPHE_DATA: data })
  expect([mail?.host, mail?.password]).toEqual(['mail.example.com', 'hush'])
  expect(log).toEqual({ form: 'text', level: 'warn' })
})
