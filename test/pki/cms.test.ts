import 'reflect-metadata'
import { expect, test } from 'bun:test'
import * as pkijs from 'pkijs'
import { utf8 } from '../../src/base/bytes.ts'
import { digestWith, sha256 } from '../../src/pki/algorithm.ts'
import { readCms, signCms, verifyCms } from '../../src/pki/cms.ts'
import { DerFault } from '../../src/pki/der-reader.ts'
import { makeTimeStampToken, verifyTimeStampToken } from '../../src/pki/time-stamp.ts'
import { newSerial } from '../../src/pki/certificate.ts'
import { declareAuthority, openssl, START } from './declared-authority.ts'

const CONTENT = utf8('the byte ranges of a revision')

async function signed(algorithm: 'ecdsa-p256' | 'rsa-3072' = 'ecdsa-p256') {
  const authority = await declareAuthority(algorithm)
  const { root, issuing, signer, tsa } = authority
  const cms = await signCms({
    digest: await sha256(CONTENT),
    certificate: signer.certificate,
    chain: [issuing.certificate, root.certificate],
    signer: signer.signer,
    timeStamp: async (value) =>
      makeTimeStampToken({
        imprint: await sha256(value),
        at: START,
        serial: newSerial(),
        policy: '1.3.6.1.4.1.55555.1',
        certificate: tsa.certificate,
        chain: [issuing.certificate],
        signer: tsa.signer,
      }),
  })
  return { ...authority, cms }
}

for (const algorithm of ['ecdsa-p256', 'rsa-3072'] as const)
  test(`openssl and pkijs verify our CMS with ${algorithm}; a changed content is refused`, async () => {
    const { root, cms } = await signed(algorithm)
    using tool = openssl()
    tool.pem('root.pem', root.certificate)
    tool.file('cms.der', cms)
    const verify = (file: string) =>
      tool.run(
        'cms',
        '-verify',
        '-binary',
        '-cades',
        '-inform',
        'DER',
        '-in',
        'cms.der',
        '-content',
        file,
        '-CAfile',
        'root.pem',
        '-purpose',
        'smimesign',
        '-attime',
        String(Date.parse(START) / 1000 + 60),
        '-out',
        'out',
      )
    expect(verify(tool.file('content', CONTENT))).toContain('successful')
    expect(() => verify(tool.file('other', utf8('something else')))).toThrow()

    const theirs = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(cms).content })
    expect(await theirs.verify({ signer: 0, data: CONTENT.slice().buffer, checkChain: false })).toBe(true)
  })

test('our own reader and check agree', async () => {
  const { cms, signer } = await signed()
  const padded = new Uint8Array(cms.length + 500)
  padded.set(cms)
  const read = readCms(padded)
  expect(read.faults).toEqual([])
  expect(read.content).toBeNull()
  expect(read.der).toEqual(cms)
  expect(read.signerCertificate?.der).toEqual(signer.certificate)
  expect(await verifyCms(read, (algorithm) => digestWith(algorithm, CONTENT))).toEqual({ intact: true, signature: 'valid', faults: [] })
  expect((await verifyCms(read, (algorithm) => digestWith(algorithm, utf8('x')))).intact).toBe(false)
  expect(await verifyTimeStampToken(read.timeStampToken!, (algorithm) => digestWith(algorithm, read.signatureValue))).toMatchObject({
    sound: true,
    at: START,
    faults: [],
  })
  expect((await verifyTimeStampToken(read.timeStampToken!, (algorithm) => digestWith(algorithm, CONTENT))).faults).toContain(
    'imprint-differs',
  )
})

test('a flipped bit anywhere in the signed parts is told, and nothing throws but a DerFault', async () => {
  const { cms } = await signed()
  const { signedAttributes, signatureValue } = readCms(cms)
  const start = Buffer.from(cms).indexOf(Buffer.from(signedAttributes.subarray(1)))
  const end = Buffer.from(cms).indexOf(Buffer.from(signatureValue)) + signatureValue.length
  expect(start).toBeGreaterThan(0)
  for (let at = start; at < end; at += 3) {
    const changed = cms.slice()
    changed[at]! ^= 1
    try {
      const read = readCms(changed)
      const check = await verifyCms(read, (algorithm) => digestWith(algorithm, CONTENT))
      expect(check.signature === 'valid' && check.intact && !check.faults.length).toBe(false)
    } catch (error) {
      expect(error).toBeInstanceOf(DerFault)
    }
  }
})

test('bytes behind the value that are not zero are a fault; a length that is not definite cannot be read', async () => {
  const { cms } = await signed()
  expect(readCms(new Uint8Array([...cms, 0, 0, 7])).faults).toEqual(['padding-not-zero'])
  const indefinite = cms.slice()
  indefinite[1] = 0x80
  expect(() => readCms(indefinite)).toThrow(DerFault)
})

test('a certificate that another name claims is not taken for the signer', async () => {
  const { cms, signer, below } = await signed()
  const other = await below('signer', { commonName: 'Somebody else' })
  const swapped = await signCms({ digest: await sha256(CONTENT), certificate: other.certificate, chain: [], signer: signer.signer })
  expect((await verifyCms(readCms(swapped), (algorithm) => digestWith(algorithm, CONTENT))).signature).toBe('invalid')
  expect(readCms(cms).faults).toEqual([])
})
