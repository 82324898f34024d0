import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config/config.ts'
import { openTestHouse, ORIGIN, type TestHouse } from '../support/house.ts'

const TOKEN = 'figures-for-whoever-watches-17'
const ask = (
  { server }: TestHouse,
  path: string,
  {
    peer = '203.0.113.9',
    door = 'house',
    headers = {},
    method = 'GET',
  }: { peer?: string; door?: 'house' | 'public' | 'watching'; headers?: Record<string, string>; method?: string } = {},
) => server.fetch(new Request(`${ORIGIN}${path}`, { method, headers: { host: new URL(ORIGIN).host, ...headers } }), peer, door)
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

test('the process says that it is there without its database, on both listeners', async () => {
  await using test = await openTestHouse()
  const { db } = test.house
  await db.schema.alterTable('setting').renameTo('setting_gone').execute()
  for (const door of ['house', 'public', 'watching'] as const) {
    const answer = await ask(test, '/healthz', { door })
    expect([answer.status, await answer.text()]).toEqual([200, 'ok\n'])
  }
  expect((await ask(test, '/readyz')).status).toBe(200)
  await db.schema.alterTable('setting_gone').renameTo('setting').execute()
})

test('readiness is a real write; strangers hear yes or no, whoever asks on the machine hears each line', async () => {
  await using test = await openTestHouse()
  for (const door of ['house', 'public'] as const) {
    const answer = await ask(test, '/readyz', { door })
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready' }])
  }
  const { status, checks } = (await (await ask(test, '/readyz', { peer: '127.0.0.1' })).json()) as {
    status: string
    checks: { name: string; state: string }[]
  }
  expect([status, checks.map(({ name, state }) => [name, state])]).toEqual([
    'ready',
    [
      ['stopping', 'good'],
      ['migrations', 'good'],
      ['writes', 'good'],
      ['disk', 'good'],
      ['keys', 'good'],
      ['jobs', 'good'],
    ],
  ])
  expect(await test.house.db.selectFrom('readiness').selectAll().execute()).toEqual([{ name: 'write', at: test.house.clock() }])
  // A proxy on the machine asks for somebody else.
  expect(await (await ask(test, '/readyz', { peer: '127.0.0.1', headers: { 'x-forwarded-for': '198.51.100.1' } })).json()).toEqual({
    status: 'ready',
  })
  expect((await ask(test, '/readyz', { method: 'POST' })).status).toBe(405)
})

test('a node that cannot write, or is stopping, is not ready; one with locked keys is', async () => {
  await using broken = await openTestHouse()
  await broken.house.db.schema.dropTable('readiness').execute()
  const answer = await ask(broken, '/readyz', { peer: '::1' })
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('"name":"writes","state":"stop"')
  await using late = await openTestHouse()
  await late.house.db
    .insertInto('job')
    .values({
      id: 'job_1',
      kind: 'some',
      payload: '{}',
      key: null,
      runAt: '2026-01-01T00:00:00.000Z' as never,
      attempts: 0,
      leaseUntil: null,
      lastError: null,
      createdAt: late.house.clock(),
      doneAt: null,
      failedAt: null,
      requestId: null,
    })
    .execute()
  const told = await ask(late, '/readyz', { peer: '127.0.0.1' })
  expect([told.status, (await told.text()).includes('"name":"jobs","state":"wait"')]).toEqual([200, true])
  late.server.stopping()
  expect((await ask(late, '/readyz')).status).toBe(503)
  await using locked = await openTestHouse({ authority: true, passphrase: 'quiet harbour lamp' })
  const { keys, db, config } = locked.house
  expect(keys.isLocked()).toBe(false)
  const { openKeyStore } = await import('../../src/authority/key-store.ts')
  const { checkReadiness } = await import('../../src/upkeep/readiness.ts')
  const again = await openKeyStore(config.dataDirectory, db)
  const lines = await checkReadiness({ db, config, isLocked: () => again.isLocked(), isStopping: () => false }, locked.house.clock())
  expect(lines.find(({ name }) => name === 'keys')?.state).toBe('wait')
  expect(lines.some(({ state }) => state === 'stop')).toBe(false)
}, 30_000)

