import { expect, test } from 'bun:test'
import { systemAct } from '../../src/audit/act.ts'
import { openAuthority } from '../../src/authority/authority.ts'
import { readHouseCertificates } from '../../src/authority/certificates.ts'
import {
  addOutsideAuthority,
  chooseFallback,
  outsideRoots,
  removeOutsideAuthority,
  timeStampingOf,
} from '../../src/authority/outside-authorities.ts'
import { askOutside } from '../../src/authority/outside-stamp.ts'
import { base64, randomBytes } from '../../src/base/bytes.ts'
import { instant, later, MINUTE } from '../../src/base/instant.ts'
import { findEnvelope, listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { fromPem } from '../../src/pki/certificate.ts'
import { verifyTimeStampToken } from '../../src/pki/time-stamp.ts'
import { readObject } from '../../src/store/object.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { openTestHouse } from '../support/house.ts'
import { openOutsideTsa } from '../support/outside-tsa.ts'
import { ann, draftFor, send, sign } from '../support/signing.ts'

const now = () => instant(Date.now())

test("a contract under somebody else's clock: the report names it, our verifier calls it genuine, and no other root than its own proves it", async () => {
  using outside = openOutsideTsa()
  await using test = await openTestHouse({ authority: true, realTime: true })
  const { house } = test
  await addOutsideAuthority(house.db, systemAct(now()), { name: 'Elsewhere', url: outside.url, rootPem: outside.rootPem })
  const draft = await draftFor(test, await ann(test))
  await send(test, await ann(test), draft)
  for (const { id } of await listRecipients(house.db, draft.id)) {
    await sign(test, id)
    // The clocks agree to the second: what is sealed may wait for the next one.
    await Bun.sleep(1_100)
    await test.drain()
  }
  expect((await findEnvelope(house.db, draft.id)).status).toBe('completed')
  const [document] = await listDocuments(house.db, draft.id)
  const head = (await headRevision(house.db, document!.id))!
  const pdf = await readObject(house.db, head.objectDigest)
  const { root } = (await readHouseCertificates(house.db)).current
  const at = later(now(), MINUTE)
  const report = await verifyFile(pdf, { roots: [root.der], timeStampRoots: await outsideRoots(house.db), at })
  expect([report.answer, report.level]).toEqual(['genuine', 'B-LTA'])
  expect(new Set(report.signatures.map(({ provenBy }) => provenBy))).toEqual(new Set(['Other Clock']))
  expect(Date.parse(head.proofUntil!)).toBeGreaterThan(Date.now())
  // Without its root the times are nobody's we know, and the file is not called genuine; the root alone makes nothing ours.
  expect((await verifyFile(pdf, { roots: [root.der], at })).answer).not.toBe('genuine')
  expect((await verifyFile(pdf, { roots: [], timeStampRoots: await outsideRoots(house.db), at })).answer).not.toBe('genuine')
  // Removed from the list, its root goes on proving what it stamped.
  const [one] = (await timeStampingOf(house.db)).authorities
  await removeOutsideAuthority(house.db, systemAct(now()), one!.id)
  expect(await outsideRoots(house.db)).toHaveLength(1)
}, 120_000)

test('the next of the list is asked, then the house itself as declared, or nothing is signed; each is recorded', async () => {
  using first = openOutsideTsa('First Clock')
  using second = openOutsideTsa('Second Clock')
  await using test = await openTestHouse({ authority: true, realTime: true })
  const { house } = test
  for (const [name, { url, rootPem }] of [
    ['First', first],
    ['Second', second],
  ] as const)
    await addOutsideAuthority(house.db, systemAct(now()), { name, url, rootPem })
  const imprint = randomBytes(32)
  const by = async () => {
    const token = await (await openAuthority(house)).timeStamp(imprint)
    return (await verifyTimeStampToken(token, async () => imprint)).certificate!.subject.commonName
  }
  expect(await by()).toBe('First Clock')
  first.mode = 'silent'
  const began = performance.now()
  expect(await by()).toBe('Second Clock')
  expect(performance.now() - began).toBeGreaterThan(4_900)
  expect(performance.now() - began).toBeLessThan(15_000)
  // Whoever was silent is left alone for a minute: the next signature does not wait for it.
  const asked = first.asked()
  expect(await by()).toBe('Second Clock')
  expect(first.asked()).toBe(asked)
  second.mode = 'error'
  expect(await by()).toBe('Acme Ltd Time Stamps')
  const told = await house.db.selectFrom('auditLeaf').select('entry').where('type', '=', 'authority.time-stamp-fallback').execute()
  expect(told.map(({ entry }) => (JSON.parse(entry) as { detail: { told: string } }).detail.told)).toEqual([
    'First: silent, Second: refused',
  ])
  await chooseFallback(house.db, systemAct(now()), 'none')
  await expect(by()).rejects.toMatchObject({ reason: 'time-stamping.none-answers' })
}, 60_000)

test('an answer that is not ours, not sound, not of that root or of another time is not taken', async () => {
  using outside = openOutsideTsa()
  using other = openOutsideTsa('Stranger')
  const roots = fromPem(outside.rootPem).map(base64)
  const ask = (at = now(), of = outside) => askOutside({ url: of.url, roots }, randomBytes(32), at, 2_000)
  await ask()
  for (const [mode, fault] of [
    ['replaying', 'unreadable'],
    ['rubbish', 'unreadable'],
    ['refusing', 'unreadable'],
    ['error', 'refused'],
    ['silent', 'silent'],
  ] as const) {
    outside.mode = mode
    await expect(ask()).rejects.toMatchObject({ fault })
  }
  outside.mode = 'good'
  await expect(ask(later(now(), 6 * MINUTE))).rejects.toMatchObject({ fault: 'clock-differs' })
  await expect(ask(now(), other)).rejects.toMatchObject({ fault: 'untrusted' })
}, 60_000)
