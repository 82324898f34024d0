import { expect, test } from 'bun:test'
import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemAct } from '../../src/audit/act.ts'
import { openAuthority } from '../../src/authority/authority.ts'
import { readHouseCertificates } from '../../src/authority/certificates.ts'
import { deriveKey, makeKeyFile, SALT } from '../../src/authority/key-encryption.ts'
import { unwrapUnder } from '../../src/authority/key-protector.ts'
import { openKeyStore } from '../../src/authority/key-store.ts'
import { changeProtection, recoverKeys, renewRecovery } from '../../src/authority/protection.ts'
import { renewCertificate } from '../../src/authority/renewal.ts'
import { currentRevocationList } from '../../src/authority/revocation-lists.ts'
import { revokeCertificate } from '../../src/authority/revoking.ts'
import { exportRoot, removeRoot, returnRoot } from '../../src/authority/root-key.ts'
import { tendAuthority } from '../../src/authority/tending.ts'
import { concat, randomBytes } from '../../src/base/bytes.ts'
import { DAY, later, YEAR } from '../../src/base/instant.ts'
import { decryptPkcs8 } from '../../src/pki/encrypted-key.ts'
import { fromPem } from '../../src/pki/certificate.ts'
import { wrapKey } from '../../src/pki/seal-key.ts'
import { examine } from '../../src/upkeep/doctor.ts'
import { closeSandbox } from '../../src/sandbox/run.ts'
import { openssl } from '../pki/declared-authority.ts'
import { NOON, openTestHouse, type TestHouse } from '../support/house.ts'

const FIRST = 'lanterns drift over Tuesday'
const SECOND = 'copper owls count backwards'
const act = systemAct(NOON)
const restarted = ({ house }: TestHouse) => openKeyStore(house.keys.dataDirectory, house.db)
const events = async ({ house }: TestHouse) =>
  (await house.db.selectFrom('auditLeaf').select('type').where('type', 'like', 'authority.%').orderBy('seq').execute()).map(
    ({ type }) => type,
  )

for (const way of ['key-file', 'passphrase'] as const)
  test(`keys of an installation of the first version are brought under the main key at the next unlocking: ${way}`, async () => {
    await using test = await openTestHouse({ authority: true })
    const { house } = test
    const directory = house.keys.dataDirectory
    // As the first version kept them: each key under the file's key or the passphrase's, behind a mark.
    const salt = randomBytes(SALT)
    const old = way === 'key-file' ? makeKeyFile(directory) : await deriveKey(FIRST, salt)
    const mark = way === 'key-file' ? Uint8Array.of(0) : concat([Uint8Array.of(1), salt])
    for (const row of await house.db.selectFrom('authorityKey').selectAll().execute()) {
      const pkcs8 = (await unwrapUnder(house.keys.mainKey(), { ...row, wrapped: row.wrapped! }))!
      const wrapped = concat([mark, await wrapKey(pkcs8, old, { purpose: row.purpose, keyId: row.id })])
      await house.db.updateTable('authorityKey').set({ wrapped }).where('id', '=', row.id).execute()
    }
    await house.db.deleteFrom('keyProtector').execute()

    const keys = await restarted(test)
    expect([keys.isLocked(), keys.needsPassphrase()]).toEqual(way === 'key-file' ? [false, false] : [true, true])
    if (way === 'passphrase') {
      expect(await keys.load(house.db, 'a wrong passphrase')).toBe(false)
      expect(await keys.load(house.db, FIRST)).toBe(true)
    }
    expect((await house.db.selectFrom('keyProtector').select('kind').execute()).map(({ kind }) => kind)).toEqual([way])
    expect((await house.db.selectFrom('authorityKey').select('wrapped').execute()).every(({ wrapped }) => wrapped![0] === 2)).toBe(true)
    const again = await restarted(test)
    if (way === 'passphrase') await again.load(house.db, FIRST)
    await (await openAuthority({ ...house, keys: again })).timeStamp(new Uint8Array(32), NOON)
  }, 30_000)

