import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHash, createPublicKey } from 'node:crypto'
import { recordAttempt } from '../../../src/access/attempts.ts'
import { vaultLinkUrl } from '../../../src/envelope/vault-link.ts'
import { annul } from '../../../src/envelope/annulment.ts'
import { packEvidence } from '../../../src/vault/evidence/package.ts'
import { openKeyStore } from '../../../src/authority/key-store.ts'
import { ORIGIN, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { actOf, ann } from '../../support/signing.ts'
import { completedEnvelope, openSealingHouse, packed, Unpacked } from '../../vault/evidence/package.ts'

let house: TestHouse
let desk: TestBrowser
let id: string

beforeAll(async () => {
  house = await openSealingHouse()
  id = await completedEnvelope(house)
  desk = await house.browser()
  await desk.signIn('ann@acme.example')
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

const taken = async () =>
  (
    await house.house.db.selectFrom('auditLeaf').select('actorKind').where('type', '=', 'vault.evidence-taken').orderBy('seq').execute()
  ).map(({ actorKind }) => actorKind)

test('by the right to the document, recorded; nobody else finds it', async () => {
  expect((await desk.get(`/vault/${id}`)).text).toContain(`href="/vault/${id}/evidence.zip" download`)
  const answer = await desk.get(`/vault/${id}/evidence.zip`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/zip')
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="evidence-[0-9A-Z-]{16}\.zip"/)
  expect(await taken()).toEqual(['user'])
  expect((await desk.get(`/vault/${id}`)).text).toMatch(/>Completed [^<]+<\/time> · sent by Ann [^<]+ on /)
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get(`/vault/${id}/evidence.zip`)).status).toBe(404)
  expect((await (await house.browser()).get(`/vault/${id}/evidence.zip`)).status).toBe(303)
  expect(await taken()).toEqual(['user'])
}, 30_000)

test('whoever signed has it by their link, recorded as theirs', async () => {
  const { db, secretKey } = house.house
  const link = await db.selectFrom('vaultLink').selectAll().executeTakeFirstOrThrow()
  const holder = await house.browser()
  const first = await holder.get(new URL(vaultLinkUrl(ORIGIN, secretKey, link)).pathname)
  expect((await holder.get(first.location!)).text).toContain(`/s/${link.id}/evidence.zip`)
  expect((await holder.get(`/s/${link.id}/evidence.zip`)).status).toBe(200)
  expect((await (await house.browser()).get(`/s/${link.id}/evidence.zip`)).headers.get('content-type')).toContain('text/html')
  expect(await taken()).toEqual(['user', 'recipient'])
}, 30_000)

test('no address of a machine, no browser, no private reason; both checklists name what must be compared', async () => {
  const { house: rooms } = house
  const user = await ann(house)
  await annul(rooms, actOf(rooms, user), user, id, { reason: 'Private matter', isPublic: false })
  using it = new Unpacked(await packed(house, id))
  const { said, status } = it.judge()
  expect(said).toContain('ANNULLED on / ANNULÉ le 2026-11-23T12:00:00.000Z')
  expect(status).toBe(0)
  const fingerprint = /root certificate, SHA-256 ([0-9A-F:]{95})/.exec(said)![1]!
  for (const [name, first, told] of [
    ['CHECKLIST.en.txt', '!! The document below is genuine but no longer in force.', 'sh verify.sh'],
    ['CHECKLIST.fr.txt', '!! Le document ci-dessous est authentique mais n’est plus en vigueur.', 'sh verify.sh'],
  ] as const) {
    const text = it.text(name)
    expect(text.startsWith(first)).toBe(true)
    expect(text.replace(/:\n\s+/g, ':')).toContain(fingerprint)
    for (const fact of [told, 'Marie Dupont', it.document.slice(10), `${ORIGIN}/verify/`]) expect(text).toContain(fact)
    expect(text).not.toMatch(/\{\w+\}|undefined/)
    expect(text.split('\n').filter((line) => line.length > 130)).toEqual([])
  }
  const everything = it
    .files()
    .filter((name) => !/\.(pdf|p7s|tst|der)$/.test(name))
    .map((name) => it.text(name))
    .join('\n')
  for (const kept of ['192.0.2.7', '198.51.100.4', '"phone"', '"test"', 'Private matter', 'marie@client.example'])
    expect(everything).not.toContain(kept)
  expect(it.text('audit/clear.jsonl')).toContain('Marie Dupont')
}, 60_000)

test('the checklist names the key of the log as openssl and the console do', async () => {
  using it = new Unpacked(await packed(house, id))
  const der = createPublicKey(it.text('audit/log.pub.pem')).export({ type: 'spki', format: 'der' })
  const told = createHash('sha256').update(der).digest('hex')
  for (const language of ['en', 'fr']) expect(it.text(`CHECKLIST.${language}.txt`)).toContain(`     ${told}\n`)
  expect((await desk.get('/console/audit/export')).text).toContain(`--key ${told}`)
}, 30_000)

test('while the keys are locked, or before the end, there is no package and no record', async () => {
  const { house: rooms } = house
  const user = await ann(house)
  const before = await taken()
  const locked = { ...rooms, keys: await openKeyStore('/nowhere', rooms.db) }
  await expect(packEvidence(locked, actOf(rooms, user), id)).rejects.toThrow('authority.locked')
  await rooms.db.updateTable('envelope').set({ status: 'sealing' }).where('id', '=', id).execute()
  await expect(packEvidence(rooms, actOf(rooms, user), id)).rejects.toThrow('vault.not-found')
  await rooms.db.updateTable('envelope').set({ status: 'completed' }).where('id', '=', id).execute()
  expect(await taken()).toEqual(before)
})

test('taken again and again it is refused for a while, and nothing is recorded', async () => {
  const { house: rooms } = house
  const user = await ann(house)
  await rooms.db.deleteFrom('attempt').execute()
  await packEvidence(rooms, actOf(rooms, user), id)
  const { bucket } = await rooms.db.selectFrom('attempt').select('bucket').executeTakeFirstOrThrow()
  for (let one = 0; one < 19; one++) await recordAttempt(rooms.db, bucket, rooms.clock())
  const before = await taken()
  const answer = await desk.get(`/vault/${id}/evidence.zip`)
  expect([answer.status, answer.text.includes('many times within the hour')]).toEqual([429, true])
  expect(await taken()).toEqual(before)
}, 60_000)
