import { expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { addOutsideAuthority, chooseFallback } from '../../../src/authority/outside-authorities.ts'
import { MINUTE } from '../../../src/base/instant.ts'
import { takeOutbound } from '../../../src/base/outbound.ts'
import { addTarget } from '../../../src/integration/webhooks/targets.ts'
import { sendSms } from '../../../src/mail/sms-gateway.ts'
import { keepOutboundUse, listOutbound } from '../../../src/upkeep/outbound.ts'
import { openTestHouse } from '../../support/house.ts'
import { openOutsideTsa } from '../../support/outside-tsa.ts'
import { openMailServer } from '../../support/smtp.ts'

const EMAIL = {
  host: '127.0.0.1',
  security: 'none',
  user: '',
  password: '',
  fromAddress: 'sign@acme.example',
  fromName: 'Acme',
  caPem: '',
}
const SMS = {
  preset: 'json',
  url: 'https://gateway.example.com/messages?apikey=url-key-17',
  method: 'POST',
  headers: 'Authorization: Bearer header-key-17',
  body: '{"to":"{to}","text":"{text}"}',
  successContains: '',
  from: 'Acme',
}

test('nothing leaves a house in which nobody switched anything on, and the page says so with the next step', async () => {
  await using test = await openTestHouse()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const { text } = await browser.get('/console/outbound')
  expect(text).toContain('Nothing leaves this house.')
  expect(text).toContain('href="/console/channels"')
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get('/console/outbound')).status).toBe(403)
})

test('every other side stands there: host and port, since when, by whom, when last; and no key that an address holds', async () => {
  await using server = await openMailServer()
  using clock = openOutsideTsa()
  await using test = await openTestHouse({ realTime: true })
  const { house } = test
  takeOutbound()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  await browser.get('/console/channels')
  await browser.post('/console/channels/email', { ...EMAIL, port: String(server.port) })
  await browser.post('/console/channels/sms', SMS)
  const ann = (await house.db.selectFrom('user').selectAll().where('email', '=', 'ann@acme.example').executeTakeFirstOrThrow()).id
  const act = { ...systemAct(house.clock()), actor: { kind: 'user', id: ann } } as const
  await addOutsideAuthority(house.db, act, { name: 'Elsewhere, Ltd', url: clock.url, rootPem: clock.rootPem })
  await chooseFallback(house.db, systemAct(house.clock()), 'none')
  await addTarget(house, act, { name: 'CRM', url: 'https://crm.example.com:8443/hook?key=hook-key-17' })
  await keepOutboundUse(house.db, house.clock())

  const listed = await listOutbound(house)
  expect(listed.map(({ kind, name, host, port, isEncrypted, by }) => [kind, name, host, port, isEncrypted, by])).toEqual([
    ['mail', null, '127.0.0.1', server.port, false, ann],
    ['sms', null, 'gateway.example.com', 443, true, ann],
    ['time-stamp', 'Elsewhere, Ltd', '127.0.0.1', Number(new URL(clock.url).port), false, ann],
    ['webhook', 'CRM', 'crm.example.com', 8443, true, ann],
  ])
  expect(listed.every(({ since }) => since !== null)).toBe(true)
  // Its token was asked for when it was added; nothing else was spoken to.
  expect(listed.map(({ usedAt }) => usedAt !== null)).toEqual([false, false, true, false])
  const { text } = await browser.get('/console/outbound')
  for (const seen of ['gateway.example.com:443', 'Elsewhere, Ltd', 'crm.example.com:8443', 'by Ann Archer', 'not encrypted'])
    expect(text).toContain(seen)
  expect(text).not.toMatch(/key-17|Nothing leaves/)
  await browser.post('/language', { language: 'fr' })
  expect((await browser.get('/console/outbound')).text).toContain('Passerelle SMS')

  // Taken away and set up again, it stands there since the second time.
  const before = listed[0]!.since!
  await browser.get('/console/channels')
  await browser.post('/console/channels/email/removal')
  expect((await listOutbound(house)).map(({ kind }) => kind)).not.toContain('mail')
  await browser.post('/console/channels/email', { ...EMAIL, port: String(server.port) })
  expect((await listOutbound(house))[0]!.since! > before).toBe(true)
}, 30_000)

test('each use moves the moment of the last one on and is counted', async () => {
  await using test = await openTestHouse()
  const { db, clock } = test.house
  takeOutbound()
  const gateway = { ...SMS, method: 'POST', url: 'http://127.0.0.1:9/messages' } as const
  for (const wait of [0, MINUTE]) {
    test.wait(wait)
    await sendSms(gateway, '+33612345678', 'Hello')
    await keepOutboundUse(db, clock())
  }
  await keepOutboundUse(db, clock())
  expect(await db.selectFrom('outboundUse').selectAll().execute()).toEqual([
    { kind: 'sms', host: '127.0.0.1', port: 9, usedAt: clock(), times: 2 },
  ])
})
