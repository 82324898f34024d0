import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifySync } from './checkpoint-signature.ts'
import { openAuthority } from '../../src/authority/authority.ts'
import { type AuthorityPlan, createAuthority } from '../../src/authority/creating.ts'
import { openKeyStore } from '../../src/authority/key-store.ts'
import { answerOcsp } from '../../src/authority/ocsp.ts'
import { areRevocationListsDue, currentRevocationList, renewRevocationLists } from '../../src/authority/revocation-lists.ts'
import { revokeCertificate } from '../../src/authority/revoking.ts'
import { unlockAuthority } from '../../src/authority/unlocking.ts'
import { readConfig } from '../../src/config/config.ts'
import { checkpoint } from '../../src/audit/checkpoint.ts'
import { DAY, later, YEAR } from '../../src/base/instant.ts'
import { hex, randomBytes } from '../../src/base/bytes.ts'
import { newSerial, readCertificate } from '../../src/pki/certificate.ts'
import { validatePath } from '../../src/pki/path.ts'
import { certificateIdOf, readOcspResponse } from '../../src/pki/revocation.ts'
import { verifyTimeStampToken } from '../../src/pki/time-stamp.ts'
import { openssl } from '../pki/declared-authority.ts'
import { ANN, NOON, openTestDb } from '../support/database.ts'

const CONFIG = readConfig({})
const PLAN: AuthorityPlan = {
  algorithm: 'ecdsa-p256',
  organization: 'Acme, Söhne',
  country: 'FR',
  rootName: 'Acme Root CA',
  issuingName: 'Acme Issuing CA',
  sealName: 'Acme',
  keyProtection: 'key-file',
  publicOrigin: 'https://sign.example.org',
}

async function stage(plan: Partial<AuthorityPlan> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-authority-'))
  const db = await openTestDb()
  const keys = await openKeyStore(folder, db)
  await createAuthority({ db, keys }, ANN, { ...PLAN, ...plan })
  return {
    db,
    keys,
    folder,
    tools: { db, keys },
    async [Symbol.asyncDispose]() {
      await db.destroy()
      rmSync(folder, { recursive: true })
    },
  }
}

const signerRequest = { subject: { commonName: 'Marie Dupont' }, notAfter: later(NOON, YEAR), recipientId: 'rec_1', at: NOON }

test('makes a chain that openssl trusts, with the lives that a check in ten years needs', async () => {
  await using house = await stage()
  const authority = await openAuthority(house.tools)
  const { root, issuing, seal, tsa, ocsp } = authority.certificates()
  const years = [root, issuing, seal, tsa, ocsp].map((der) =>
    Math.round((Date.parse(readCertificate(der).notAfter) - Date.parse(NOON)) / YEAR),
  )
  expect(years).toEqual([20, 15, 15, 12, 15])
  expect(authority.chain('seal')).toEqual([issuing, root])
  expect(readCertificate(seal).crlUrls).toEqual(['https://sign.example.org/pki/crl/issuing.crl'])
  using tool = openssl()
  tool.pem('root.pem', root)
  tool.pem('issuing.pem', issuing)
  for (const [name, der] of Object.entries(authority.certificates()))
    expect(
      tool.run(
        'verify',
        '-x509_strict',
        '-attime',
        String(Date.parse(NOON) / 1000 + 1),
        '-CAfile',
        'root.pem',
        '-untrusted',
        'issuing.pem',
        tool.pem(`${name}.pem`, der),
      ),
    ).toContain('OK')
}, 30_000)

test('a key file is readable by its owner alone, and without it the keys stay locked', async () => {
  await using house = await stage()
  const path = join(house.folder, 'authority.key')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect((await openKeyStore(house.folder, house.db)).isLocked()).toBe(false)
  rmSync(path)
  const keys = await openKeyStore(house.folder, house.db)
  expect([keys.isLocked(), keys.needsPassphrase()]).toEqual([true, false])
  expect(keys.signerFor('seal')).rejects.toMatchObject({ reason: 'authority.locked' })
  expect(() => keys.checkpointKey()).toThrow('authority.locked')
}, 30_000)

test('no private key stands in the database, and one row in the place of another does not open', async () => {
  await using house = await stage()
  const rows = await house.db.selectFrom('authorityKey').selectAll().execute()
  expect(rows.map(({ purpose }) => purpose).toSorted()).toEqual(['audit', 'issuing', 'ocsp', 'root', 'seal', 'tsa'])
  const secret = readFileSync(join(house.folder, 'authority.key'))
  for (const { wrapped, spki } of rows) {
    expect(Buffer.from(wrapped!).includes(secret)).toBe(false)
    expect(Buffer.from(wrapped!).includes(Buffer.from(spki.slice(-32)))).toBe(false)
  }
  const [seal, tsa] = ['seal', 'tsa'].map((purpose) => rows.find((row) => row.purpose === purpose)!)
  await house.db.updateTable('authorityKey').set({ wrapped: tsa!.wrapped }).where('id', '=', seal!.id).execute()
  expect((await openKeyStore(house.folder, house.db)).isLocked()).toBe(true)
}, 30_000)

