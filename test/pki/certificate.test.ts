import { expect, test } from 'bun:test'
import { instant, later, YEAR } from '../../src/base/instant.ts'
import { fingerprintOf, fromPem, issueCertificate, newSerial, readCertificate, toPem } from '../../src/pki/certificate.ts'
import { DerFault } from '../../src/pki/der-reader.ts'
import { ephemeralSigner } from '../../src/pki/key.ts'
import { OID } from '../../src/pki/oid.ts'
import { declareAuthority, openssl, START } from './declared-authority.ts'

for (const algorithm of ['ecdsa-p256', 'rsa-3072'] as const)
  test(`openssl builds and verifies the chain of ${algorithm}, also strictly`, async () => {
    const { root, issuing, signer, tsa } = await declareAuthority(algorithm)
    using tool = openssl()
    tool.pem('root.pem', root.certificate)
    tool.pem('issuing.pem', issuing.certificate)
    const verify = (file: string, ...more: string[]) =>
      tool.run(
        'verify',
        '-x509_strict',
        '-attime',
        String(Date.parse(START) / 1000 + 60),
        '-CAfile',
        'root.pem',
        '-untrusted',
        'issuing.pem',
        ...more,
        file,
      )
    expect(verify(tool.pem('signer.pem', signer.certificate), '-purpose', 'smimesign')).toContain('signer.pem: OK')
    expect(verify(tool.pem('tsa.pem', tsa.certificate), '-purpose', 'timestampsign')).toContain('OK')
    const text = tool.run('x509', '-in', 'signer.pem', '-noout', '-text', '-nameopt', 'utf8')
    expect(text).toContain('O=Dupont, Sœurs + Cie, CN=Marie Dupont')
    expect(text).toContain('X509v3 Key Usage: critical')
    expect(text).toContain('email:marie@example.org')
    expect(text).toContain('URI:http://example.org/pki/crl/issuing.crl')
  })

test('reads back what it wrote', async () => {
  const { root, issuing, signer } = await declareAuthority()
  const read = readCertificate(signer.certificate)
  expect(read.subject).toEqual({ commonName: 'Marie Dupont', organization: 'Dupont, Sœurs + Cie' })
  expect(read.issuer.commonName).toBe('Test Issuing CA')
  expect([read.notBefore, read.notAfter]).toEqual([START, later(START, 10 * YEAR)])
  expect(read.keyUsage).toEqual(['digitalSignature', 'nonRepudiation'])
  expect(read.extendedKeyUsage).toEqual({ critical: false, purposes: [OID.documentSigning, OID.emailProtection] })
  expect(read.akid).toEqual(readCertificate(issuing.certificate).skid)
  expect(read).toMatchObject({
    isCa: false,
    email: 'marie@example.org',
    unknownCritical: [],
    crlUrls: ['http://example.org/pki/crl/issuing.crl'],
    ocspUrls: ['http://example.org/pki/ocsp'],
  })
  expect(readCertificate(issuing.certificate)).toMatchObject({ isCa: true, pathLength: 0, keyUsage: ['keyCertSign', 'cRLSign'] })
  expect(readCertificate(root.certificate)).toMatchObject({ isCa: true, pathLength: 1 })
  expect(fromPem(toPem(signer.certificate) + toPem(root.certificate))).toEqual([signer.certificate, root.certificate])
  expect(await fingerprintOf(root.certificate)).toMatch(/^[0-9a-f]{64}$/)
})

test('a serial always has 20 bytes and a top bit of 0', () => {
  for (let round = 0; round < 500; round++) {
    const serial = newSerial()
    expect(serial.length).toBe(20)
    expect(serial[0]! & 0xc0).toBe(0x40)
  }
})

test('a name is cut at the bound of the standard and cannot smuggle an attribute', async () => {
  const { signer, spki } = await ephemeralSigner('ecdsa-p256')
  const subject = { commonName: `${'é'.repeat(70)}, CN=Somebody else`, organization: 'A,O=B', country: 'France' }
  const der = await issueCertificate(
    { profile: 'root', subject, spki, serial: newSerial(), notBefore: START, notAfter: instant('2060-01-01T00:00:00Z') },
    signer,
  )
  expect(readCertificate(der).subject).toEqual({ commonName: 'é'.repeat(64), organization: 'A,O=B' })
  expect(readCertificate(der).notAfter).toBe(instant('2060-01-01T00:00:00Z'))
})

test('refuses what is no certificate, at every length', async () => {
  const { signer } = await declareAuthority()
  for (let length = 0; length < signer.certificate.length; length++)
    expect(() => readCertificate(signer.certificate.subarray(0, length))).toThrow(DerFault)
  expect(() => readCertificate(new Uint8Array([...signer.certificate, 0]))).toThrow(DerFault)
  for (let at = 0; at < signer.certificate.length; at++) {
    const changed = signer.certificate.slice()
    changed[at]! ^= 0xff
    try {
      readCertificate(changed)
    } catch (error) {
      expect(error).toBeInstanceOf(DerFault)
    }
  }
})