test('figures are nobody’s without a token, and on their own listener alone where there is none', async () => {
  await using test = await openTestHouse()
  expect((await ask(test, '/metrics')).status).toBe(404)
  expect((await ask(test, '/metrics', { peer: '127.0.0.1' })).status).toBe(404)
  expect((await ask(test, '/metrics', { headers: bearer('') })).status).toBe(404)
  expect((await ask(test, '/metrics', { door: 'watching' })).status).toBe(200)
  expect((await ask(test, '/sign-in', { door: 'watching' })).status).toBe(404)
  const rebound = new Request('http://evil.example/metrics', { headers: { host: 'evil.example' } })
  expect((await test.server.fetch(rebound, '127.0.0.1', 'watching')).status).toBe(404)

  await using guarded = await openTestHouse({ environment: { PARAPHE_METRICS_TOKEN: TOKEN } })
  for (const headers of [{}, bearer('wrong'), bearer(`${TOKEN}x`), { authorization: TOKEN }])
    expect((await ask(guarded, '/metrics', { headers })).status).toBe(401)
  expect((await ask(guarded, '/metrics', { door: 'watching' })).status).toBe(401)
  expect((await ask(guarded, '/metrics', { headers: bearer(TOKEN) })).status).toBe(200)
  expect((await ask(guarded, '/metrics', { door: 'public', headers: bearer(TOKEN) })).status).toBe(404)
  expect(await (await ask(guarded, '/readyz', { headers: bearer(TOKEN) })).text()).toContain('checks')
})

test('a listener that others reach asks for a token, and a token is no short word', () => {
  const PARAPHE_DATA = mkdtempSync(join(tmpdir(), 'paraphe-config-'))
  const read = (environment: Record<string, string>) => () => readConfig({ PARAPHE_DATA, ...environment })
  expect(read({ PARAPHE_METRICS_LISTEN: '0.0.0.0:9464' })).toThrow('PARAPHE_METRICS_TOKEN')
  expect(read({ PARAPHE_METRICS_TOKEN: 'short' })).toThrow('shorter than 20')
  expect(read({ PARAPHE_METRICS_LISTEN: '127.0.0.1:9464' })().metricsListen).toEqual({ host: '127.0.0.1', port: 9464 })
  expect(read({ PARAPHE_METRICS_LISTEN: '0.0.0.0:9464', PARAPHE_METRICS_TOKEN: TOKEN })().metricsToken).toBe(TOKEN)
  expect(read({ PARAPHE_LOG: 'loud' })).toThrow('none of json, text')
})

test('figures tell requests by pattern, what is under way and what happened; no id and no address of anybody', async () => {
  await using test = await openTestHouse({ authority: true, environment: { PARAPHE_METRICS_TOKEN: TOKEN } })
  const browser = await test.browser()
  await browser.signIn('ann@acme.example', 'wrong on purpose')
  await browser.signIn('ann@acme.example')
  await browser.get('/envelopes/env_0123456789abcdefghjk')
  await browser.get('/nowhere/at-all')
  const scrape = async () => (await ask(test, '/metrics', { headers: bearer(TOKEN) })).text()
  await scrape()
  const text = await scrape()
  for (const line of [
    /^paraphe_request_duration_seconds_count\{method="GET",route="\/envelopes\/:id",status="404"\} 1$/m,
    /^paraphe_request_duration_seconds_count\{method="GET",route="none",status="404"\} 1$/m,
    /^paraphe_request_duration_seconds_bucket\{le="\+Inf",method="POST",route="\/sign-in",status="303"\} 1$/m,
    /^paraphe_sign_ins_refused_total 1$/m,
    /^paraphe_events_total\{type="user.signed-in"\} 1$/m,
    /^paraphe_sessions 1$/m,
    /^paraphe_signatures_total 0$/m,
    /^paraphe_keys_locked 0$/m,
    /^paraphe_certificate_not_after_timestamp_seconds\{purpose="root"\} \d+$/m,
    /^paraphe_crl_next_update_timestamp_seconds\{issuer="[^"]+"\} \d+$/m,
    /^paraphe_audit_entries \d+$/m,
    /^paraphe_disk_free_bytes \d+$/m,
    /^paraphe_resident_memory_bytes \d+$/m,
    /^paraphe_event_loop_lag_seconds [\d.e-]+$/m,
    /^# TYPE paraphe_outbox_messages gauge$/m,
    /^# TYPE paraphe_children_total counter$/m,
  ])
    expect(text).toMatch(line)
  expect(text).not.toMatch(/\w{3}_[0-9a-z]{20}|@|192\.0\.2|at-all/)
}, 30_000)
