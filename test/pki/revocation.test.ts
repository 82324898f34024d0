import { expect, test } from 'bun:test'
import { DAY, HOUR, later } from '../../src/base/instant.ts'
import { readCertificate } from '../../src/pki/certificate.ts'
import {
  certificateIdOf,
  makeOcspResponse,
  makeRevocationList,
  readOcspRequest,
  readOcspResponse,
  readRevocationList,
  responderOf,
} from '../../src/pki/revocation.ts'
import { declareAuthority, openssl, START } from './declared-authority.ts'

const AT = String(Date.parse(START) / 1000 + 60)

test('openssl reads and obeys our revocation lists', async () => {
  const { root, issuing, signer, tsa } = await declareAuthority()
  const times = { number: 7, thisUpdate: START, nextUpdate: later(START, 7 * DAY) }
  const { serialHex } = readCertificate(signer.certificate)
  const rootList = await makeRevocationList({ issuer: root.certificate, ...times, revoked: [], signer: root.signer })
  const list = await makeRevocationList({
    issuer: issuing.certificate,
    ...times,
    revoked: [{ serialHex, at: START, reason: 'key-compromise' }],
    signer: issuing.signer,
  })
  using tool = openssl()
  tool.pem('root.pem', root.certificate)
  tool.pem('issuing.pem', issuing.certificate)
  tool.run('crl', '-inform', 'DER', '-in', tool.file('a.crl', rootList), '-out', 'a.pem')
  tool.run('crl', '-inform', 'DER', '-in', tool.file('b.crl', list), '-out', 'b.pem')
  expect(tool.run('crl', '-inform', 'DER', '-in', 'b.crl', '-text', '-CAfile', 'issuing.pem')).toMatch(
    /X509v3 CRL Number: \n\s+7\n[\s\S]*Key Compromise[\s\S]*verify OK/,
  )
  const verify = (file: string) =>
    tool.run(
      'verify',
      '-x509_strict',
      '-crl_check_all',
      '-CRLfile',
      'a.pem',
      '-CRLfile',
      'b.pem',
      '-attime',
      AT,
      '-CAfile',
      'root.pem',
      '-untrusted',
      'issuing.pem',
      file,
    )
  expect(verify(tool.pem('tsa.pem', tsa.certificate))).toContain('OK')
  expect(() => verify(tool.pem('signer.pem', signer.certificate))).toThrow('certificate revoked')
  expect(readRevocationList(list)).toMatchObject({
    number: 7,
    thisUpdate: START,
    unknownCritical: false,
    revoked: new Map([[serialHex, { at: START, reason: 1 }]]),
  })
})

test('openssl asks, and believes our answers', async () => {
  const { root, issuing, signer, tsa, ocsp } = await declareAuthority()
  using tool = openssl()
  tool.pem('root.pem', root.certificate)
  tool.pem('issuing.pem', issuing.certificate)
  tool.pem('signer.pem', signer.certificate)
  tool.pem('tsa.pem', tsa.certificate)
  tool.run('ocsp', '-issuer', 'issuing.pem', '-cert', 'signer.pem', '-cert', 'tsa.pem', '-reqout', 'request')
  const { ids, nonce } = readOcspRequest(new Uint8Array(Buffer.from(tool.run('base64', '-in', 'request'), 'base64')))
  expect(ids.map(({ serialHex }) => serialHex)).toEqual([signer, tsa].map(({ certificate }) => readCertificate(certificate).serialHex))
  expect(ids[0]).toEqual(await certificateIdOf(readCertificate(signer.certificate), readCertificate(issuing.certificate)))
  const now = { producedAt: START, thisUpdate: START, nextUpdate: later(START, HOUR), responder: ocsp.certificate, signer: ocsp.signer }
  const response = await makeOcspResponse({
    ...now,
    answers: [
      { id: ids[0]!, status: { kind: 'good' } },
      { id: ids[1]!, status: { kind: 'revoked', at: START, reason: 'superseded' } },
    ],
    ...(nonce ? { nonce } : {}),
  })
  tool.file('response', response)
  const said = tool.run(
    'ocsp',
    '-issuer',
    'issuing.pem',
    '-cert',
    'signer.pem',
    '-cert',
    'tsa.pem',
    '-respin',
    'response',
    '-reqin',
    'request',
    '-CAfile',
    'root.pem',
    '-verify_other',
    'issuing.pem',
    '-no_nonce',
    '-attime',
    AT,
    '-validity_period',
    '999999999',
  )
  expect(said).toContain('Response verify OK')
  expect(said).toContain('signer.pem: good')
  expect(said).toContain('tsa.pem: revoked')
  const read = readOcspResponse(response)
  expect(read.answers.map(({ status }) => status.kind)).toEqual(['good', 'revoked'])
  expect((await responderOf(read, readCertificate(issuing.certificate)))?.der).toEqual(ocsp.certificate)
  expect(await responderOf(read, readCertificate(root.certificate))).toBeNull()
})

test('a response by a certificate that was not made for it proves nothing', async () => {
  const { issuing, signer } = await declareAuthority()
  const id = await certificateIdOf(readCertificate(signer.certificate), readCertificate(issuing.certificate))
  const forged = await makeOcspResponse({
    answers: [{ id, status: { kind: 'good' } }],
    producedAt: START,
    thisUpdate: START,
    nextUpdate: later(START, HOUR),
    responder: signer.certificate,
    signer: signer.signer,
  })
  expect(await responderOf(readOcspResponse(forged), readCertificate(issuing.certificate))).toBeNull()
})
