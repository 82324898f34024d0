import { beforeAll, describe, expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { distrustOther, listOthers, readOthers, trustedOthers, trustOthers } from '../../src/authority/others.ts'
import { readHouseCertificates } from '../../src/authority/certificates.ts'
import { type Bytes, base64, concat, utf8 } from '../../src/base/bytes.ts'
import { later, MINUTE, YEAR } from '../../src/base/instant.ts'
import { readCertificate, toPem } from '../../src/pki/certificate.ts'
import { declareAuthority } from '../pki/declared-authority.ts'
import { NOON, openTestHouse } from '../support/house.ts'
import { rootMadeElsewhere } from '../support/other-roots.ts'

const act = systemAct(NOON)
let authority: Awaited<ReturnType<typeof declareAuthority>>
let root: Bytes
beforeAll(async () => {
  authority = await declareAuthority()
  root = authority.root.certificate
})

const eventsOf = async (db: Parameters<typeof listOthers>[0]): Promise<[string, object][]> => {
  const rows = await db.selectFrom('auditLeaf').select(['type', 'entry']).where('type', 'like', 'authority.other-%').execute()
  return rows.map(({ type, entry }) => [type, (JSON.parse(entry) as { detail: object }).detail])
}

describe('what may be trusted', () => {
  test('DER, PEM with several, text around them: each once, with whose it is', async () => {
    await using test = await openTestHouse()
    const { db } = test.house
    const [one] = await readOthers(db, NOON, root)
    expect(one).toMatchObject({
      name: 'Test Root CA',
      organization: 'Müller, Söhne & Co',
      issuer: null,
      algorithm: 'ECDSA P-256',
      fingerprintPairs: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    })
    const pem = `Hello\n${toPem(root)}and\n${toPem(authority.issuing.certificate)}${toPem(root)}`
    expect((await readOthers(db, NOON, utf8(pem))).map(({ name, issuer }) => [name, issuer])).toEqual([
      ['Test Root CA', null],
      ['Test Issuing CA', 'Test Root CA'],
    ])
    const bundle = Bun.spawnSync(['openssl', 'crl2pkcs7', '-nocrl', '-certfile', '/dev/stdin'], { stdin: utf8(pem) }).stdout.toString()
    expect(await readOthers(db, NOON, utf8(bundle))).toHaveLength(2)
    // Reading keeps nothing.
    expect(await trustedOthers(db)).toEqual([])
  })
  test('everything else is refused by its name, and nothing of the same file is kept', async () => {
    await using test = await openTestHouse({ authority: true })
    const { db } = test.house
    const own = (await readHouseCertificates(db)).current
    const weak = (...how: string[]) => utf8(rootMadeElsewhere('/CN=Old Root', ...how))
    const changed = root.slice()
    changed[changed.length - 5]! ^= 1
    for (const [given, reason] of [
      [new Uint8Array(0), 'unreadable'],
      [utf8('hello'), 'unreadable'],
      [utf8('-----BEGIN CERTIFICATE-----\nA=A\n-----END CERTIFICATE-----'), 'unreadable'],
      [root.subarray(0, 200), 'unreadable'],
      [concat([root, utf8('x')]), 'unreadable'],
      [utf8(Array.from({ length: 11 }, () => toPem(root)).join('')), 'unreadable'],
      [authority.signer.certificate, 'not-authority'],
      [utf8(rootMadeElsewhere('/CN=Web', '-addext', 'basicConstraints=critical,CA:FALSE')), 'not-authority'],
      [utf8(rootMadeElsewhere('/CN=Web', '-addext', 'keyUsage=critical,digitalSignature')), 'not-authority'],
      [utf8(rootMadeElsewhere('/CN=Narrow', '-addext', 'nameConstraints=critical,permitted;DNS:example.com')), 'constrained'],
      [weak('-newkey', 'rsa:1024'), 'weak'],
      [weak('-newkey', 'rsa:2048', '-sha1'), 'weak'],
      [changed, 'broken'],
      [own.root.der, 'own'],
      [own.issuing.der, 'own'],
    ] as const)
      await expect(trustOthers(db, act, Uint8Array.from(given))).rejects.toMatchObject({ reason: `others.${reason}` })
    await expect(readOthers(db, later(NOON, 20 * YEAR), root)).rejects.toMatchObject({
      reason: 'others.ended',
      params: { name: 'Test Root CA', date: readCertificate(root).notAfter.slice(0, 10) },
    })
    const both = utf8(toPem(root) + toPem(authority.signer.certificate))
    await expect(trustOthers(db, act, both)).rejects.toMatchObject({ params: { name: 'Marie Dupont' } })
    expect(await trustedOthers(db)).toEqual([])
    expect(await eventsOf(db)).toEqual([])
  })
})

describe('trusted and no longer', () => {
  test('each is an event; twice is refused, also where two people add it at once', async () => {
    await using test = await openTestHouse()
    const { db } = test.house
    const two = await Promise.allSettled([trustOthers(db, act, root), trustOthers(db, act, root)])
    expect(two.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(trustOthers(db, act, root)).rejects.toMatchObject({ reason: 'others.known' })
    expect((await trustedOthers(db)).map(base64)).toEqual([base64(root)])
    const { fingerprint } = (await listOthers(db))[0]!
    const later_ = systemAct(later(NOON, MINUTE))
    await distrustOther(db, later_, fingerprint)
    await expect(distrustOther(db, later_, fingerprint)).rejects.toMatchObject({ code: 'not_found' })
    expect(await trustedOthers(db)).toEqual([])
    const detail = { name: 'Test Root CA', fingerprint }
    expect(await eventsOf(db)).toEqual([
      ['authority.other-trusted', detail],
      ['authority.other-distrusted', detail],
    ])
  })
  test('not more than fifty', async () => {
    await using test = await openTestHouse()
    const { db } = test.house
    const made = await Promise.all(Array.from({ length: 51 }, async () => (await declareAuthority()).root.certificate))
    for (let at = 0; at < 50; at += 10)
      await trustOthers(
        db,
        act,
        utf8(
          made
            .slice(at, at + 10)
            .map((der) => toPem(der))
            .join(''),
        ),
      )
    await expect(trustOthers(db, act, made[50]!)).rejects.toMatchObject({ reason: 'others.too-many' })
    expect(await listOthers(db)).toHaveLength(50)
  })
})
