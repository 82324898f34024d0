import { expect, test } from 'bun:test'
import { openAuthority } from '../../../../src/authority/authority.ts'
import { readHouseCertificates } from '../../../../src/authority/certificates.ts'
import { currentRevocationList } from '../../../../src/authority/revocation-lists.ts'
import { systemAct } from '../../../../src/audit/act.ts'
import { hex } from '../../../../src/base/bytes.ts'
import { later, MINUTE, YEAR } from '../../../../src/base/instant.ts'
import { newSerial, readCertificate } from '../../../../src/pki/certificate.ts'
import { readRevocationList } from '../../../../src/pki/revocation.ts'
import { readSetting, writeSetting } from '../../../../src/setting/setting.ts'
import { NOON, openTestHouse, type TestHouse } from '../../../support/house.ts'

const LIST = '/console/authority/certificates'

async function issue({ house }: TestHouse, commonName: string): Promise<string> {
  const at = house.clock()
  const request = {
    subject: { commonName, organization: 'Maison, Dupont' },
    notAfter: later(at, YEAR),
    recipientId: 'rec_1',
    serial: hex(newSerial()),
    at,
  }
  return (await (await openAuthority(house)).issueSignerCertificate(house.db, request)).serial
}
const rows = (text: string): number => text.match(/<code class="address">/g)?.length ?? 0

test('thousands of certificates: pages that follow each other, search by name and by serial as others write it, filters', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db } = test.house
  const { seal, issuing } = (await readHouseCertificates(db)).current
  const many = Array.from({ length: 3_000 }, (_, at) => ({
    id: `cer_${String(at).padStart(6, '0')}`,
    serial: `aa${at.toString(16).padStart(38, '0')}`,
    purpose: 'signer' as const,
    subject: JSON.stringify({ commonName: `Person ${at}`, organization: at % 2 ? 'Odd & <Sons>' : 'Even' }),
    der: seal.der,
    keyId: null,
    issuerId: issuing.id,
    notBefore: NOON,
    notAfter: later(NOON, at < 10 ? -1 : YEAR),
    recipientId: null,
    createdAt: later(NOON, Math.floor(at / 7) * MINUTE),
    revokedAt: null,
    revocationReason: null,
  }))
  for (let at = 0; at < many.length; at += 500)
    await db
      .insertInto('certificate')
      .values(many.slice(at, at + 500))
      .execute()
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  const seen = new Set<string>()
  let address = `${LIST}?purpose=signer`
  for (let pages = 0; address; pages++) {
    expect(pages).toBeLessThan(61)
    const { text } = await browser.get(address)
    for (const [, serial = ''] of text.matchAll(/certificates\/([0-9a-f]{40})"/g)) {
      expect(seen.has(serial)).toBe(false)
      seen.add(serial)
    }
    address = /<a class="button" href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
  }
  expect(seen.size).toBe(3_000)
  const one = many[1234]!
  expect(rows((await browser.get(`${LIST}?search=${encodeURIComponent('Person 1234')}`)).text)).toBe(1)
  const pairs = one.serial.toUpperCase().match(/../g)!.join(':')
  expect((await browser.get(`${LIST}?search=${encodeURIComponent(pairs)}`)).text).toContain('Person 1234')
  expect((await browser.get(`${LIST}?search=odd`)).text).toContain('Odd &amp; &lt;Sons&gt;')
  expect((await browser.get(`${LIST}?search=organization`)).text).toContain('No certificate matches.')
  expect((await browser.get(`${LIST}?search=%25`)).text).toContain('No certificate matches.')
  expect(rows((await browser.get(`${LIST}?status=ended`)).text)).toBe(10)
  expect(rows((await browser.get(`${LIST}?purpose=tsa`)).text)).toBe(1)
  expect((await browser.get(`${LIST}?status=nonsense&after=x`)).status).toBe(200)
}, 60_000)

