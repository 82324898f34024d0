import { expect, test } from 'bun:test'
import { DAY, later, SECOND, YEAR } from '../../src/base/instant.ts'
import { issueCertificate, newSerial, readCertificate } from '../../src/pki/certificate.ts'
import { ephemeralSigner } from '../../src/pki/key.ts'
import { type PathRequest, validatePath } from '../../src/pki/path.ts'
import { certificateIdOf, makeOcspResponse, makeRevocationList } from '../../src/pki/revocation.ts'
import { declareAuthority, START } from './declared-authority.ts'

async function stage() {
  const authority = await declareAuthority()
  const { root, issuing, signer, ocsp } = authority
  const times = { number: 1, thisUpdate: START, nextUpdate: later(START, 7 * DAY) }
  const list = await makeRevocationList({ issuer: root.certificate, ...times, revoked: [], signer: root.signer })
  const answer = async (status: 'good' | 'revoked', at = START) =>
    makeOcspResponse({
      answers: [
        {
          id: await certificateIdOf(readCertificate(signer.certificate), readCertificate(issuing.certificate)),
          status: status === 'good' ? { kind: 'good' } : { kind: 'revoked', at, reason: 'superseded' },
        },
      ],
      producedAt: START,
      thisUpdate: START,
      nextUpdate: later(START, DAY),
      responder: ocsp.certificate,
      signer: ocsp.signer,
    })
  const request: PathRequest = {
    certificate: signer.certificate,
    intermediates: [issuing.certificate],
    roots: [root.certificate],
    at: later(START, SECOND),
    purpose: 'signer',
    revocationLists: [list],
    ocspResponses: [await answer('good')],
  }
  return { ...authority, request, answer }
}

const told = async (request: PathRequest) => {
  const { indication, subIndication, reasons } = await validatePath(request)
  return [indication, subIndication, ...reasons]
}

test('passes with everything, and names the chain', async () => {
  const { request } = await stage()
  const verdict = await validatePath(request)
  expect(verdict).toMatchObject({ indication: 'passed', subIndication: null, reasons: [] })
  expect(verdict.chain.map(({ subject }) => subject.commonName)).toEqual(['Marie Dupont', 'Test Issuing CA', 'Test Root CA'])
  expect(verdict.revocation.map(({ status }) => status)).toEqual(['good', 'good'])
})

test('every reason not to pass', async () => {
  const { request, answer, below } = await stage()
  const stranger = await declareAuthority()
  const cases: readonly (readonly [Partial<PathRequest>, string[]])[] = [
    [{ roots: [stranger.root.certificate] }, ['indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND', 'no-trusted-chain']],
    [{ intermediates: [] }, ['indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND', 'no-trusted-chain']],
    [{ intermediates: [stranger.issuing.certificate] }, ['indeterminate', 'NO_CERTIFICATE_CHAIN_FOUND', 'no-trusted-chain']],
    [{ purpose: 'tsa' }, ['indeterminate', 'CHAIN_CONSTRAINTS_FAILURE', 'purpose-wrong']],
    [{ ocspResponses: [await answer('revoked')] }, ['failed', 'REVOKED', 'revoked']],
    [{ ocspResponses: [await answer('revoked')], isProven: false }, ['indeterminate', 'REVOKED_NO_POE', 'revoked']],
    [{ ocspResponses: [] }, ['indeterminate', 'TRY_LATER', 'revocation-unknown']],
    [{ revocationLists: [] }, ['indeterminate', 'TRY_LATER', 'revocation-unknown']],
    [{ at: later(START, 3 * DAY) }, ['indeterminate', 'TRY_LATER', 'revocation-unknown']],
    [{ at: later(START, -SECOND) }, ['failed', 'NOT_YET_VALID', 'not-yet-valid']],
    [{ at: later(START, 11 * YEAR), requireRevocation: false }, ['indeterminate', 'OUT_OF_BOUNDS_NO_POE', 'expired']],
    [{ certificate: new Uint8Array(3) }, ['indeterminate', 'CERTIFICATE_CHAIN_GENERAL_FAILURE', 'certificate-unreadable']],
  ]
  for (const [change, expected] of cases) expect(await told({ ...request, ...change })).toEqual(expected)
  expect(await told({ ...request, ocspResponses: [], requireRevocation: false })).toEqual(['passed', null])
  const deep = await below('issuing', { commonName: 'One too deep' })
  expect(await told({ ...request, certificate: deep.certificate, purpose: 'any', requireRevocation: false })).toEqual(['passed', null])
})

test('a revocation counts from its own time on', async () => {
  const { request, answer } = await stage()
  expect(await told({ ...request, ocspResponses: [await answer('revoked', later(START, DAY))] })).toEqual(['passed', null])
})

test('certificates that all have one name and one key lead up in more ways than anybody tries', async () => {
  const { request } = await stage()
  const { signer, spki } = await ephemeralSigner('ecdsa-p256')
  const subject = { commonName: 'Everybody' }
  const times = { notBefore: START, notAfter: later(START, YEAR) }
  const certificates = await Promise.all(
    Array.from({ length: 40 }, () => issueCertificate({ profile: 'root', subject, spki, serial: newSerial(), ...times }, signer)),
  )
  const start = performance.now()
  expect(await told({ ...request, certificate: certificates[0]!, intermediates: certificates })).toEqual([
    'indeterminate',
    'NO_CERTIFICATE_CHAIN_FOUND',
    'no-trusted-chain',
  ])
  expect(performance.now() - start).toBeLessThan(5_000)
})
