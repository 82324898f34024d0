import { createHmac, pbkdf2Sync } from 'node:crypto'
import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { findCertificate } from '../../src/authority/certificate-list.ts'
import { listHouse, readHouseCertificates } from '../../src/authority/certificates.ts'
import { certificateLives } from '../../src/authority/lives.ts'
import { adoptSeal, discardSeal, layDownSeal, sealsOf, uploadSeal } from '../../src/authority/own-seal.ts'
import { openPkcs12 } from '../../src/authority/pkcs12.ts'
import { renewDueCertificates } from '../../src/authority/renewal.ts'
import { revokeCertificate } from '../../src/authority/revoking.ts'
import { readSealFile } from '../../src/authority/seal-file.ts'
import { destroySpentKeys } from '../../src/authority/tending.ts'
import { type Bytes, concat, randomBytes, utf8 } from '../../src/base/bytes.ts'
import { DAY, instant, later, MINUTE } from '../../src/base/instant.ts'
import { findEnvelope, listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { fromPem, toPem } from '../../src/pki/certificate.ts'
import { readCms } from '../../src/pki/cms.ts'
import { integer, octets, oid, sequence, tlv } from '../../src/pki/der.ts'
import { Der } from '../../src/pki/der-reader.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { readObject } from '../../src/store/object.ts'
import { ownRoots } from '../../src/verification/uploaded.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { pdfsig } from '../support/pdfsig.ts'
import { FILE_PASSWORD, openSealFiles, type SealRequest } from '../support/seal-files.ts'
import { ann, draftFor, send, sign } from '../support/signing.ts'

const now = () => instant(Date.now())
const act = (at = now()) => systemAct(at)

/** The same content under the MAC of RFC 9579, by another implementation of it. */
function withPbmac1(pfx: Bytes): Bytes {
  const [version, content] = Der.read(pfx).children
  const inner = content!.fields()
  inner.take()
  const authenticated = inner.take(0xa0).only().octets()
  const salt = randomBytes(16)
  const key = pbkdf2Sync(FILE_PASSWORD, salt, 2_048, 32, 'sha256')
  const hmac = sequence(oid('1.2.840.113549.2.9'), tlv(0x05))
  const derivation = sequence(oid('1.2.840.113549.1.5.12'), sequence(octets(salt), integer(2_048), integer(32), hmac))
  const algorithm = sequence(oid('1.2.840.113549.1.5.14'), sequence(derivation, hmac))
  const mac = createHmac('sha256', key).update(authenticated).digest()
  return sequence(version!.bytes, content!.bytes, sequence(sequence(algorithm, octets(mac)), octets(utf8('unused'))))
}

/** With open lengths and octet strings in pieces, as some tools write them (ITU-T X.690 §8.1.3.6). */
function inPieces(der: Uint8Array, depth = 0): Bytes {
  const value = Der.read(der)
  const open = (tag: number, parts: readonly Uint8Array[]): Bytes => concat([Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0)])
  if (value.tag === 0x04 && value.content.length > 100) {
    const half = value.content.length >> 1
    return open(0x24, [octets(value.content.subarray(0, half)), octets(value.content.subarray(half))])
  }
  return value.tag & 0x20 && depth < 4
    ? open(
        value.tag,
        value.children.map((part) => inPieces(part.bytes, depth + 1)),
      )
    : value.bytes
}