test('under a passphrase, a new start is locked until it is typed', async () => {
  await using house = await stage({ keyProtection: { passphrase: 'correct horse battery' } })
  expect(house.keys.isLocked()).toBe(false)
  const keys = await openKeyStore(house.folder, house.db)
  expect([keys.isLocked(), keys.needsPassphrase()]).toEqual([true, true])
  const tools = { db: house.db, keys }
  expect(unlockAuthority(tools, ANN, 'wrong')).rejects.toMatchObject({ reason: 'authority.passphrase-wrong' })
  await unlockAuthority(tools, ANN, 'correct horse battery')
  expect(keys.isLocked()).toBe(false)
  expect((await keys.signerFor('seal')).algorithm).toBe('ecdsa-p256')
  expect((await house.db.selectFrom('auditLeaf').select('type').orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow()).type).toBe(
    'authority.unlocked',
  )
}, 30_000)

test('there is one authority: a second is refused and changes nothing', async () => {
  await using house = await stage()
  expect(createAuthority(house.tools, ANN, PLAN)).rejects.toMatchObject({ reason: 'authority.exists' })
  expect((await house.db.selectFrom('certificate').selectAll().execute()).length).toBe(5)
}, 30_000)

test("a signer's certificate is trusted, proven not revoked, and kept; a revocation is told at once", async () => {
  await using house = await stage()
  const authority = await openAuthority(house.tools)
  const serial = hex(newSerial())
  const issued = await authority.issueSignerCertificate(house.db, { ...signerRequest, serial, email: 'marie@example.org', act: ANN })
  expect(issued.serial).toBe(serial)
  expect((await house.db.selectFrom('certificate').selectAll().where('serial', '=', serial).executeTakeFirstOrThrow()).recipientId).toBe(
    'rec_1',
  )
  const { root, issuing } = authority.certificates()
  const path = async () =>
    validatePath({
      certificate: issued.certificate,
      intermediates: [issuing],
      roots: [root],
      at: NOON,
      purpose: 'signer',
      revocationLists: await authority.revocationLists(NOON),
      ocspResponses: [(await authority.ocspFor(issued.certificate, NOON))!],
    })
  expect((await path()).indication).toBe('passed')
  const ocsp = readOcspResponse((await authority.ocspFor(issued.certificate, later(NOON, YEAR - DAY)))!)
  expect(ocsp.answers[0]!.nextUpdate! <= readCertificate(issued.certificate).notAfter).toBe(true)
  await revokeCertificate({ ...house.tools, config: CONFIG }, ANN, serial, 'superseded')
  expect(await path()).toMatchObject({ indication: 'failed', subIndication: 'REVOKED' })
  expect(revokeCertificate({ ...house.tools, config: CONFIG }, ANN, serial, 'superseded')).rejects.toMatchObject({
    reason: 'certificate.not-revocable',
  })
}, 30_000)

test("issues inside the caller's transaction too; undone with it", async () => {
  await using house = await stage()
  const authority = await openAuthority(house.tools)
  const serial = hex(newSerial())
  const work = house.db.transaction().execute(async (tx) => {
    await authority.issueSignerCertificate(tx, { ...signerRequest, serial })
    throw new Error('undone')
  })
  expect(work).rejects.toThrow('undone')
  await work.catch(() => {})
  expect(await house.db.selectFrom('certificate').select('id').where('serial', '=', serial).executeTakeFirst()).toBeUndefined()
}, 30_000)

test('lists are numbered and made anew each day', async () => {
  await using house = await stage()
  const authority = await openAuthority(house.tools)
  expect((await currentRevocationList(house.db, 'issuing'))?.number).toBe(1)
  expect(await areRevocationListsDue(house.tools, later(NOON, DAY - 1000))).toBe(false)
  expect(await areRevocationListsDue(house.tools, later(NOON, DAY))).toBe(true)
  await renewRevocationLists(house.tools, { ...ANN, at: later(NOON, DAY) })
  expect((await currentRevocationList(house.db, 'root'))?.number).toBe(2)
  await authority.revocationLists(later(NOON, 3 * DAY))
  expect((await currentRevocationList(house.db, 'root'))?.number).toBe(3)
}, 30_000)

test('time stamps prove their time', async () => {
  await using house = await stage()
  const authority = await openAuthority(house.tools)
  const imprint = randomBytes(32)
  const token = await authority.timeStamp(imprint, NOON)
  const check = await verifyTimeStampToken(token, async () => imprint)
  expect(check).toMatchObject({ sound: true, at: NOON })
  const { root, issuing } = authority.certificates()
  const path = await validatePath({
    certificate: check.certificate!.der,
    intermediates: [issuing],
    roots: [root],
    at: NOON,
    purpose: 'tsa',
    requireRevocation: false,
  })
  expect(path.indication).toBe('passed')
}, 30_000)

test('the audit key signs checkpoints', async () => {
  await using house = await stage()
  const key = house.keys.checkpointKey()
  const { note } = await checkpoint(house.db, NOON, 'sign.example.org', key)
  expect(verifySync(note, key.publicKey)).toBe(true)
}, 30_000)

test('OCSP vouches for what we issued alone', async () => {
  await using house = await stage()
  const { seal, issuing } = (await openAuthority(house.tools)).certificates()
  expect([...(await answerOcsp(house.tools, new Uint8Array(4), NOON))]).toEqual([0x30, 3, 0x0a, 1, 1])
  const id = await certificateIdOf(readCertificate(seal), readCertificate(issuing))
  expect(id.serialHex).toBe(readCertificate(seal).serialHex)
}, 30_000)
