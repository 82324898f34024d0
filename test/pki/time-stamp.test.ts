import { expect, test } from 'bun:test'
import { utf8 } from '../../src/base/bytes.ts'
import { later, SECOND } from '../../src/base/instant.ts'
import { digestWith, sha256 } from '../../src/pki/algorithm.ts'
import { newSerial } from '../../src/pki/certificate.ts'
import { makeTimeStampToken, verifyTimeStampToken } from '../../src/pki/time-stamp.ts'
import { answerTimeStampRequest } from '../../src/pki/time-stamp-protocol.ts'
import { declareAuthority, openssl, START } from './declared-authority.ts'

const POLICY = '1.3.6.1.4.1.55555.1'
const CONTENT = utf8('stamped')

for (const algorithm of ['ecdsa-p256', 'rsa-3072'] as const)
  test(`openssl asks, is answered and verifies, ${algorithm}`, async () => {
    const { root, issuing, tsa } = await declareAuthority(algorithm)
    const responder = {
      at: later(START, 3 * SECOND),
      serial: newSerial(),
      policy: POLICY,
      certificate: tsa.certificate,
      chain: [issuing.certificate],
      signer: tsa.signer,
    }
    using tool = openssl()
    tool.pem('root.pem', root.certificate)
    tool.pem('issuing.pem', issuing.certificate)
    tool.file('content', CONTENT)
    const ask = async (...words: string[]) => {
      const output = `${Math.random()}`
      tool.run('ts', '-query', '-data', 'content', '-out', `${output}.q`, ...words)
      const request = new Uint8Array(Buffer.from(tool.run('base64', '-in', `${output}.q`), 'base64'))
      return { request: `${output}.q`, answer: tool.file(`${output}.r`, await answerTimeStampRequest(request, responder)) }
    }
    const verify = ({ request, answer }: { request: string; answer: string }) =>
      tool.run(
        'ts',
        '-verify',
        '-queryfile',
        request,
        '-in',
        answer,
        '-CAfile',
        'root.pem',
        '-untrusted',
        'issuing.pem',
        '-attime',
        String(Date.parse(START) / 1000 + 60),
      )
    expect(verify(await ask('-sha256', '-cert'))).toContain('Verification: OK')
    expect(verify(await ask('-sha512', '-cert', '-no_nonce'))).toContain('Verification: OK')
    const text = (answer: string) => tool.run('ts', '-reply', '-in', answer, '-text')
    expect(text((await ask('-sha256')).answer)).toContain('Status: Granted')
    expect(text((await ask('-sha1')).answer)).toContain('badAlg')
    expect(text((await ask('-sha256', '-tspolicy', '1.2.3')).answer)).toContain('unacceptedPolicy')
  })

test('rubbish is answered, not thrown', async () => {
  const { tsa } = await declareAuthority()
  using tool = openssl()
  const answer = await answerTimeStampRequest(utf8('GET / HTTP/1.1'), {
    at: START,
    serial: newSerial(),
    policy: POLICY,
    certificate: tsa.certificate,
    chain: [],
    signer: tsa.signer,
  })
  expect(tool.run('ts', '-reply', '-in', tool.file('r', answer), '-text')).toContain('badDataFormat')
})

test('a token by a certificate for something else, or outside its life, proves nothing', async () => {
  const { signer, below } = await declareAuthority()
  const expired = await below('tsa', { commonName: 'Old' }, { until: later(START, SECOND) })
  const stamp = async ({ certificate, signer: key }: typeof signer) =>
    verifyTimeStampToken(
      await makeTimeStampToken({
        imprint: await sha256(CONTENT),
        at: later(START, 5 * SECOND),
        serial: newSerial(),
        policy: POLICY,
        certificate,
        chain: [],
        signer: key,
      }),
      (algorithm) => digestWith(algorithm, CONTENT),
    )
  expect((await stamp(signer)).faults).toEqual(['purpose-wrong'])
  expect((await stamp(expired)).faults).toEqual(['outside-validity'])
  expect((await verifyTimeStampToken(utf8('nonsense'), () => sha256(CONTENT))).faults).toEqual(['malformed'])
})