test('another passphrase, a key file in its place, and back: each opens at the next start, the earlier one no more', async () => {
  await using test = await openTestHouse({ authority: true, passphrase: FIRST })
  const { house } = test
  const file = join(house.keys.dataDirectory, 'authority.key')
  await expect(changeProtection(house, act, { current: 'not this one', next: { passphrase: SECOND } })).rejects.toThrow('passphrase-wrong')
  await changeProtection(house, act, { current: FIRST, next: { passphrase: SECOND } })
  let keys = await restarted(test)
  expect([keys.isLocked(), await keys.load(house.db, FIRST), await keys.load(house.db, SECOND)]).toEqual([true, false, true])

  await changeProtection(house, act, { current: SECOND, next: 'key-file' })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  keys = await restarted(test)
  expect([keys.isLocked(), keys.needsPassphrase()]).toEqual([false, false])

  await changeProtection(house, act, { current: '', next: { passphrase: FIRST } })
  expect(existsSync(file)).toBe(false)
  keys = await restarted(test)
  expect([keys.needsPassphrase(), await keys.load(house.db, FIRST)]).toEqual([true, true])
  expect((await events(test)).filter((type) => type === 'authority.protection-changed')).toHaveLength(3)
  // Locked, nothing is changed.
  await expect(changeProtection({ db: house.db, keys: await restarted(test) }, act, { current: FIRST, next: 'key-file' })).rejects.toThrow(
    'authority.locked',
  )
}, 30_000)

test('the recovery secret opens the keys when the passphrase, or the file, is lost; it is used once, however it is written', async () => {
  await using test = await openTestHouse({ authority: true, passphrase: FIRST })
  const { house } = test
  const first = await renewRecovery(house, act)
  const second = await renewRecovery(house, act)
  expect(second).toMatch(/^([A-Z2-9]{5}-){5}[A-Z2-9]{5}$/)
  const locked = { db: house.db, keys: await restarted(test) }
  await expect(recoverKeys(locked, act, first, { passphrase: SECOND })).rejects.toThrow('recovery-wrong')
  await expect(recoverKeys(locked, act, '', { passphrase: SECOND })).rejects.toThrow('recovery-wrong')
  const third = await recoverKeys(locked, act, ` ${second.toLowerCase().replaceAll('-', ' ')} `, { passphrase: SECOND })
  expect(locked.keys.isLocked()).toBe(false)
  const keys = await restarted(test)
  expect([await keys.load(house.db, FIRST), await keys.load(house.db, SECOND)]).toEqual([false, true])
  await expect(recoverKeys(locked, act, second, 'key-file')).rejects.toThrow('recovery-wrong')

  await recoverKeys(locked, act, third, 'key-file')
  rmSync(join(house.keys.dataDirectory, 'authority.key'))
  expect((await restarted(test)).isLocked()).toBe(true)
  // What is stored says nothing of the secrets.
  const stored = JSON.stringify(await house.db.selectFrom('auditLeaf').select('entry').execute())
  for (const secret of [first, second, third, FIRST, SECOND]) expect(stored).not.toContain(secret)
}, 30_000)

