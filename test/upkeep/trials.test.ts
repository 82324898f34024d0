import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { addOutsideAuthority } from '../../src/authority/outside-authorities.ts'
import { listen } from '../../src/http/listen.ts'
import { keepEmailChannel } from '../../src/mail/channel.ts'
import { sandboxFacts } from '../../src/sandbox/run.ts'
import { writeSetting, readSetting } from '../../src/setting/setting.ts'
import { type CheckName, examine, tryEverything } from '../../src/upkeep/doctor.ts'
import { freePort } from '../support/installation.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { openOutsideTsa } from '../support/outside-tsa.ts'
import { openMailServer } from '../support/smtp.ts'

const tryAll = async ({ house }: TestHouse) => {
  const checks = await tryEverything({ ...house, isLocked: () => house.keys.isLocked() }, house.clock())
  return Object.fromEntries(checks.map((check) => [check.name, check])) as Partial<Record<CheckName, (typeof checks)[number]>>
}
const moveTo = async ({ house: { db, clock } }: TestHouse, origin: string) =>
  db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(clock()), 'installation', { ...installation, staffUrl: origin, publicUrl: origin })
  })

test('a page is really signed, time-stamped and judged; the house finds itself by its address', async () => {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  await using test = await openTestHouse({ authority: true, realTime: true, origin, environment: { PARAPHE_LISTEN: `127.0.0.1:${port}` } })
  await sandboxFacts(test.house.config)
  const server = listen(test.server, { host: '127.0.0.1', port })
  try {
    const found = await tryAll(test)
    expect(found.signature).toMatchObject({ state: 'good', facts: { clock: expect.any(String) } })
    expect(found['own-address']).toMatchObject({ state: 'good', facts: { origin, client: '127.0.0.1' } })
    expect(found['proxy-headers']).toMatchObject({ state: 'good', facts: { host: `127.0.0.1:${port}` } })
    for (const name of ['mail-server', 'sms-gateway', 'time-stamp-authorities'] as const) expect(found).not.toHaveProperty(name)
    // Nothing of it was kept.
    expect(await test.house.db.selectFrom('object').select('digest').execute()).toEqual([])

    // Another program at that address, then none, then a name that nobody knows.
    const stranger = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('ok\n') })
    await moveTo(test, `http://127.0.0.1:${stranger.port}`)
    expect((await tryAll(test))['own-address']).toMatchObject({ state: 'stop', facts: { fault: 'another' } })
    await stranger.stop(true)
    expect((await tryAll(test))['own-address']).toMatchObject({ state: 'stop', facts: { fault: 'closed' } })
    // A proxy that does not hand on the Host.
    const proxy = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: (request) => fetch(`${origin}/healthz`, { headers: { ...Object.fromEntries(request.headers), host: 'inner.example' } }),
    })
    await moveTo(test, `http://127.0.0.1:${proxy.port}`)
    expect((await tryAll(test))['own-address']).toMatchObject({ state: 'stop', facts: { fault: 'host' } })
    await proxy.stop(true)
  } finally {
    await server.stop(true)
  }
}, 60_000)

test('a proxy whose word does not count is told', async () => {
  const port = freePort()
  await using test = await openTestHouse({ realTime: true })
  const inner = listen(test.server, { host: '127.0.0.1', port })
  const proxy = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) =>
      fetch(`http://127.0.0.1:${port}/healthz`, { headers: { ...Object.fromEntries(request.headers), 'x-forwarded-for': '198.51.100.7' } }),
  })
  try {
    await moveTo(test, `http://127.0.0.1:${proxy.port}`)
    await (await test.browser()).get('/sign-in', { host: `127.0.0.1:${proxy.port}` })
    const found = await tryAll(test)
    expect(found['proxy-headers']).toMatchObject({ state: 'wait', facts: { client: '127.0.0.1', peer: '127.0.0.1' } })
  } finally {
    await proxy.stop(true)
    await inner.stop(true)
  }
}, 30_000)

test('a mail server lets in or says why not, with no mail sent; another clock answers or is named', async () => {
  await using server = await openMailServer({ login: { user: 'sign', password: 'blue kettle 42' } })
  await using test = await openTestHouse({ realTime: true })
  const { db, clock, secretKey } = test.house
  const keep = (password: string) =>
    db.transaction().execute((tx) =>
      keepEmailChannel(tx, systemAct(clock()), secretKey, {
        host: '127.0.0.1',
        port: server.port,
        security: 'none',
        user: 'sign',
        password,
        fromAddress: 'sign@acme.example',
        fromName: 'Acme',
        caPem: null,
      }),
    )
  await keep('blue kettle 42')
  expect((await tryAll(test))['mail-server']).toMatchObject({ state: 'good' })
  await keep('not that one 17')
  const refused = (await tryAll(test))['mail-server']
  expect(refused?.state).toBe('stop')
  expect(JSON.stringify(refused)).not.toContain('not that one')
  expect(server.mails).toEqual([])
  const outside = openOutsideTsa()
  await addOutsideAuthority(db, systemAct(clock()), { name: 'Elsewhere', url: outside.url, rootPem: outside.rootPem })
  expect((await tryAll(test))['time-stamp-authorities']).toMatchObject({ state: 'good', facts: { count: 1 } })
  outside[Symbol.dispose]()
  expect((await tryAll(test))['time-stamp-authorities']).toMatchObject({ state: 'stop', facts: { why: 'Elsewhere: silent' } })
}, 60_000)

test('a secret that others of the machine can read stops; locked keys are no broken signature', async () => {
  await using test = await openTestHouse({ authority: true, isOnDisk: true, realTime: true })
  const { db, config, keys } = test.house
  const look = async () =>
    (await examine({ db, config, isLocked: () => keys.isLocked() }, test.house.clock())).find(({ name }) => name === 'file-rights')
  const path = join(config.dataDirectory, 'authority.key')
  chmodSync(path, 0o644)
  expect(await look()).toMatchObject({ state: 'stop', facts: { paths: expect.stringContaining(path) } })
  chmodSync(path, 0o600)
  expect((await look())?.state).not.toBe('stop')
  const checks = await tryEverything({ ...test.house, isLocked: () => true }, test.house.clock())
  expect(checks.find(({ name }) => name === 'signature')?.state).toBe('wait')
}, 30_000)

test('the page tries everything in the background once, shows how far it is, and keeps the last result with what to do', async () => {
  await using test = await openTestHouse({ authority: true, realTime: true })
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  expect((await browser.get('/console/health')).text).toContain('Not tried yet.')
  expect((await browser.post('/console/health')).status).toBe(303)
  expect((await browser.post('/console/health')).status).toBe(303)
  expect(await test.house.db.selectFrom('examination').select('id').execute()).toHaveLength(1)
  const under = await browser.get('/console/health')
  expect(under.text).toContain('Trying… 0 of 8')
  expect((await browser.get('/console/health', { 'hx-request': 'true' })).text).not.toContain('<html')
  await test.drain()
  const { text } = await browser.get('/console/health')
  expect(text).toContain('Signature for trial')
  expect(text).toContain('found genuine in')
  // Nobody listens where this house says it is.
  expect(text).toContain('http://127.0.0.1:8080 does not lead here (closed')
  expect(text).toContain('What to do: ')
  await browser.post('/language', { language: 'fr' })
  expect((await browser.get('/console/health')).text).toContain('Signature d’essai')
}, 60_000)
