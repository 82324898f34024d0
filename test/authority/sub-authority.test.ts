import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { openAuthority } from '../../src/authority/authority.ts'
import { listHouse, readHouseCertificates } from '../../src/authority/certificates.ts'
import { currentRevocationLists } from '../../src/authority/revocation-lists.ts'
import { adoptSubAuthority, requestSubAuthority, waitingSince } from '../../src/authority/sub-authority.ts'
import { tendAuthority } from '../../src/authority/tending.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { DAY, instant, later, MINUTE } from '../../src/base/instant.ts'
import { findEnvelope, listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { fromPem, toPem } from '../../src/pki/certificate.ts'
import { readObject } from '../../src/store/object.ts'
import { ownRoots } from '../../src/verification/uploaded.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { openCompanyPki } from '../support/company-pki.ts'
import { ann, draftFor, send, sign } from '../support/signing.ts'

const now = () => instant(Date.now())
const act = () => systemAct(now())

async function signed(test: TestHouse, draft: { id: string }, count: number): Promise<Uint8Array> {
  const { house } = test
  for (const { id } of (await listRecipients(house.db, draft.id)).slice(-count)) {
    await sign(test, id)
    await test.drain()
  }
  expect((await findEnvelope(house.db, draft.id)).status).toBe('completed')
  const [document] = await listDocuments(house.db, draft.id)
  return readObject(house.db, (await headRevision(house.db, document!.id))!.objectDigest)
}

test("below the company's PKI: what was under way and what is new are genuine, for us and for whoever trusts the company's root", async () => {
  using pki = openCompanyPki()
  await using test = await openTestHouse({ authority: true, realTime: true })
  const { house } = test
  const user = await ann(test)
  const before = (await readHouseCertificates(house.db)).current
  // Sent and half signed below the house's own root.
  const underWay = await draftFor(test, user)
  await send(test, user, underWay)
  await sign(test, (await listRecipients(house.db, underWay.id))[0]!.id)
  await test.drain()

  const request = await requestSubAuthority(house, act(), 'rsa-3072')
  expect(await waitingSince(house.db)).not.toBeNull()
  const answer = pki.pkcs7(pki.issue(request))
  await adoptSubAuthority(house, act(), answer)
  expect(await waitingSince(house.db)).toBeNull()
  const { current } = await readHouseCertificates(house.db)
  expect([current.root.subject.commonName, current.root.keyId]).toEqual(['Company Root', null])
  expect(current.seal.subject).toEqual(before.seal.subject)
  // Trust begins at our own authority: nothing else of the company's PKI makes a file ours.
  const roots = await ownRoots(house.db)
  expect(roots.map((der) => toPem(der))).toEqual([toPem(before.root.der), toPem(current.issuing.der)])

  const at = later(now(), MINUTE)
  const old = await signed(test, underWay, 1)
  expect((await verifyFile(old, { roots, at })).answer).toBe('genuine')
  const draft = await draftFor(test, user)
  await send(test, user, draft)
  const fresh = await signed(test, draft, 2)
  const report = await verifyFile(fresh, { roots, at })
  expect([report.answer, report.level, report.faults]).toEqual(['genuine', 'B-LTA', []])

  // openssl with the company's root alone.
  pki.tool.file('signer.pem', toPem(current.seal.der))
  pki.tool.file('between.pem', [current.issuing.der, ...fromPem(pki.policyPem)].map((der) => toPem(der)).join(''))
  expect(pki.tool.run('verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'between.pem', 'signer.pem')).toContain('OK')
  // Both of our authorities go on with their lists; the company's own is the company's.
  await tendAuthority(house, later(now(), 2 * DAY))
  expect((await currentRevocationLists(house.db, now())).map(({ issuer }) => issuer.subject.commonName).sort()).toEqual([
    'Acme Issuing',
    'Acme Issuing',
    'Acme Root',
  ])
  // A second answer renews it; those above it are kept once.
  const again = utf8(pki.issue(await requestSubAuthority(house, act(), 'ecdsa-p256')))
  await adoptSubAuthority(house, act(), again)
  expect((await listHouse(house.db)).filter(({ keyId }) => keyId === null)).toHaveLength(2)
  await (await openAuthority(house)).timeStamp(new Uint8Array(32))
}, 120_000)

test('an answer that is not right is refused by its reason, and nothing is changed', async () => {
  using pki = openCompanyPki()
  await using test = await openTestHouse({ authority: true, realTime: true })
  const { house } = test
  const before = await listHouse(house.db)
  const stale = await requestSubAuthority(house, act(), 'ecdsa-p256')
  const request = await requestSubAuthority(house, act(), 'ecdsa-p256')
  const good = pki.issue(request)
  const [own, policy, root] = fromPem(good)
  const pem = (...ders: readonly (Uint8Array | undefined)[]) => utf8(ders.map((der) => toPem(der!)).join(''))
  for (const [answer, why] of [
    [utf8('nothing'), 'unreadable'],
    [pem(policy, root), 'not-ours'],
    [utf8(pki.issue(stale)), 'not-ours'],
    [pem(own, policy), 'root-missing'],
    [pem(own, root), 'chain-broken'],
    [utf8(pki.issue(request, 'leaf')), 'no-authority'],
    [utf8(pki.issue(request, 'signing-only')), 'key-usage'],
    [utf8(pki.issue(request, 'sub', { from: 'narrow' })), 'path-length'],
    [utf8(pki.issue(request, 'sub', { days: 400 })), 'too-short'],
  ] as const)
    await expect(adoptSubAuthority(house, act(), answer)).rejects.toMatchObject({ reason: `sub-authority.${why}` })
  expect(await listHouse(house.db)).toEqual(before)
  // A single certificate as DER is read, and told what it lacks.
  await expect(adoptSubAuthority(house, act(), Uint8Array.from(own!))).rejects.toMatchObject({ reason: 'sub-authority.root-missing' })
  await adoptSubAuthority(house, act(), utf8(good))
}, 60_000)
