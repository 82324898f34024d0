import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '../../src/http/listen.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { MANIFEST } from './access-manifest.ts'

let house: TestHouse
let listener: Bun.Server<undefined>
beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  listener = listen(house.server, { host: '127.0.0.1', port: 0 }, { door: 'public' })
})
afterAll(async () => {
  await listener.stop(true)
  await house[Symbol.asyncDispose]()
})

/** What recipients, visitors and machines of strangers need. Whatever a new route is, it is not public by being forgotten here. */
const PUBLIC = /^(GET|POST) (\/s\/.*|\/verify(\/.*)?|\/pki\/.*|\/logo\/:digest|\/language|\/healthz|\/appearance\.css)$/

const concrete = (path: string): string =>
  path
    .replaceAll(/:\w+\{[^/]*?\}(?=\/|$)/g, 'x')
    .replaceAll(/:\w+/g, 'x')
    .replaceAll('*', 'x')

const ask = (method: string, path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${listener.port}${path}`, {
    method,
    redirect: 'manual',
    headers: { host: '127.0.0.1:8080' },
    ...(method === 'GET' ? {} : { body: '' }),
  })

test('the public listener answers to what recipients need, and to nothing else: not found, and no way to a sign-in', async () => {
  const hidden: string[] = []
  for (const route of Object.keys(MANIFEST)) {
    const [method = '', path = ''] = route.split(' ')
    const answer = await ask(method, concrete(path))
    const text = await answer.text()
    const isHidden =
      answer.status === 404 && /^(There is nothing at this address\.\n|\{.*"detail":"There is nothing at this address\.".*\})$/s.test(text)
    if (isHidden) hidden.push(route)
    expect([route, isHidden]).toEqual([route, !PUBLIC.test(route)])
    expect([route, answer.headers.get('location')?.includes('sign-in') ?? false]).toEqual([route, false])
  }
  expect(hidden.length).toBeGreaterThan(200)
})

test('a page of it brings everything that it shows', async () => {
  const html = await (await ask('GET', '/verify')).text()
  const own = [...html.matchAll(/(?:href|src)="(\/[^"#]*)/g)].map(([, address]) => address!)
  expect(own.length).toBeGreaterThan(5)
  for (const address of own) expect([address, (await ask('GET', address)).status]).toEqual([address, 200])
})

test('no other spelling leads past it', async () => {
  for (const path of [
    '/s/../console',
    '/s/%2e%2e/console',
    '//console',
    '/verify/..%2fconsole',
    '/S/x',
    '/staticx',
    '/.//console',
    '/pki/../account',
  ])
    expect([path, (await ask('GET', path)).status]).toEqual([path, 404])
})

test('a socket of the machine is listened on, for its owner and group alone, and taken over from a server that was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-socket-'))
  const path = join(folder, 'paraphe.sock')
  try {
    const first = listen(house.server, { host: 'localhost', port: 0, socket: path })
    expect(statSync(path).mode & 0o777).toBe(0o660)
    const get = (headers: Record<string, string>) => fetch('http://127.0.0.1:8080/healthz', { unix: path, headers } as RequestInit)
    expect((await get({ host: '127.0.0.1:8080' })).status).toBe(200)
    expect((await get({ host: 'paraphe', 'x-forwarded-host': '127.0.0.1:8080' })).status).toBe(200)
    expect((await get({ host: '127.0.0.1:8080', 'x-forwarded-host': 'elsewhere.example' })).status).toBe(421)
    const second = listen(house.server, { host: 'localhost', port: 0, socket: path })
    expect((await get({ host: '127.0.0.1:8080' })).status).toBe(200)
    await Promise.all([first.stop(true), second.stop(true)])
    if (existsSync(path)) rmSync(path)
    writeFileSync(path, 'a letter')
    expect(() => listen(house.server, { host: 'localhost', port: 0, socket: path })).toThrow('it is no socket')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
