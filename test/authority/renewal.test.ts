import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { openAuthority } from '../../src/authority/authority.ts'
import { listHouse, readHouseCertificates } from '../../src/authority/certificates.ts'
import { openKeyStore } from '../../src/authority/key-store.ts'
import { certificateLives } from '../../src/authority/lives.ts'
import { answerOcsp } from '../../src/authority/ocsp.ts'
import { renewCertificate } from '../../src/authority/renewal.ts'
import { currentRevocationList } from '../../src/authority/revocation-lists.ts'
import { revokeCertificate } from '../../src/authority/revoking.ts'
import { tendAuthority } from '../../src/authority/tending.ts'
import { fromHex, hex } from '../../src/base/bytes.ts'
import { DAY, type Instant, later, YEAR } from '../../src/base/instant.ts'
import type { House } from '../../src/house.ts'
import { newSerial, readCertificate, toPem } from '../../src/pki/certificate.ts'
import { integer, octets, oid, sequence } from '../../src/pki/der.ts'
import { OID } from '../../src/pki/oid.ts'
import { certificateIdOf, readOcspResponse, readRevocationList, responderOf } from '../../src/pki/revocation.ts'
import { openssl } from '../pki/declared-authority.ts'
import { NOON, openTestHouse } from '../support/house.ts'

const issue = async (house: House, at: Instant) =>
  (await openAuthority(house)).issueSignerCertificate(house.db, {
    subject: { commonName: 'Marie Dupont' },
    notAfter: later(at, YEAR),
    recipientId: 'rec_1',
    serial: hex(newSerial()),
    at,
  })

/** As `openssl ocsp` asks (RFC 6960 §4.1.1). */
async function ask(house: House, certificate: Uint8Array, issuer: Uint8Array, at: Instant) {
  const { issuerNameHash, issuerKeyHash, serialHex } = await certificateIdOf(readCertificate(certificate), readCertificate(issuer))
  const id = sequence(sequence(oid(OID.sha1)), octets(issuerNameHash), octets(issuerKeyHash), integer(fromHex(serialHex)))
  return readOcspResponse(await answerOcsp(house, sequence(sequence(sequence(sequence(id)))), at))
}

test('the worker renews issuing authority, seal, time stamps and status before they cannot cover ten years, and goes on for twenty', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house } = test
  const first = (await readHouseCertificates(house.db)).current
  const ends: string[] = []
  for (let year = 0; year < 19; year++) {
    await tendAuthority(house, later(NOON, year * YEAR))
    const { current } = await readHouseCertificates(house.db)
    const at = later(NOON, year * YEAR)
    const left = (purpose: keyof typeof current): number => (Date.parse(current[purpose].notAfter) - Date.parse(at)) / YEAR
    // As long as the root lives long enough itself, every stamp can be checked for ten years; everything covers the longest deadline.
    if (year <= 9) expect(left('tsa')).toBeGreaterThan(9.9)
    if (year <= 17)
      for (const one of await certificateLives(house.db, at)) expect([year, one.purpose, one.warning]).toEqual([year, one.purpose, null])
    ends.push(current.issuing.notAfter)
    test.wait(YEAR)
  }
  const { current, all } = await readHouseCertificates(house.db)
  expect(current.root.der).toEqual(first.root.der)
  expect(new Set(ends).size).toBeGreaterThan(1)
  expect(Math.max(...ends.map((end) => Date.parse(end)))).toBeLessThanOrEqual(Date.parse(first.root.notAfter))
  // No certificate ends after its issuer, and each has a key of its own but the root.
  for (const one of all) expect(one.notAfter <= all.find(({ id }) => id === one.issuerId)!.notAfter).toBe(true)
  const keys = all.map(({ keyId }) => keyId)
  expect(new Set(keys).size).toBe(keys.length)
}, 60_000)

test('after a renewal the old certificates answer at their old addresses, the new ones at theirs, and openssl trusts both', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house, server } = test
  const before = (await readHouseCertificates(house.db)).current
  const old = await issue(house, NOON)
  const held = await openAuthority(house)
  const at = later(NOON, 3.5 * YEAR)
  test.wait(3.5 * YEAR)
  await tendAuthority(house, at)
  const after = (await readHouseCertificates(house.db)).current
  for (const purpose of ['issuing', 'seal', 'tsa', 'ocsp'] as const) expect(after[purpose].serialHex).not.toBe(before[purpose].serialHex)
  expect(after.seal.subject).toEqual(before.seal.subject)
  const fresh = await issue(house, at)
  expect(readCertificate(fresh.certificate).crlUrls).toEqual(['http://127.0.0.1:8080/pki/crl/issuing-2.crl'])
  expect(readCertificate(old.certificate).crlUrls).toEqual(['http://127.0.0.1:8080/pki/crl/issuing.crl'])

  // Whoever had opened the authority before goes on with certificate and key that belong together.
  const stamp = await held.timeStamp(new Uint8Array(32), at)
  expect(stamp.length).toBeGreaterThan(500)

  await revokeCertificate(house, systemAct(at), old.serial, 'superseded')
  const revoked = async (name: string) => [...readRevocationList((await currentRevocationList(house.db, name))!.der).revoked.keys()]
  expect([await revoked('issuing'), await revoked('issuing-2')]).toEqual([[old.serial], []])
  for (const [certificate, issuer, kind] of [
    [old.certificate, before.issuing, 'revoked'],
    [fresh.certificate, after.issuing, 'good'],
  ] as const) {
    const response = await ask(house, certificate, issuer.der, at)
    expect(response.answers[0]!.status.kind).toBe(kind)
    expect(await responderOf(response, issuer)).not.toBeNull()
  }
  // Nobody vouches for one authority's certificate under the other's name.
  expect((await ask(house, fresh.certificate, before.issuing.der, at)).answers[0]!.status.kind).toBe('unknown')

  using tool = openssl()
  const fetched = async (path: string) => {
    const answer = await server.fetch(new Request(`http://127.0.0.1:8080${path}`, { headers: { host: '127.0.0.1:8080' } }), '192.0.2.7')
    expect(answer.status).toBe(200)
    return new Uint8Array(await answer.arrayBuffer())
  }
  tool.pem('root.pem', before.root.der)
  const time = String(Date.parse(at) / 1000 + 60)
  for (const [name, leaf] of [
    ['issuing', before.seal.der],
    ['issuing-2', after.seal.der],
    ['issuing-2', fresh.certificate],
  ] as const) {
    tool.pem('issuing.pem', await fetched(`/pki/${name}.crt`))
    const lists = [
      tool.file('root-list.pem', toPem(await fetched('/pki/crl/root.crl'), 'X509 CRL')),
      tool.file('list.pem', toPem(await fetched(`/pki/crl/${name}.crl`), 'X509 CRL')),
    ]
    const checked = tool.run(
      'verify',
      '-x509_strict',
      '-crl_check_all',
      '-attime',
      time,
      '-CAfile',
      'root.pem',
      '-untrusted',
      'issuing.pem',
      ...lists.flatMap((list) => ['-CRLfile', list]),
      tool.pem('leaf.pem', leaf),
    )
    expect(checked).toContain('OK')
  }
}, 60_000)