test('the root leaves the server only once its file is proven, openssl reads it, and it comes back for a renewal', async () => {
  await using test = await openTestHouse({ authority: true })
  const { house } = test
  const { root } = (await readHouseCertificates(house.db)).current
  const pem = await exportRoot(house, act, FIRST)
  using tool = openssl()
  tool.file('root-key.pem', pem)
  expect(tool.run('pkey', '-in', 'root-key.pem', '-passin', `pass:${FIRST}`, '-pubout')).toBe(
    tool.run('x509', '-in', tool.pem('root.pem', root.der), '-noout', '-pubkey'),
  )
  const other = tool.run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-aes-256-cbc', '-pass', `pass:${FIRST}`)
  for (const [file, reason] of [
    [{ pem, passphrase: SECOND }, 'export-passphrase-wrong'],
    [{ pem: 'nothing', passphrase: FIRST }, 'root-file-unreadable'],
    [{ pem: pem.replace('KEY-----\nM', 'KEY-----\n=M'), passphrase: FIRST }, 'root-file-unreadable'],
    [{ pem: pem.replace('KEY-----\nM', 'KEY-----\nX'), passphrase: FIRST }, 'root-file-unreadable'],
    [{ pem: other, passphrase: FIRST }, 'root-file-other'],
  ] as const)
    await expect(removeRoot(house, act, file)).rejects.toMatchObject({ reason: `authority.${reason}` })
  expect(house.keys.hasKey(root.keyId)).toBe(true)
  await expect(returnRoot(house, act, { pem, passphrase: FIRST })).rejects.toMatchObject({ reason: 'authority.root-here' })

  await removeRoot(house, act, { pem, passphrase: FIRST })
  expect(house.keys.hasKey(root.keyId)).toBe(false)
  expect(
    (await house.db.selectFrom('authorityKey').select('wrapped').where('purpose', '=', 'root').executeTakeFirstOrThrow()).wrapped,
  ).toBeNull()
  expect((await restarted(test)).isLocked()).toBe(false)
  const list = (await currentRevocationList(house.db, 'root'))!
  expect(Date.parse(list.nextUpdate) - Date.parse(NOON)).toBe(2 * YEAR)

  // Signing goes on, the daily lists too; what needs the root says so.
  const at = later(NOON, 4 * YEAR)
  await tendAuthority(house, later(NOON, 2 * DAY))
  expect((await currentRevocationList(house.db, 'issuing'))!.number).toBe(3)
  await (await openAuthority(house)).timeStamp(new Uint8Array(32), NOON)
  await expect(renewCertificate(house, systemAct(at), 'issuing')).rejects.toMatchObject({ reason: 'authority.root-elsewhere' })
  await expect(renewCertificate(house, systemAct(at), 'root')).rejects.toMatchObject({ reason: 'authority.root-elsewhere' })
  const { issuing } = (await readHouseCertificates(house.db)).current
  await expect(revokeCertificate(house, act, issuing.serialHex, 'superseded')).rejects.toMatchObject({ reason: 'authority.root-elsewhere' })
  await tendAuthority(house, at)
  expect((await readHouseCertificates(house.db)).current.issuing.serialHex).toBe(issuing.serialHex)
  // The long list is warned about in its last 90 days.
  const listState = async (days: number) =>
    (await examine({ ...house, isLocked: () => false }, later(list.nextUpdate, -days * DAY))).find(
      ({ name }) => name === 'revocation-lists',
    )!.state
  await tendAuthority(house, later(list.nextUpdate, -91 * DAY))
  expect(await listState(91)).toBe('good')
  await tendAuthority(house, later(list.nextUpdate, -89 * DAY))
  expect(await listState(89)).toBe('wait')
  closeSandbox()

  await returnRoot(house, systemAct(at), { pem, passphrase: FIRST })
  await renewCertificate(house, systemAct(at), 'issuing')
  expect((await readHouseCertificates(house.db)).current.issuing.serialHex).not.toBe(issuing.serialHex)
  expect((await events(test)).filter((type) => type.startsWith('authority.root-'))).toEqual([
    'authority.root-exported',
    'authority.root-removed',
    'authority.root-returned',
  ])
}, 60_000)

test('encrypted keys that openssl writes are read, whatever AES and digest', async () => {
  using tool = openssl()
  for (const [cipher, digest] of [
    ['-aes-128-cbc', 'hmacWithSHA1'],
    ['-aes-192-cbc', 'hmacWithSHA512'],
    ['-aes-256-cbc', 'hmacWithSHA256'],
  ] as const) {
    tool.run('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', 'key.pem')
    const pem = tool.run('pkcs8', '-topk8', '-in', 'key.pem', '-v2', cipher.slice(1), '-v2prf', digest, '-passout', `pass:${FIRST}`)
    const [der] = fromPem(pem, 'ENCRYPTED PRIVATE KEY')
    expect(await decryptPkcs8(der!, FIRST)).not.toBeNull()
    expect(await decryptPkcs8(der!, SECOND)).toBeNull()
  }
}, 20_000)
