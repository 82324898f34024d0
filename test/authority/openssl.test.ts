import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { readConfig } from '../../src/config/config.ts'
import { currentRevocationList } from '../../src/authority/revocation-lists.ts'
import { revokeCertificate } from '../../src/authority/revoking.ts'
import { systemAct } from '../../src/audit/act.ts'
import { concat, hex } from '../../src/base/bytes.ts'
import { DAY, later, YEAR } from '../../src/base/instant.ts'
import { readPdf } from '../../src/pdf/read.ts'
import { listSignatures } from '../../src/pdf/signatures.ts'
import { issueCertificate, newSerial, toPem } from '../../src/pki/certificate.ts'
import { ephemeralSigner } from '../../src/pki/key.ts'
import { prepareAndCertify } from '../../src/seal/certifying.ts'
import { readObject } from '../../src/store/object.ts'
import { openssl } from '../pki/declared-authority.ts'
import { fieldsOf, now, openTestSeal, preparation } from '../seal/installation.ts'

const CONTRACT = new Uint8Array(await Bun.file(join(import.meta.dir, '../../static/sample/contract.en.pdf')).arrayBuffer())
const SIGNERS = [{ name: 'S1', title: 'Claire Martin' }]

/** What an auditor has: root, issuing authority, both lists, and openssl. */
test('openssl alone trusts what is right, and refuses what is not: eight ways', async () => {
  await using seal = await openTestSeal()
  using tool = openssl()
  const { tools, authority, keys } = seal
  const { root, issuing, seal: own } = authority.certificates()
  const list = async (name: string) => (await currentRevocationList(tools.db, name))!.der
  tool.pem('root.pem', root)
  tool.pem('ca.pem', issuing)
  tool.pem('seal.pem', own)
  const writeLists = async () => tool.file('crls.pem', toPem(await list('root'), 'X509 CRL') + toPem(await list('issuing'), 'X509 CRL'))
  await writeLists()
  const at = String(Math.floor(Date.now() / 1000) + 60)
  const verify = (certificate: string, { time = at, rootFile = 'root.pem', lists = 'crls.pem', untrusted = 'ca.pem' } = {}) =>
    tool.run(
      'verify',
      '-x509_strict',
      '-attime',
      time,
      '-CAfile',
      rootFile,
      '-untrusted',
      untrusted,
      '-crl_check_all',
      '-CRLfile',
      lists,
      certificate,
    )
  expect(verify('seal.pem')).toContain('OK')

  // 1. Another root of the same name.
  const stranger = await ephemeralSigner('ecdsa-p256')
  const forged = await issueCertificate(
    {
      profile: 'root',
      subject: { commonName: 'Atelier Nord Root', organization: 'Atelier Nord SAS', country: 'FR' },
      spki: stranger.spki,
      serial: newSerial(),
      notBefore: later(now(), -DAY),
      notAfter: later(now(), YEAR),
    },
    stranger.signer,
  )
  tool.pem('wrong.pem', forged)
  expect(() => verify('seal.pem', { rootFile: 'wrong.pem' })).toThrow()
  // 2. Ended.
  expect(() => verify('seal.pem', { time: String(Math.floor(Date.parse(later(now(), 16 * YEAR)) / 1000)) })).toThrow('expired')
  // 3. A stale list.
  expect(() => verify('seal.pem', { time: String(Math.floor(Date.parse(later(now(), 8 * DAY)) / 1000)) })).toThrow('CRL has expired')
  // 4. An edited list.
  const edited = (await list('issuing')).slice()
  edited[edited.length - 60]! ^= 1
  tool.file('edited.pem', toPem(await list('root'), 'X509 CRL') + toPem(edited, 'X509 CRL'))
  expect(() => verify('seal.pem', { lists: 'edited.pem' })).toThrow(/CRL signature failure|unable to get certificate CRL|asn1/i)
  // 5. Revoked: the new list is there at once.
  const issued = await authority.issueSignerCertificate(tools.db, {
    subject: { commonName: 'Claire Martin' },
    notAfter: later(now(), YEAR),
    recipientId: 'r',
    serial: hex(newSerial()),
  })
  tool.pem('signer.pem', issued.certificate)
  expect(verify('signer.pem')).toContain('OK')
  await revokeCertificate({ db: tools.db, keys, config: readConfig({}) }, systemAct(now()), issued.serial, 'superseded')
  await writeLists()
  expect(() => verify('signer.pem')).toThrow('certificate revoked')
  expect(verify('seal.pem')).toContain('OK')
  // 6. An authority below the issuing one, which may have none.
  const below = await ephemeralSigner('ecdsa-p256')
  const sub = await issueCertificate(
    {
      profile: 'issuing',
      subject: { commonName: 'Below' },
      spki: below.spki,
      serial: newSerial(),
      notBefore: later(now(), -DAY),
      notAfter: later(now(), YEAR),
      issuer: { certificate: issuing },
    },
    await keys.signerFor('issuing'),
  )
  const leaf = {
    profile: 'signer' as const,
    subject: { commonName: 'Leaf' },
    spki: below.spki,
    notBefore: later(now(), -DAY),
    notAfter: later(now(), YEAR),
  }
  const underSub = await issueCertificate({ ...leaf, serial: newSerial(), issuer: { certificate: sub } }, below.signer)
  tool.pem('chain.pem', sub, issuing)
  const verifyPlain = (certificate: string) =>
    tool.run('verify', '-x509_strict', '-attime', at, '-CAfile', 'root.pem', '-untrusted', 'chain.pem', certificate)
  tool.pem('under-sub.pem', underSub)
  expect(() => verifyPlain('under-sub.pem')).toThrow('path length constraint exceeded')
  // 7. A seal that issues: its key may sign documents, not certificates.
  const underSeal = await issueCertificate({ ...leaf, serial: newSerial(), issuer: { certificate: own } }, await keys.signerFor('seal'))
  tool.pem('chain.pem', own, issuing)
  tool.pem('under-seal.pem', underSeal)
  expect(() => verifyPlain('under-seal.pem')).toThrow(/invalid CA certificate|key ?usage/i)

  // 8. The company's signature in a file, and the file edited.
  const [, certified] = await prepareAndCertify(tools, now(), preparation(CONTRACT, SIGNERS, fieldsOf('S1', 60, 1)), 2)
  const pdf = await readObject(tools.db, certified.object.digest)
  const [signature] = listSignatures(await readPdf(pdf))
  const [from, length, again, rest] = signature!.byteRange!
  const covered = concat([pdf.subarray(from, from + length), pdf.subarray(again, again + rest)])
  tool.file('sig.der', signature!.der)
  tool.file('ranges.bin', covered)
  const cms = () =>
    tool.run(
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      'sig.der',
      '-content',
      'ranges.bin',
      '-CAfile',
      'root.pem',
      '-purpose',
      'any',
      '-attime',
      at,
      '-out',
      'out.bin',
    )
  expect(cms()).toContain('successful')
  covered[2_000]! ^= 1
  tool.file('ranges.bin', covered)
  expect(cms).toThrow()
}, 60_000)