test('spent keys of seal and time stamps are destroyed a day later, those that still sign lists are kept until their end', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house } = test
  await renewCertificate(house, systemAct(NOON), 'issuing')
  const withKeys = async () =>
    (await listHouse(house.db))
      .filter(({ keyId }) => house.keys.hasKey(keyId))
      .map(({ purpose }) => purpose)
      .sort()
  await tendAuthority(house, later(NOON, DAY / 2))
  expect(await withKeys()).toHaveLength(9)
  await tendAuthority(house, later(NOON, 2 * DAY))
  expect(await withKeys()).toEqual(['issuing', 'issuing', 'ocsp', 'ocsp', 'root', 'seal', 'tsa'])
  const spent = await house.db.selectFrom('authorityKey').select(['purpose', 'wrapped']).where('retiredAt', 'is not', null).execute()
  expect(spent.map(({ wrapped }) => wrapped)).toEqual([null, null])
  // A new start finds exactly these again.
  const again = await openKeyStore(house.keys.dataDirectory, house.db)
  expect(again.isLocked()).toBe(false)
  expect((await again.signerFor('seal')).algorithm).toBe('ecdsa-p256')
}, 30_000)

test('a renewal twice at once is one renewal', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house } = test
  // A connection for each: one that is made first would come after the other is done.
  await Promise.all([listHouse(house.db), listHouse(house.db)])
  const both = await Promise.allSettled([renewCertificate(house, systemAct(NOON), 'tsa'), renewCertificate(house, systemAct(NOON), 'tsa')])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await listHouse(house.db)).filter(({ purpose }) => purpose === 'tsa')).toHaveLength(2)
}, 30_000)

test('locked keys renew nothing; unlocked, the next round does', async () => {
  await using test = await openTestHouse({ authority: true, passphrase: 'lanterns drift over Tuesday' })
  const { house } = test
  const locked: House = { ...house, keys: await openKeyStore(house.keys.dataDirectory, house.db) }
  expect(locked.keys.isLocked()).toBe(true)
  const at = later(NOON, 4 * YEAR)
  await tendAuthority(locked, at)
  expect(await listHouse(house.db)).toHaveLength(5)
  expect(await locked.keys.load(house.db, 'lanterns drift over Tuesday')).toBe(true)
  await tendAuthority(locked, at)
  expect(await listHouse(house.db)).toHaveLength(9)
}, 30_000)

test('a renewed root keeps its key and its list, and what was issued before stands under both', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house } = test
  const before = (await readHouseCertificates(house.db)).current
  await renewCertificate(house, systemAct(later(NOON, YEAR)), 'root')
  const { root } = (await readHouseCertificates(house.db)).current
  expect([root.spki, root.notAfter > before.root.notAfter]).toEqual([before.root.spki, true])
  expect((await currentRevocationList(house.db, 'root'))!.number).toBe(2)
  using tool = openssl()
  tool.pem('root.pem', root.der)
  tool.pem('issuing.pem', before.issuing.der)
  const time = String(Date.parse(NOON) / 1000 + 2 * 365 * 86_400)
  expect(
    tool.run(
      'verify',
      '-x509_strict',
      '-attime',
      time,
      '-CAfile',
      'root.pem',
      '-untrusted',
      'issuing.pem',
      tool.pem('seal.pem', before.seal.der),
    ),
  ).toContain('OK')
}, 30_000)

test('warnings come at 90, 30 and 7 days before a certificate no longer covers what it is used for', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house } = test
  const [first] = await certificateLives(house.db, NOON)
  expect([first!.purpose, first!.warning]).toEqual(['tsa', null])
  const at = async (days: number) => (await certificateLives(house.db, later(first!.usableUntil, -days * DAY)))[0]!
  expect([(await at(91)).warning, (await at(90)).warning, (await at(30)).warning, (await at(6)).warning, (await at(0)).warning]).toEqual([
    null,
    90,
    30,
    7,
    0,
  ])
  expect((await at(30)).days).toBe(30)
}, 30_000)
