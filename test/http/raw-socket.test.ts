import { afterAll, beforeAll, expect, test } from 'bun:test'
import { listen } from '../../src/http/listen.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'

const HOST = '127.0.0.1:8080'
let house: TestHouse
let port = 0
let stop: () => Promise<void>
const served: { path: string; status: number }[] = []
const accidents: Error[] = []

beforeAll(async () => {
  house = await openTestHouse()
  const watched = {
    ...house.server,
    async fetch(...asked: Parameters<typeof house.server.fetch>) {
      const response = await house.server.fetch(...asked)
      served.push({ path: URL.parse(asked[0].url)?.pathname ?? '?', status: response.status })
      return response
    },
  }
  const listener = listen(watched, { host: '127.0.0.1', port: 0 }, { onAccident: (error) => accidents.push(error) })
  port = listener.port ?? 0
  stop = () => listener.stop(true)
})
afterAll(async () => {
  await stop()
  await house[Symbol.asyncDispose]()
})

/** Sends the bytes as they are; everything that comes back within the time, or until the server closes. */
function exchange(bytes: string | Uint8Array, milliseconds = 120): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  void Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open(socket) {
        socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
        setTimeout(() => {
          socket.end()
          resolve(answer)
        }, milliseconds)
      },
      data(_socket, data) {
        answer += Buffer.from(data).toString('latin1')
      },
      close: () => resolve(answer),
      error: () => resolve(answer),
    },
  })
  return promise
}

const statuses = (answer: string): number[] => [...answer.matchAll(/(?:^|\r\n|\n)HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))

const get = (host: string, target = '/healthz', version = 'HTTP/1.1'): string => `GET ${target} ${version}\r\n${host}\r\n\r\n`

test('the same request with our own Host is answered', async () => {
  expect(statuses(await exchange(get(`Host: ${HOST}`)))).toEqual([200])
  expect(statuses(await exchange(get('Host: localhost:8080')))).toEqual([200])
})

test.each([
  'evil.example',
  'evil.example:8080',
  `${HOST}.evil.example`,
  `evil.example/${HOST}`,
  `${HOST}@evil.example`,
  `evil.example@${HOST}`,
  `${HOST}#evil.example`,
  `${HOST}?x`,
  `${HOST}/`,
  `${HOST}\\evil`,
  '127.0.0.1',
  '127.0.0.1:80',
  '127.0.0.1:08080',
  '127.0.0.1.:8080',
  '127.1:8080',
  '2130706433:8080',
  '0x7f.1:8080',
  '0177.0.0.1:8080',
  '[::ffff:127.0.0.1]:8080',
  '0.0.0.0:8080',
  'localhost.:8080',
  'localhost',
  ' ',
  '',
  ':8080',
  '[::1]:8080x',
  '[::1',
  `${HOST}, evil.example`,
  `${HOST} evil.example`,
  'xn--lcalhost-d1a:8080',
  '%6c%6f%63%61%6c%68%6f%73%74:8080',
  '①②⑦.0.0.1:8080',
  `${HOST}\tx`,
  'localhost:8080:8080',
  'http://127.0.0.1:8080',
])('the Host %p is served nothing', async (host) => {
  const before = served.length
  const answer = await exchange(get(`Host: ${host}`))
  expect(statuses(answer).every((status) => [400, 421].includes(status))).toBe(true)
  expect(answer).not.toContain('ok\n')
  expect(served.slice(before).every(({ status }) => status === 421)).toBe(true)
})