test.each(['en', 'fr'])(
  'a certificate has a page with everything that is in it (%s)',
  async (language) => {
    await using test = await openTestHouse({ authority: true })
    const serial = await issue(test, 'Marie <b> Dupont')
    const browser = await test.browser()
    await browser.signIn('ann@acme.example')
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get(`${LIST}/${serial}`)
    expect(status).toBe(200)
    expect(text).toContain('Marie &lt;b&gt; Dupont')
    expect(text).toContain('Maison, Dupont')
    expect(text).not.toMatch(/\{\w+\}|undefined|\[object|<b>/)
    expect((await browser.get(`${LIST}/${serial}/pem`)).text).toStartWith('-----BEGIN CERTIFICATE-----')
    expect((await browser.get(`${LIST}/${'0'.repeat(40)}`)).status).toBe(404)
  },
  30_000,
)

test('a revocation wants a reason, and is in the list and in OCSP at once; a root and another time are refused', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db } = test.house
  const serial = await issue(test, 'Marie Dupont')
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  await browser.get(`${LIST}/${serial}`)
  const revoke = (fields: Record<string, string>, of = serial) => browser.post(`${LIST}/${of}/revocation`, fields)
  const revoked = async (name = 'issuing') => [...readRevocationList((await currentRevocationList(db, name))!.der).revoked]
  expect((await revoke({ reason: 'boredom' })).status).toBe(422)
  expect(await revoked()).toEqual([])
  const number = (await currentRevocationList(db, 'issuing'))!.number
  expect((await revoke({ reason: 'key-compromise' })).status).toBe(303)
  expect((await currentRevocationList(db, 'issuing'))!.number).toBe(number + 1)
  expect((await revoked()).map(([one, { reason }]) => [one, reason])).toEqual([[serial, 1]])
  const { text } = await browser.get(`${LIST}/${serial}`)
  expect(text).toContain('The key was compromised')
  expect(text).not.toContain('name="reason"')
  expect((await revoke({ reason: 'superseded' })).status).toBe(409)
  const { root } = (await readHouseCertificates(db)).current
  expect((await revoke({ reason: 'superseded' }, root.serialHex)).status).toBe(409)
  const bob = await test.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.post(`${LIST}/${serial}/revocation`, { reason: 'superseded' })).status).toBe(403)
  expect((await bob.get(LIST)).status).toBe(403)
}, 30_000)

test('what the house uses gets its successor before it is taken back', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db } = test.house
  const before = (await readHouseCertificates(db)).current
  const browser = await test.browser()
  await browser.signIn('ann@acme.example')
  for (const purpose of ['tsa', 'issuing'] as const) {
    await browser.get(LIST)
    const answer = await browser.post(`${LIST}/${before[purpose].serialHex}/revocation`, { reason: 'ca-compromise' })
    expect(answer.status).toBe(303)
    expect((await readHouseCertificates(db)).current[purpose].serialHex).not.toBe(before[purpose].serialHex)
  }
  const root = readRevocationList((await currentRevocationList(db, 'root'))!.der)
  expect([...root.revoked.keys()]).toEqual([before.issuing.serialHex])
  // Signing goes on under the new authority.
  expect(readCertificate((await openAuthority(test.house)).certificates().seal).crlUrls[0]).toEndWith('/issuing-2.crl')
  await issue(test, 'Paul Neuf')
}, 30_000)

test('after the house has moved, old addresses in certificates go on answering, and nothing else does', async () => {
  await using earlier = await openTestHouse({ authority: true, origin: 'http://old.example' })
  await earlier.house.db.transaction().execute(async (tx) => {
    const installation = await readSetting(tx, 'installation')
    await writeSetting(tx, systemAct(NOON), 'installation', {
      ...installation,
      staffUrl: 'http://new.example',
      publicUrl: 'http://new.example',
    })
  })
  const of = async (host: string, path: string) =>
    (await earlier.server.fetch(new Request(`http://${host}${path}`, { headers: { host } }), '192.0.2.7')).status
  expect(await of('new.example', '/pki/crl/issuing.crl')).toBe(200)
  expect(await of('old.example', '/pki/crl/issuing.crl')).toBe(200)
  expect(await of('old.example', '/pki/root.crt')).toBe(200)
  expect(await of('old.example', '/sign-in')).toBe(421)
  expect(await of('other.example', '/pki/root.crt')).toBe(421)
}, 30_000)
