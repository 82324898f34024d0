import { expect, test } from 'bun:test'
import { ConfigError } from '../../src/config/config.ts'
import { trustedProxies } from '../../src/config/proxies.ts'
import { plain, SOCKET, wayOf } from '../../src/http/proxies.ts'
import { openTestHouse } from '../support/house.ts'

const PROXIES = ['10.0.0.0/24', '2001:db8::/32', '192.0.2.1']
const seen = (headers: Record<string, string>, peer: string | null = '10.0.0.5', write = 'x-forwarded') =>
  wayOf(new Request('http://sign.example/', { headers: { host: 'sign.example', ...headers } }), peer, trustedProxies(PROXIES, write))
const client = (...args: Parameters<typeof seen>) => seen(...args).address

test('networks in both families; what is none is named', () => {
  const { has } = trustedProxies(PROXIES, 'x-forwarded')
  expect(['10.0.0.255', '10.0.1.0', '2001:db8:1::9', '2001:db9::1', '192.0.2.1', '192.0.2.2', 'x', ''].map(has)).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
    false,
    false,
  ])
  for (const wrong of ['10.0.0.0/33', 'proxy.example', '10.0.0.0/8/8', '::1/129', '10.0.0.0/', '/8'])
    expect(() => trustedProxies([wrong], 'x-forwarded')).toThrow(ConfigError)
  expect(() => trustedProxies([], 'both')).toThrow('PARAPHE_PROXY_HEADERS')
})

test('what a stranger writes counts for nothing', () => {
  const lies = {
    'x-forwarded-for': '198.51.100.1',
    forwarded: 'for=198.51.100.1;host=evil.example;proto=https',
    'x-real-ip': '198.51.100.1',
  }
  const peer = '203.0.113.9'
  expect(seen({ ...lies, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }, peer)).toEqual({
    address: peer,
    host: 'sign.example',
    scheme: 'http',
  })
  expect(seen({ 'x-forwarded-host': 'evil.example' }, null)).toEqual({ address: null, host: 'sign.example', scheme: 'http' })
})

test('of what a proxy passes on, the last address that is no proxy of ours counts', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['203.0.113.9', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['1.1.1.1, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['1.1.1.1,203.0.113.9 , 2001:db8::1', '203.0.113.9'],
    ['10.0.0.9, 203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db9::7]:4711', '2001:db9::7'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    // Beyond what is no address nothing is known.
    ['203.0.113.9, unknown', '10.0.0.5'],
    ['203.0.113.9, <script>, 10.0.0.7', '10.0.0.7'],
    ['', '10.0.0.5'],
    ['10.0.0.8, 10.0.0.7', '10.0.0.8'],
  ]
  for (const [header, expected] of cases) expect([header, client({ 'x-forwarded-for': header })]).toEqual([header, expected])
  expect(client({ 'x-forwarded-for': '203.0.113.9' }, '::ffff:10.0.0.5')).toBe('203.0.113.9')
  expect(client({ 'x-forwarded-for': '203.0.113.9' }, SOCKET)).toBe('203.0.113.9')
  expect(client({}, SOCKET)).toBeNull()
})

test('host and scheme are what the outermost proxy of ours saw, not what stood there before', () => {
  const { host, scheme } = seen({
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-host': 'evil.example, sign.example',
    'x-forwarded-proto': 'http, https',
  })
  expect([host, scheme]).toEqual(['sign.example', 'https'])
  const two = seen({
    'x-forwarded-for': '203.0.113.9, 10.0.0.7',
    'x-forwarded-host': 'evil.example, sign.example, inner.example',
    'x-forwarded-proto': 'https, http',
  })
  expect(two).toEqual({ address: '203.0.113.9', host: 'sign.example', scheme: 'https' })
  expect(seen({ 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'gopher' }).scheme).toBe('http')
})

test('RFC 7239, and the other kind of headers is not looked at', () => {
  const forwarded = (text: string, more = {}) => seen({ forwarded: text, ...more }, '10.0.0.5', 'forwarded')
  expect(forwarded('for=1.1.1.1, for=203.0.113.9;proto=https;host="sign.example"')).toEqual({
    address: '203.0.113.9',
    host: 'sign.example',
    scheme: 'https',
  })
  expect(forwarded('For="[2001:db9::7]:4711";by=10.0.0.5, for=10.0.0.7').address).toBe('2001:db9::7')
  expect(forwarded('for="evil, for=1.1.1.1", for=203.0.113.9').address).toBe('203.0.113.9')
  expect(forwarded('for=_hidden').address).toBe('10.0.0.5')
  expect(forwarded('for=203.0.113.9', { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-host': 'evil.example' })).toEqual({
    address: '203.0.113.9',
    host: 'sign.example',
    scheme: 'http',
  })
  expect(client({ 'x-forwarded-for': '203.0.113.9', forwarded: 'for=1.1.1.1' })).toBe('203.0.113.9')
})

test('an address is read without its port and nothing else', () => {
  expect(['1.2.3.4', ' 1.2.3.4:80', '[::1]:80', '::1', 'localhost', '1.2.3.4.5', 'a'.repeat(60), ''].map((text) => plain(text))).toEqual([
    '1.2.3.4',
    '1.2.3.4',
    '::1',
    '::1',
    null,
    null,
    null,
    null,
  ])
})

test('the address check counts for what the proxy says too, and the log names the client', async () => {
  await using test = await openTestHouse({ environment: { PARAPHE_TRUSTED_PROXIES: '10.0.0.0/24' } })
  const ask = (peer: string, headers: Record<string, string>) =>
    test.server.fetch(new Request('http://upstream/sign-in', { headers: { host: 'upstream', ...headers } }), peer)
  expect((await ask('10.0.0.5', { 'x-forwarded-host': '127.0.0.1:8080', 'x-forwarded-for': '203.0.113.9' })).status).toBe(200)
  expect((await ask('10.0.0.5', { 'x-forwarded-host': 'evil.example' })).status).toBe(421)
  expect((await ask('203.0.113.9', { 'x-forwarded-host': '127.0.0.1:8080' })).status).toBe(421)
})
