import { expect, test } from 'bun:test'
import { verify } from 'node:crypto'
import { readNote } from '../../src/audit/note.ts'
import { takeCheckpoint } from '../../src/upkeep/checkpointing.ts'
import { createAuthority } from '../../src/authority/creating.ts'
import { systemAct } from '../../src/audit/act.ts'
import { openAuthority } from '../../src/authority/authority.ts'
import { base64 } from '../../src/base/bytes.ts'
import { openssl } from '../pki/declared-authority.ts'
import { NOON, openTestHouse, ORIGIN, type TestHouse } from '../support/house.ts'

async function found({ house }: TestHouse, keyProtection: 'key-file' | { passphrase: string } = 'key-file'): Promise<void> {
  await createAuthority(house, systemAct(NOON), {
    algorithm: 'ecdsa-p256',
    organization: 'Acme',
    rootName: 'Acme Root CA',
    issuingName: 'Acme Issuing CA',
    sealName: 'Acme',
    keyProtection,
    publicOrigin: ORIGIN,
  })
}

const ask = async ({ server }: TestHouse, path: string, body?: Uint8Array<ArrayBuffer>) => {
  const response = await server.fetch(
    new Request(ORIGIN + path, { headers: { host: new URL(ORIGIN).host }, ...(body ? { method: 'POST', body } : {}) }),
    '192.0.2.7',
  )
  return { status: response.status, type: response.headers.get('content-type'), bytes: new Uint8Array(await response.arrayBuffer()) }
}

test('a stranger who wants to be a witness fetches the newest checkpoint and the key of the log', async () => {
  await using house = await openTestHouse()
  expect((await ask(house, '/pki/log/checkpoint')).status).toBe(404)
  expect((await ask(house, '/pki/log/log.pub.pem')).status).toBe(404)
  await found(house)
  await takeCheckpoint(house.house)
  const note = await ask(house, '/pki/log/checkpoint')
  expect([note.status, note.type]).toEqual([200, 'text/plain; charset=utf-8'])
  const pem = new TextDecoder().decode((await ask(house, '/pki/log/log.pub.pem')).bytes)
  const { body, signature } = readNote(new TextDecoder().decode(note.bytes))!
  expect(verify(null, Buffer.from(body), pem, signature)).toBe(true)
})

test('a stranger checks a certificate, its status and a time stamp with openssl and these addresses alone', async () => {
  await using house = await openTestHouse()
  await found(house)
  using tool = openssl()
  const keep = async (path: string, name: string, type: string) => {
    const answer = await ask(house, path)
    expect([answer.status, answer.type]).toEqual([200, type])
    return tool.file(name, answer.bytes)
  }
  await keep('/pki/root.pem', 'root.pem', 'application/x-pem-file')
  await keep('/pki/issuing.pem', 'issuing.pem', 'application/x-pem-file')
  await keep('/pki/root.crt', 'root.crt', 'application/x-x509-ca-cert')
  await keep('/pki/issuing.crt', 'issuing.crt', 'application/pkix-cert')
  for (const name of ['root', 'issuing']) {
    await keep(`/pki/crl/${name}.crl`, `${name}.crl`, 'application/pkix-crl')
    tool.run('crl', '-inform', 'DER', '-in', `${name}.crl`, '-out', `${name}-list.pem`)
  }
  tool.pem('seal.pem', (await openAuthority(house.house)).certificates().seal)
  const at = String(Date.parse(NOON) / 1000 + 60)
  const trust = ['-attime', at, '-CAfile', 'root.pem']
  expect(
    tool.run(
      'verify',
      '-x509_strict',
      '-crl_check_all',
      '-CRLfile',
      'root-list.pem',
      '-CRLfile',
      'issuing-list.pem',
      ...trust,
      '-untrusted',
      'issuing.pem',
      'seal.pem',
    ),
  ).toContain('OK')

  const read = (name: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(tool.run('base64', '-in', name), 'base64'))
  tool.run('ocsp', '-issuer', 'issuing.pem', '-cert', 'seal.pem', '-reqout', 'request')
  for (const answer of [
    await ask(house, '/pki/ocsp', read('request')),
    await ask(house, `/pki/ocsp/${encodeURIComponent(base64(read('request')))}`),
  ]) {
    expect([answer.status, answer.type]).toEqual([200, 'application/ocsp-response'])
    tool.file('response', answer.bytes)
    const told = tool.run(
      'ocsp',
      '-issuer',
      'issuing.pem',
      '-cert',
      'seal.pem',
      '-reqin',
      'request',
      '-respin',
      'response',
      '-no_nonce',
      ...trust,
      '-validity_period',
      '999999999',
    )
    expect(told).toContain('Response verify OK')
    expect(told).toContain('seal.pem: good')
  }

  tool.file('content', 'stamped')
  tool.run('ts', '-query', '-data', 'content', '-sha256', '-cert', '-out', 'query')
  const stamped = await ask(house, '/pki/tsa', read('query'))
  expect([stamped.status, stamped.type]).toEqual([200, 'application/timestamp-reply'])
  tool.file('reply', stamped.bytes)
  expect(tool.run('ts', '-verify', '-queryfile', 'query', '-in', 'reply', ...trust, '-untrusted', 'issuing.pem')).toContain(
    'Verification: OK',
  )
})

test('nothing is published before there is an authority, and rubbish is answered', async () => {
  await using house = await openTestHouse()
  for (const path of ['/pki/root.crt', '/pki/crl/root.crl']) expect((await ask(house, path)).status).toBeGreaterThanOrEqual(404)
  await found(house)
  expect((await ask(house, '/pki/crl/other.crl')).status).toBe(404)
  expect([...(await ask(house, '/pki/ocsp/%%%')).bytes]).toEqual([0x30, 3, 0x0a, 1, 1])
  expect((await ask(house, '/pki/ocsp', new Uint8Array(20_000))).status).toBe(413)
})
