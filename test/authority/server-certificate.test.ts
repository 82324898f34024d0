import { expect, test } from 'bun:test'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemAct } from '../../src/audit/act.ts'
import { searchCertificates } from '../../src/authority/certificate-list.ts'
import { readHouseCertificates } from '../../src/authority/certificates.ts'
import { isProvisional, keepServerCertificate, readShown } from '../../src/authority/kept-server-certificate.ts'
import { certificateLives } from '../../src/authority/lives.ts'
import { currentRevocationLists } from '../../src/authority/revocation-lists.ts'
import { revokeCertificate } from '../../src/authority/revoking.ts'
import { hostOf, issueServerCertificate, readHostName } from '../../src/authority/server-certificate.ts'
import { DAY, later } from '../../src/base/instant.ts'
import { readConfig } from '../../src/config/config.ts'
import { listenSecurely } from '../../src/http/secure-listen.ts'
import { fromPem, readCertificate, toPem } from '../../src/pki/certificate.ts'
import { OID } from '../../src/pki/oid.ts'
import { validatePath } from '../../src/pki/path.ts'
import { readRevocationList } from '../../src/pki/revocation-list.ts'
import { listHouseCertificates } from '../../src/upkeep/house-certificates.ts'
import { NOON, openTestHouse, type TestHouse } from '../support/house.ts'
import { freePort } from '../support/installation.ts'

const NAMES = ['sign.intra.example', '10.0.0.5', 'fd00::5']
const openssl = async (...args: string[]): Promise<string> => {
  const child = Bun.spawn(['openssl', ...args], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return out + error
}
const rootFile = async ({ house }: TestHouse): Promise<string> => {
  const path = join(house.config.dataDirectory, 'root.pem')
  writeFileSync(path, toPem((await readHouseCertificates(house.db)).current.root.der))
  return path
}
const keepingHouse = (options: Parameters<typeof openTestHouse>[0] = {}): Promise<TestHouse> =>
  openTestHouse({ authority: true, origin: 'https://sign.intra.example', ...options })
const filesOf = ({ house }: TestHouse) =>
  readConfig({ PARAPHE_DATA: house.config.dataDirectory, PARAPHE_TLS_CERTIFICATE: 'authority' }).tls!

test('openssl takes it for a server of these names under the root, and for nothing else', async () => {
  await using test = await keepingHouse({ realTime: true })
  const { house } = test
  const at = house.clock()
  const made = await issueServerCertificate(house, systemAct(at), NAMES)
  const folder = house.config.dataDirectory
  const [leaf, all] = [join(folder, 'leaf.pem'), join(folder, 'all.pem')]
  writeFileSync(all, made.certificate)
  const chain = fromPem(made.certificate)
  writeFileSync(leaf, toPem(chain[0]!))
  const root = await rootFile(test)
  const verify = (...more: string[]) => openssl('verify', '-CAfile', root, '-untrusted', all, '-x509_strict', ...more, leaf)
  expect(await verify('-purpose', 'sslserver', '-verify_hostname', 'sign.intra.example')).toContain('OK')
  expect(await verify('-purpose', 'sslserver', '-verify_ip', '10.0.0.5')).toContain('OK')
  expect(await verify('-purpose', 'sslserver', '-verify_ip', 'fd00::5')).toContain('OK')
  expect(await verify('-purpose', 'sslserver', '-verify_hostname', 'other.intra.example')).toContain('hostname mismatch')
  expect(await verify('-purpose', 'smimesign')).toContain('unsuitable certificate purpose')
  expect(await verify('-purpose', 'sslclient')).toContain('unsuitable certificate purpose')

  const read = readCertificate(chain[0]!)
  expect(read.extendedKeyUsage).toEqual({ critical: false, purposes: [OID.serverAuthentication] })
  expect([read.subject.commonName, read.isCa, read.keyUsage]).toEqual(['', false, ['digitalSignature']])
  expect(Date.parse(read.notAfter) - Date.parse(read.notBefore)).toBeLessThan(397 * DAY)
  // The root is the client's own; it does not travel.
  expect(chain.map((der) => readCertificate(der).subject.commonName)).toEqual(['', 'Acme Issuing'])
})

test('our verifier takes it for no signer, no seal, no time stamp and no responder', async () => {
  await using test = await keepingHouse()
  const { house } = test
  const [certificate, ...intermediates] = fromPem((await issueServerCertificate(house, systemAct(NOON), NAMES)).certificate)
  const { current } = await readHouseCertificates(house.db)
  const judge = (purpose: 'signer' | 'seal' | 'tsa' | 'ocsp' | 'any') =>
    validatePath({ certificate: certificate!, intermediates, roots: [current.root.der], at: NOON, purpose, requireRevocation: false })
  expect((await judge('any')).indication).toBe('passed')
  for (const purpose of ['signer', 'seal', 'tsa', 'ocsp'] as const)
    expect(await judge(purpose)).toMatchObject({
      indication: 'indeterminate',
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
      reasons: ['purpose-wrong'],
    })
})

test('it stands in the register and in the trail, is revoked like others, and is none of the authority’s own', async () => {
  await using test = await keepingHouse()
  const { house } = test
  const before = await certificateLives(house.db, NOON)
  const { serial } = await issueServerCertificate(house, systemAct(NOON), NAMES)
  const listed = async () =>
    (await searchCertificates(house.db, NOON, { search: 'sign.intra', purpose: 'server', status: null, after: null })).certificates
  expect(await listed()).toMatchObject([{ serial, name: NAMES.join(', '), purpose: 'server', status: 'valid' }])
  expect(await certificateLives(house.db, NOON)).toEqual(before)
  expect((await listHouseCertificates(house.db)).map(({ purpose }) => purpose)).toEqual(['root', 'issuing', 'seal', 'tsa', 'ocsp'])
  await revokeCertificate(house, systemAct(NOON), serial, 'superseded')
  expect(await listed()).toMatchObject([{ status: 'revoked' }])
  const lists = await currentRevocationLists(house.db, NOON)
  expect(lists.flatMap(({ der }) => [...readRevocationList(der).revoked.keys()])).toEqual([serial])
  const events = await house.db.selectFrom('auditLeaf').select('type').where('type', 'like', 'certificate.%').orderBy('type').execute()
  expect(events.map(({ type }) => type)).toEqual(['certificate.revoked', 'certificate.server-issued'])
})

test('it never ends after its issuing authority', async () => {
  await using test = await keepingHouse()
  const { house } = test
  const { issuing } = (await readHouseCertificates(house.db)).current
  const late = later(issuing.notAfter, -20 * DAY)
  expect((await issueServerCertificate(house, systemAct(late), NAMES)).notAfter).toBe(issuing.notAfter)
  expect(issueServerCertificate(house, systemAct(later(issuing.notAfter, -3_600_000)), NAMES)).rejects.toThrow('authority.issuing-ends')
})

test('names and addresses as a browser compares them', () => {
  expect(['Sign.Intra.Example', 'sign', 'büro.example', 'a_b.example'].map(readHostName)).toEqual([
    'sign.intra.example',
    'sign',
    'xn--bro-hoa.example',
    'a_b.example',
  ])
  for (const text of ['', '*.example', '10.0.0.5', '1.2', 'a b', 'a/b', 'a:80', '-a.example', 'a..b', 'x@y', 'a'.repeat(64)])
    expect(readHostName(text)).toBeNull()
  expect(hostOf('::ffff:10.0.0.5')).toEqual(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 5]))
  expect(hostOf('::')).toEqual(new Uint8Array(16))
})