test.each([
  ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['two Hosts', `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nHost: evil.example\r\n\r\n`],
  ['two Hosts, ours last', `GET /healthz HTTP/1.1\r\nHost: evil.example\r\nHost: ${HOST}\r\n\r\n`],
  ['another origin in the request line', `GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n`],
  ['a Host behind a fold', `GET /healthz HTTP/1.1\r\nX-A: b\r\n Host: ${HOST}\r\n\r\n`],
  ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['an unknown version', `GET /healthz HTTP/9.9\r\nHost: ${HOST}\r\n\r\n`],
  ['a name with a space', `GET /healthz HTTP/1.1\r\nHost : ${HOST}\r\n\r\n`],
  ['a header without a colon', `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nnonsense\r\n\r\n`],
  ['a NUL in a header', `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nX-A: a\0b\r\n\r\n`],
  ['a NUL in the target', `GET /health\0z HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a bare line feed as end', `GET /healthz HTTP/1.1\nHost: evil.example\n\n`],
  ['TLS at a plain port', new Uint8Array([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])],
  ['random bytes', new Uint8Array(500).map((_, at) => (at * 73 + 41) % 256)],
  ['an endless target', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['an endless header', `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nX-A: ${'a'.repeat(200_000)}\r\n\r\n`],
  ['5,000 headers', `GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\n${Array.from({ length: 5_000 }, (_, at) => `X-${at}: a\r\n`).join('')}\r\n`],
] as const)('%s: nothing is served as ours, and nothing breaks', async (_name, bytes) => {
  const before = accidents.length
  const answer = await exchange(bytes as string | Uint8Array)
  expect(statuses(answer).filter((status) => status === 200 || (status >= 500 && status !== 505))).toEqual([])
  expect(accidents.length).toBe(before)
  expect(statuses(await exchange(get(`Host: ${HOST}`)))).toEqual([200])
})

const SMUGGLED = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`
const post = (headers: string, body: string): string =>
  `POST /sign-in HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n${headers}\r\n${body}`
const chunked = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

test.each([
  ['CL.TE', post(`Content-Length: 6\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${SMUGGLED}`)],
  ['TE.CL', post(`Transfer-Encoding: chunked\r\nContent-Length: 4\r\n`, `${chunked('a=b')}${SMUGGLED}`)],
  ['two lengths', post(`Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n`, SMUGGLED)],
  ['a list of lengths', post(`Content-Length: 0, ${SMUGGLED.length}\r\n`, SMUGGLED)],
  ['a negative length', post('Content-Length: -1\r\n', SMUGGLED)],
  ['a signed length', post(`Content-Length: +${SMUGGLED.length}\r\n`, SMUGGLED)],
  ['a hexadecimal length', post('Content-Length: 0x0\r\n', SMUGGLED)],
  ['a length beyond every number', post('Content-Length: 99999999999999999999999\r\n', SMUGGLED)],
  ['an unknown coding', post('Transfer-Encoding: xchunked\r\n', SMUGGLED)],
  ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['chunked not last', post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['a tab before chunked', post('Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['a space before the colon', post('Transfer-Encoding : chunked\r\nContent-Length: 5\r\n', `0\r\n\r\n${SMUGGLED}`)],
  ['a chunk of negative size', post('Transfer-Encoding: chunked\r\n', `-1\r\n${SMUGGLED}`)],
  ['a chunk of too large a size', post('Transfer-Encoding: chunked\r\n', `ffffffffffffffff\r\n${SMUGGLED}`)],
  ['a chunk size that is none', post('Transfer-Encoding: chunked\r\n', `zz\r\n${SMUGGLED}`)],
  ['a chunk without its end', post('Transfer-Encoding: chunked\r\n', `3\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`)],
] as const)('%s: no second request is read out of a body', async (_name, bytes) => {
  const before = served.length
  const answer = await exchange(bytes)
  expect(served.slice(before).filter(({ path }) => path === '/smuggled')).toEqual([])
  expect(statuses(answer).filter((status) => status >= 500 && status !== 501)).toEqual([])
})

test.each(['TRACE', 'CONNECT', 'PROPFIND', 'BREW', 'get', 'G E T', 'GET\0', 'OPTIONS*'])(
  'the method %p changes and tells nothing',
  async (method) => {
    const answer = await exchange(`${method} /healthz HTTP/1.1\r\nHost: ${HOST}\r\nX-Secret: echo\r\n\r\n`)
    expect(statuses(answer).filter((status) => status === 200 || (status >= 500 && status !== 505))).toEqual([])
    expect(answer).not.toContain('echo')
  },
)

test.each([
  '/static/../src/main.ts',
  '/static/..%2f..%2fpackage.json',
  '/static/%2e%2e/%2e%2e/package.json',
  '/static//etc/passwd',
  '/static/....//package.json',
  '/static/sample/contract.en.pdf%00.css',
  '/static/\\..\\package.json',
  '/%',
  '/%zz',
  '/%c0%ae%c0%ae/',
  '//healthz',
  '/healthz/',
  '/HEALTHZ',
  '/console/users/..%2f..',
  '/logo/../../secret.key',
  `/logo/${'0'.repeat(64)}`,
])('the path %p leads nowhere', async (path) => {
  const answer = await exchange(get(`Host: ${HOST}`, path))
  expect(statuses(answer).filter((status) => status === 200 || (status >= 500 && status !== 505))).toEqual([])
})

test('what a stranger writes about proxies does not change whom the limits and the record see', async () => {
  const spoofs = [
    'X-Forwarded-For: 198.51.100.9',
    'X-Forwarded-For: 127.0.0.1',
    'X-Real-IP: 198.51.100.9',
    'Forwarded: for=198.51.100.9',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
    'CF-Connecting-IP: 198.51.100.9',
    'True-Client-IP: 198.51.100.9',
  ]
  for (const spoof of spoofs) {
    const answer = await exchange(`GET /sign-in HTTP/1.1\r\nHost: ${HOST}\r\n${spoof}\r\nConnection: close\r\n\r\n`, 400)
    expect(statuses(answer)).toEqual([200])
    expect(answer).not.toMatch(/evil\.example|198\.51|__Host-|Strict-Transport/i)
  }
})
