import { expect, test } from 'bun:test'
import { later, MINUTE } from '../../src/base/instant.ts'
import { openLookup, signatureOf } from '../../src/calling/calling.ts'
import { isOpenAddress, targetUrl } from '../../src/calling/address.ts'
import { addTarget, removeTarget } from '../../src/integration/webhooks/targets.ts'
import { addRule } from '../../src/board/rules.ts'
import { readConfig } from '../../src/config/config.ts'
import { NOON, SECRET } from '../envelope/support.ts'
import { openTarget } from '../support/webhook-target.ts'
import { openTestBoard, RULE_OF } from './support.ts'

async function boardWithTarget(host: string) {
  const environment = { PARAPHE_WEBHOOK_HOSTS: host }
  const board = await openTestBoard(undefined, environment)
  const tools = { db: board.db, config: readConfig({ PARAPHE_DATA: '/tmp/none', ...environment }), secretKey: SECRET }
  const { id, secret } = await addTarget(tools, board.act(), { name: 'CRM', url: `http://${host}/hook` })
  await addRule(board.db, board.act(), 'stg_company-signed', { ...RULE_OF, action: { kind: 'webhook', target: id } })
  await board.signs('r1')
  return { board, id, secret }
}

test('a target is told what entered the stage, signed over time and body, and again under the same id until it takes it', async () => {
  using target = openTarget([() => new Response('', { status: 503 }), () => new Response('ok')])
  const { board, secret } = await boardWithTarget(target.host)
  await using open = board
  await open.work()
  expect(await open.log()).toEqual(['waiting'])
  await open.work(later(NOON, MINUTE))
  expect(await open.log()).toEqual(['done'])
  expect(target.calls).toHaveLength(2)
  const [first, second] = target.calls
  expect(first!.headers.get('paraphe-delivery')).toBe(second!.headers.get('paraphe-delivery'))
  const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(second!.headers.get('paraphe-signature') ?? '') ?? []
  expect(mac).toBe(signatureOf(secret, Number(time), second!.body))
  expect(JSON.parse(second!.body)).toMatchObject({
    event: 'stage.entered',
    envelope: { id: 'env_1', title: 'Lease', signed: 1, signers: 2 },
  })
  expect(second!.body).not.toContain('@')
})

test('a redirect is not followed', async () => {
  using elsewhere = openTarget([() => new Response('ok')])
  using target = openTarget([() => Response.redirect(`http://${elsewhere.host}/`, 307)])
  const { board } = await boardWithTarget(target.host)
  await using open = board
  await open.work()
  expect(await open.log()).toEqual(['failed target'])
  expect(elsewhere.calls).toHaveLength(0)
})

test('a target that is removed is called no more', async () => {
  using target = openTarget([() => new Response('ok')])
  const { board, id } = await boardWithTarget(target.host)
  await using open = board
  await removeTarget(open.db, open.act(), id)
  await open.work()
  expect(await open.log()).toEqual(['skipped target-gone'])
  expect(target.calls).toHaveLength(0)
})

test('a name that leads to this machine is refused when it is called, whatever it led to before', async () => {
  const { error } = await new Promise<{ error: NodeJS.ErrnoException | null }>((resolve) =>
    openLookup('localhost', { all: true }, (failure) => resolve({ error: failure })),
  )
  expect(error?.code).toBe('EPRIVATE')
})

test('only https to the outside, or what the configuration names', () => {
  for (const url of [
    'http://crm.example.com/',
    'ftp://crm.example.com',
    'https://user:pw@crm.example.com',
    'nonsense',
    'https://x.example/#y',
  ])
    expect(() => targetUrl(url, [])).toThrow()
  for (const url of [
    'https://localhost/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://10.1.2.3/',
    'https://intranet/',
    'https://crm.local/',
    'https://localhost./',
    'https://169.254.169.254/latest/meta-data',
  ])
    expect(() => targetUrl(url, [])).toThrow('webhook.private')
  expect(targetUrl('https://crm.example.com:8443/a?b', []).host).toBe('crm.example.com:8443')
  expect(targetUrl('http://crm.acme.internal:8080/a', ['crm.acme.internal:8080']).protocol).toBe('http:')
  expect(() => targetUrl('http://crm.acme.internal:8081/a', ['crm.acme.internal:8080'])).toThrow()
})

test('addresses of nobody in particular are closed', () => {
  for (const address of [
    '10.0.0.1',
    '100.64.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '64:ff9b::10.0.0.1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'x',
  ])
    expect([address, isOpenAddress(address)]).toEqual([address, false])
  for (const address of [
    'fec0::1',
    'feff::1',
    '::ffff:0:7f00:1',
    '::ffff:0:808:808',
    '3fff::1',
    '3fff:fff::1',
    '5f00::1',
    '192.31.196.1',
    '192.52.193.1',
    '192.175.48.1',
  ])
    expect([address, isOpenAddress(address)]).toEqual([address, false])
  expect(targetUrl('https://crm.example./hook', []).hostname).toBe('crm.example.')
  for (const host of ['localhost..', 'crm.internal..', 'crm.example..', 'crm.example...'])
    expect(() => targetUrl(`https://${host}/hook`, [])).toThrow(/^webhook\./)
  for (const address of [
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '3ffe::1',
    '5f01::1',
    '192.175.49.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])
    expect([address, isOpenAddress(address)]).toEqual([address, true])
})