test('every form of file is opened with its password and with no other; the key and all certificates are in it', async () => {
  using files = openSealFiles()
  const { key, chain } = files.issue()
  const [expected] = fromPem(key, 'PRIVATE KEY')
  const modern = files.pkcs12()
  const forms: Record<string, Bytes> = {
    modern,
    legacy: files.pkcs12('-legacy'),
    'aes-128, sha-512': files.pkcs12('-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512'),
    'rc2-128': files.pkcs12('-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-3DES'),
    '3des': files.pkcs12('-legacy', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES'),
    'certificates in the clear': files.pkcs12('-certpbe', 'NONE'),
    pbmac1: withPbmac1(modern),
    'in pieces': inPieces(modern),
  }
  for (const [name, file] of Object.entries(forms)) {
    const read = await readSealFile(file, FILE_PASSWORD, null)
    expect([name, toPem(read.key)]).toEqual([name, toPem(expected!)])
    expect([name, read.certificates.map((der) => toPem(der)).sort()]).toEqual([
      name,
      fromPem(chain)
        .map((der) => toPem(der))
        .sort(),
    ])
    for (const wrong of ['', 'guess', `${FILE_PASSWORD} `]) {
      expect(await openPkcs12(file, wrong)).toBeNull()
      await expect(readSealFile(file, wrong, null)).rejects.toMatchObject({ reason: 'own-seal.password-wrong' })
    }
    // One bit of it, anywhere: refused, and nothing else.
    for (let at = 0; at < file.length; at += 61) {
      const broken = Uint8Array.from(file)
      broken[at]! ^= 1
      await readSealFile(broken, FILE_PASSWORD, null).then(
        () => undefined,
        (error: { reason?: string }) => expect(error.reason).toStartWith('own-seal.'),
      )
    }
  }
  const pem = await readSealFile(utf8(key + chain), '', null)
  expect([toPem(pem.key), pem.certificates.length]).toEqual([toPem(expected!), 3])
  const encrypted = utf8(files.encryptedKey() + chain)
  expect(toPem((await readSealFile(encrypted, FILE_PASSWORD, null)).key)).toBe(toPem(expected!))
  await expect(readSealFile(encrypted, 'guess', null)).rejects.toMatchObject({ reason: 'own-seal.password-wrong' })
  // A bare key, its certificates beside it; RSA in its own form.
  const beside = await readSealFile(utf8(key), '', files.pki.pkcs7(chain))
  expect(beside.certificates).toHaveLength(3)
  files.pki.tool.run('rsa', '-in', 'seal.key', '-traditional', '-out', 'rsa.key')
  expect(toPem((await readSealFile(utf8(files.text('rsa.key') + chain), '', null)).key)).toBe(toPem(expected!))
  files.pki.tool.run('rsa', '-in', 'seal.key', '-traditional', '-aes128', '-passout', 'pass:x', '-out', 'old.key')
  await expect(readSealFile(utf8(files.text('old.key') + chain), 'x', null)).rejects.toMatchObject({ reason: 'own-seal.key-old-pem' })
  files.issue({ key: 'p-256' })
  files.pki.tool.run('ec', '-in', 'seal.key', '-out', 'ec.key')
  expect((await readSealFile(utf8(files.text('ec.key') + chain), '', null)).key.length).toBeGreaterThan(60)
}, 120_000)

test('what is not fit to seal is refused by its reason, and nothing of it is kept', async () => {
  using files = openSealFiles()
  await using test = await openTestHouse({ authority: true, realTime: true })
  const { house } = test
  const keysBefore = await house.db.selectFrom('authorityKey').select('id').execute()
  const refused = async (
    why: string,
    file: Uint8Array | string,
    { more = null as string | null, at = now(), password = FILE_PASSWORD } = {},
  ) => {
    const upload = {
      file: typeof file === 'string' ? utf8(file) : Uint8Array.from(file),
      password,
      more: more === null ? null : utf8(more),
    }
    await expect(uploadSeal(house, act(at), upload)).rejects.toMatchObject({ reason: `own-seal.${why}` })
  }
  const whole = (request: SealRequest): string => {
    const { key, chain } = files.issue(request)
    return key + chain
  }
  const other = files.issue()
  const good = files.issue()
  const [own, policy, root] = fromPem(good.chain).map((der) => toPem(der)) as [string, string, string]
  await refused('unreadable', 'nothing')
  await refused('unreadable', randomBytes(500))
  await refused('password-wrong', files.pkcs12(), { password: 'guess' })
  await refused('revoked', good.key + good.chain, { more: files.list('policy', true) })
  await refused('key-missing', good.chain)
  await refused('several-keys', good.key + other.key + good.chain)
  await refused('certificate-missing', good.key)
  await refused('key-differs', other.key + good.chain)
  await refused('root-missing', good.key + own + policy)
  await refused('chain-broken', good.key + own + root)
  await refused('ended', good.key + good.chain, { at: later(now(), 731 * DAY) })
  await refused('not-yet', good.key + good.chain, { at: later(now(), -DAY) })
  await refused('is-authority', whole({ profile: 'sub' }))
  await refused('purpose', whole({ profile: 'encipherment' }))
  await refused('weak', whole({ key: 'rsa-1024' }))
  await refused('too-short', whole({ days: 100 }))
  expect((await sealsOf(house.db)).waiting).toBeNull()
  expect(await house.db.selectFrom('authorityKey').select('id').execute()).toEqual(keysBefore)
  await expect(layDownSeal(house, act())).rejects.toMatchObject({ reason: 'own-seal.not-in-use' })
  // The missing certificates may come beside it. What waits changes nothing, and its key goes with it.
  const before = (await readHouseCertificates(house.db)).current.seal.id
  await uploadSeal(house, act(), { file: utf8(good.key + own), password: '', more: utf8(policy + root) })
  const { waiting } = await sealsOf(house.db)
  expect([waiting?.name, waiting?.chain]).toEqual(['Acme Seal', ['Company policy', 'Company Root']])
  expect((await readHouseCertificates(house.db)).current.seal.id).toBe(before)
  expect(await ownRoots(house.db)).toHaveLength(1)
  await expect(adoptSeal(house, act(), 'cer_other')).rejects.toMatchObject({ reason: 'own-seal.not-waiting' })
  await discardSeal(house, act())
  expect((await sealsOf(house.db)).waiting).toBeNull()
  expect((await house.db.selectFrom('authorityKey').select('id').where('wrapped', 'is not', null).execute()).length).toBe(keysBefore.length)
}, 120_000)

async function finished(test: TestHouse, draft: { id: string }, count: number): Promise<Uint8Array> {
  const { house } = test
  for (const { id } of (await listRecipients(house.db, draft.id)).slice(-count)) {
    await sign(test, id)
    await test.drain()
  }
  expect((await findEnvelope(house.db, draft.id)).status).toBe('completed')
  const [document] = await listDocuments(house.db, draft.id)
  return readObject(house.db, (await headRevision(house.db, document!.id))!.objectDigest)
}

async function sealersOf(pdf: Uint8Array): Promise<string[]> {
  return listSignatures(await readPdf(pdf))
    .filter(({ kind }) => kind === 'certification' || kind === 'seal')
    .map(({ der }) => readCms(der).signerCertificate!.subject.commonName)
}

test.each(['rsa-3072', 'p-384'] as const)(
  'an envelope is certified and sealed with it, and genuine; what was under way keeps the seal with which it went out (%s)',
  async (key) => {
    using files = openSealFiles()
    await using test = await openTestHouse({ authority: true, realTime: true })
    const { house } = test
    const user = await ann(test)
    const { current: before } = await readHouseCertificates(house.db)
    const house0 = before.seal.subject.commonName
    const first = await draftFor(test, user)
    await send(test, user, first)
    await sign(test, (await listRecipients(house.db, first.id))[0]!.id)
    await test.drain()

    const { chain } = files.issue({ key })
    await uploadSeal(house, act(), { file: files.pkcs12('-legacy'), password: FILE_PASSWORD, more: null })
    await adoptSeal(house, act(), (await sealsOf(house.db)).waiting!.id)
    expect((await sealsOf(house.db)).used).toMatchObject({ name: 'Acme Seal', isOutside: true })
    await expect(uploadSeal(house, act(), { file: files.pkcs12(), password: FILE_PASSWORD, more: null })).rejects.toMatchObject({
      reason: 'own-seal.in-use',
    })

    // Nobody here takes back what another authority issued: sealing goes on.
    const { serialHex } = (await readHouseCertificates(house.db)).current.seal
    expect((await findCertificate(house.db, now(), serialHex)).isRevocable).toBe(false)
    await expect(revokeCertificate(house, act(), serialHex, 'superseded')).rejects.toMatchObject({ reason: 'certificate.not-revocable' })

    const old = await finished(test, first, 1)
    expect(await sealersOf(old)).toEqual([house0, house0])
    const draft = await draftFor(test, user)
    await send(test, user, draft)
    const fresh = await finished(test, draft, 2)
    expect(await sealersOf(fresh)).toEqual(['Acme Seal', 'Acme Seal'])

    const at = later(now(), MINUTE)
    const roots = await ownRoots(house.db)
    for (const pdf of [old, fresh]) {
      const report = await verifyFile(pdf, { roots, at })
      expect([report.answer, report.level, report.faults]).toEqual(['genuine', 'B-LTA', []])
    }
    const sealed = (await verifyFile(fresh, { roots, at })).signatures.find(({ kind }) => kind === 'seal')
    expect([sealed?.authority, sealed?.revocation]).toEqual(['own', 'unknown'])
    // By the house's root alone it is not the house's: the certificate itself is what is trusted.
    const alone = await verifyFile(fresh, { roots: roots.slice(0, 1), at })
    expect(['genuine', 'foreign-trusted']).not.toContain(alone.answer)
    // Nothing else that its authority issued is ours.
    expect(roots.map((der) => toPem(der))).toEqual([toPem(before.root.der), toPem(fromPem(chain)[0]!)])

    // Other readers: the chain is in the CMS, up to the company's root.
    // Poppler does not judge the document time stamp at the end.
    const judged = (await pdfsig(fresh, [files.rootPem(), toPem(before.root.der)])).slice(0, -1)
    expect(judged.map(({ validation }) => validation)).toEqual(judged.map(() => 'Signature is Valid.'))
    expect(judged.at(0)?.trust).toBe('Certificate is Trusted.')
    const cms = readCms(listSignatures(await readPdf(fresh)).find(({ kind }) => kind === 'seal')!.der)
    files.pki.tool.file('leaf.pem', toPem(cms.signerCertificate!.der))
    files.pki.tool.file('between.pem', cms.certificates.map(({ der }) => toPem(der)).join(''))
    expect(files.pki.tool.run('verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'between.pem', 'leaf.pem')).toContain('OK')

    // The worker leaves it alone and keeps the house's own; warnings come before it no longer covers a deadline.
    const ends = (await readHouseCertificates(house.db)).current.seal.notAfter
    expect((await certificateLives(house.db, now())).find(({ purpose }) => purpose === 'seal')?.warning).toBeNull()
    for (const [days, warning] of [
      [179, 90],
      [119, 30],
      [96, 7],
      [89, 0],
    ] as const)
      expect((await certificateLives(house.db, later(ends, -days * DAY))).find(({ purpose }) => purpose === 'seal')?.warning).toBe(warning)
    expect(await renewDueCertificates(house, act(later(now(), 2 * DAY)))).toEqual([])
    expect((await readHouseCertificates(house.db)).current.seal.subject.commonName).toBe('Acme Seal')

    // Back: what is under way is sealed as it was certified, then the key goes.
    const under = await draftFor(test, user)
    await send(test, user, under)
    await test.drain()
    await layDownSeal(house, act())
    await destroySpentKeys(house, act(later(now(), 3 * DAY)))
    const late = await finished(test, under, 2)
    expect(await sealersOf(late)).toEqual(['Acme Seal', 'Acme Seal'])
    const back = await draftFor(test, user)
    await send(test, user, back)
    expect(await sealersOf(await finished(test, back, 2))).toEqual([house0, house0])
    expect((await verifyFile(late, { roots: await ownRoots(house.db), at: later(now(), MINUTE) })).answer).toBe('genuine')

    // The same certificate may come again.
    await uploadSeal(house, act(), { file: files.pkcs12(), password: FILE_PASSWORD, more: null })
    await adoptSeal(house, act(), (await sealsOf(house.db)).waiting!.id)
    const again = await draftFor(test, user)
    await send(test, user, again)
    expect(await sealersOf(await finished(test, again, 2))).toEqual(['Acme Seal', 'Acme Seal'])
    await layDownSeal(house, act())
    const { keyId } = (await listHouse(house.db)).find(({ outside }) => outside)!
    expect(house.keys.hasKey(keyId)).toBe(true)
    await destroySpentKeys(house, act(later(now(), 3 * DAY)))
    expect(house.keys.hasKey(keyId)).toBe(false)
  },
  240_000,
)