test('the server’s own: kept, renewed 30 days before its end, and made anew for other names, after a revocation or a half-written pair', async () => {
  await using test = await keepingHouse()
  const { house } = test
  const files = filesOf(test)
  const keep = async (at = NOON, config = house.config) => {
    expect(await keepServerCertificate({ ...house, config }, files, at)).toBe('authority')
    return readShown(files)!
  }
  const first = await keep()
  expect([files.key, files.certificate].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
  expect((await keep(later(first.notAfter, -31 * DAY))).serialHex).toBe(first.serialHex)
  const renewed = await keep(later(first.notAfter, -29 * DAY))
  expect(renewed.serialHex).not.toBe(first.serialHex)
  expect(renewed.notAfter > later(first.notAfter, 360 * DAY)).toBe(true)

  const config = { ...house.config, url: 'https://sign.intra.example', publicUrl: 'https://open.example:8443/sign' }
  const both = await keep(NOON, config)
  expect(await openssl('x509', '-in', files.certificate, '-noout', '-ext', 'subjectAltName')).toContain(
    'DNS:sign.intra.example, DNS:open.example',
  )
  await revokeCertificate(house, systemAct(NOON), both.serialHex, 'key-compromise')
  const next = await keep(NOON, config)
  expect(next.serialHex).not.toBe(both.serialHex)
  writeFileSync(files.key, readFileSync(files.key, 'utf8').slice(0, 60))
  expect((await keep(NOON, config)).serialHex).not.toBe(next.serialHex)
})

test('before the authority and while its keys are locked it vouches for itself; the listener takes the real one up', async () => {
  await using test = await openTestHouse({ realTime: true, origin: 'https://sign.intra.example' })
  await using other = await keepingHouse({ realTime: true })
  const files = filesOf(test)
  expect(await keepServerCertificate(test.house, files, test.house.clock())).toBe('provisional')
  const shown = readShown(files)!
  expect(isProvisional(shown)).toBe(true)
  await keepServerCertificate(test.house, files, test.house.clock())
  expect(readShown(files)!.serialHex).toBe(shown.serialHex)

  const port = freePort()
  const doors = [{ at: { host: '127.0.0.1', port }, options: {} }]
  const { listeners, look } = listenSecurely(test.server, doors, files, test.house.clock)
  try {
    const root = await rootFile(other)
    const ask = () =>
      openssl(
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-CAfile',
        root,
        '-verify_hostname',
        'sign.intra.example',
        '-verify_return_error',
      )
    expect(await ask()).toContain('self-signed certificate')
    // Locked keys change nothing that can still be shown.
    const locked = { ...other.house, keys: { ...other.house.keys, isLocked: () => true } }
    expect(await keepServerCertificate(locked, files, test.house.clock())).toBe('provisional')
    expect(await keepServerCertificate(other.house, files, test.house.clock())).toBe('authority')
    look()
    expect(await ask()).toContain('Verify return code: 0 (ok)')
  } finally {
    await Promise.all(listeners.map((listener) => listener.stop(true)))
  }
}, 30_000)

test('the setting: a key of somebody else’s has no place beside it', () => {
  const said = { PARAPHE_DATA: '/srv/p', PARAPHE_TLS_CERTIFICATE: 'authority', PARAPHE_REDIRECT_LISTEN: '127.0.0.1:80' }
  expect(readConfig(said).tls).toEqual({ certificate: '/srv/p/tls-certificate.pem', key: '/srv/p/tls-key.pem', isOwn: true })
  expect(() => readConfig({ ...said, PARAPHE_TLS_KEY: '/x' })).toThrow('PARAPHE_TLS_KEY')
})
