import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Reader } from '../../src/access/reach.ts'
import { OVERSIGHT } from '../../src/access/permissions.ts'
import { verifyLog } from '../../src/audit/verifying.ts'
import { keptCheckpointIn } from '../../src/audit/kept.ts'
import { DAY } from '../../src/base/instant.ts'
import { listDocuments } from '../../src/envelope/envelope.ts'
import { pageImage } from '../../src/envelope/page-images.ts'
import { headRevision } from '../../src/envelope/revisions.ts'
import { readObject } from '../../src/store/object.ts'
import { removeLooseChunks } from '../../src/store/sweeping.ts'
import { askToDispose, decideDisposal, findDisposal } from '../../src/vault/disposing.ts'
import { EVERYTHING } from '../../src/vault/filters.ts'
import { askToLift, decideLift, placeHold } from '../../src/vault/legal-hold.ts'
import { searchVault } from '../../src/vault/register.ts'
import { assignClass, keepClass, keepingOf, removeClass } from '../../src/vault/retention.ts'
import { sweepEverything } from '../../src/vault/sweep.ts'
import { registerEntryFor, registerEntryOf } from '../../src/verification/register.ts'
import { trustOf } from '../../src/verification/uploaded.ts'
import { verifyFile } from '../../src/verification/verify-file.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { actOf, ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../support/signing.ts'

let house: TestHouse
let user: Awaited<ReturnType<typeof ann>>
let second: Reader
const ids: string[] = []

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  user = await ann(house)
  const bob = await house.house.db.selectFrom('user').select('id').where('email', '=', 'bob@acme.example').executeTakeFirstOrThrow()
  second = { id: bob.id, departmentId: null, permissions: OVERSIGHT }
  // Two envelopes of the same upload: what they share must outlive one of them.
  for (let at = 0; at < 2; at++) {
    const draft = await draftFor(house, user, [CLAIRE, MARIE])
    await send(house, user, draft)
    ids.push(draft.id)
    for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, draft.id, name)).id)
    await house.drain()
  }
}, 120_000)
afterAll(async () => house[Symbol.asyncDispose]())

const act = (reader: Pick<Reader, 'id'>) => actOf(house.house, reader)
const dueOf = async (id: string) =>
  (await house.house.db.selectFrom('vaultEntry').select('dueAt').where('envelopeId', '=', id).executeTakeFirstOrThrow()).dueAt as
    string | null

test('what is kept until when: entry before folder before kind before default; calendar years', async () => {
  const { db } = house.house
  const facts = { until: null, action: 'dispose' as const, isDefault: false }
  expect(await dueOf(ids[0]!)).toBeNull()
  await expect(keepClass(db, act(user), user, null, { ...facts, name: ' ', years: 1 })).rejects.toThrow('retention.name-missing')
  await expect(keepClass(db, act(user), user, null, { ...facts, name: 'X', years: null })).rejects.toThrow('retention.end-missing')
  const ten = await keepClass(db, act(user), user, null, { ...facts, name: 'Ten', years: 10, isDefault: true })
  await house.drain()
  expect(await dueOf(ids[0]!)).toBe('2036-11-23T12:00:00.000Z')
  const five = await keepClass(db, act(user), user, null, { ...facts, name: 'Five', years: 5 })
  await db.updateTable('vaultEntry').set({ kind: 'Lease' }).where('envelopeId', '=', ids[0]!).execute()
  await assignClass(db, act(user), user, { kind: 'Lease' }, five)
  await house.drain()
  expect([await dueOf(ids[0]!), await dueOf(ids[1]!)]).toEqual(['2031-11-23T12:00:00.000Z', '2036-11-23T12:00:00.000Z'])
  const day = await keepClass(db, act(user), user, null, { ...facts, name: 'A day', years: null, until: '2027-01-31', action: 'review' })
  await assignClass(db, act(user), user, { envelope: ids[0]! }, day)
  expect(await dueOf(ids[0]!)).toBe('2027-01-31T23:59:59.999Z')
  await expect(removeClass(db, act(user), user, ten)).rejects.toThrow('retention.in-use')
  await removeClass(db, act(user), user, day)
  await house.drain()
  expect(await dueOf(ids[0]!)).toBe('2031-11-23T12:00:00.000Z')
  const { seq } = await db.selectFrom('vaultEntry').select('seq').where('envelopeId', '=', ids[0]!).executeTakeFirstOrThrow()
  expect((await keepingOf(db, seq)).class?.name).toBe('Five')
})

test('only what is due is asked for; never under hold; never by one person alone', async () => {
  const { db } = house.house
  await expect(askToDispose(db, act(user), user, [ids[0]!], 'end')).rejects.toThrow('disposal.nothing')
  house.wait(6 * 366 * DAY)
  await expect(askToDispose(db, act(user), user, ids, 'end')).rejects.toThrow('disposal.nothing')
  await placeHold(db, act(user), user, ids[0]!, 'Lawsuit')
  await expect(askToDispose(db, act(user), user, [ids[0]!], 'end')).rejects.toThrow('disposal.nothing')
  await askToLift(db, act(user), user, ids[0]!, 'over')
  await decideLift(db, act(second), second, ids[0]!, true, 'over')
  await expect(askToDispose(db, act(user), user, [ids[0]!], '  ')).rejects.toThrow('envelope.reason-missing')
  const stranger: Reader = { ...second, permissions: { ...OVERSIGHT, documents: { ...OVERSIGHT.documents, delete: 'own' } } }
  await expect(askToDispose(db, act(stranger), stranger, [ids[0]!], 'end')).rejects.toThrow('access.forbidden')
  const id = await askToDispose(db, act(user), user, [ids[0]!], 'Its time is over')
  await expect(askToDispose(db, act(second), second, [ids[0]!], 'again')).rejects.toThrow('disposal.nothing')
  await expect(decideDisposal(db, act(user), user, id, true, 'and me')).rejects.toThrow('disposal.second-person')
  await decideDisposal(db, act(second), second, id, false, 'not yet')
  await house.drain()
  expect(await headRevision(db, (await listDocuments(db, ids[0]!))[0]!.id)).not.toBeNull()
})

test('what came under hold after it was approved is kept', async () => {
  const { db } = house.house
  const id = await askToDispose(db, act(user), user, [ids[0]!], 'Its time is over')
  await decideDisposal(db, act(second), second, id, true, 'agreed')
  await placeHold(db, act(user), user, ids[0]!, 'Lawsuit')
  await house.drain()
  const disposal = await findDisposal(db, user, id)
  expect(disposal.entries).toMatchObject([{ disposedAt: null, keptBecause: 'held' }])
  expect([disposal.doneAt !== null, disposal.certificateDigest]).toEqual([true, null])
  await askToLift(db, act(user), user, ids[0]!, 'over')
  await decideLift(db, act(second), second, ids[0]!, true, 'over')
})

test('what two people approve is gone to the last byte; the register, the log and a sealed certificate tell of it', async () => {
  const { db } = house.house
  const [document] = await listDocuments(db, ids[0]!)
  const head = (await headRevision(db, document!.id))!
  const sealed = await readObject(db, head.objectDigest)
  await pageImage(house.house, head.objectDigest, 0, 240)
  const objects = async () => new Set((await db.selectFrom('object').select('digest').execute()).map(({ digest }) => digest))
  const before = await objects()
  const id = await askToDispose(db, act(user), user, [ids[0]!], 'Its time is over')
  await decideDisposal(db, act(second), second, id, true, 'agreed')
  await house.drain()

  const after = await objects()
  expect(after.has(head.objectDigest)).toBe(false)
  // Shared with the other envelope.
  expect(after.has(document!.originalDigest)).toBe(true)
  expect(before.size - after.size).toBeGreaterThanOrEqual(5)
  const chunks = async () => (await db.selectFrom('chunk').select('digest').execute()).length
  const standing = await chunks()
  await removeLooseChunks(db)
  expect(await chunks()).toBe(standing)
  expect(await db.selectFrom('pageImage').select('page').where('objectDigest', '=', head.objectDigest).execute()).toEqual([])
  const text = await searchVault(db, user, { ...EVERYTHING, search: 'consulting' })
  expect(text.entries.map(({ id: found }) => found)).toEqual([ids[1]!])
  const listed = await searchVault(db, user, { ...EVERYTHING, stage: 'disposed' })
  expect(listed.entries).toMatchObject([{ id: ids[0], title: 'Consulting agreement' }])

  const entry = await registerEntryFor(db, document!.documentId)
  expect(entry).toMatchObject({ state: 'completed', digest: head.objectDigest, issuer: 'Acme <Ltd>' })
  expect(entry?.disposedAt).toBeDefined()
  const question = { ...(await trustOf(db)), at: house.house.clock() }
  const report = await verifyFile(sealed, question)
  expect(await registerEntryOf(db, [...report.revisions.map(({ digest }) => digest), report.digest])).toMatchObject({
    documentId: document!.documentId,
    found: { isExact: true, isLatest: true },
  })

  const { certificateDigest, certificateDocumentId, entries } = await findDisposal(db, second, id)
  expect(entries).toMatchObject([{ keptBecause: null }])
  const certificate = await readObject(db, certificateDigest!)
  const verdict = await verifyFile(certificate, question)
  expect([verdict.answer, verdict.level, certificateDocumentId !== null]).toEqual(['genuine', 'B-LTA', true])
  const log = await verifyLog(db, keptCheckpointIn(house.house.config.auditCheckpoint), [])
  expect(log.findings).toEqual([])
  expect(await sweepEverything(house.house)).toMatchObject({ faults: 0 })
}, 120_000)

test('the pages of retention and disposal: for whom may delete every document, from the list to the certificate', async () => {
  const { db } = house.house
  const desk = await house.browser()
  await desk.signIn('ann@acme.example')
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  for (const path of ['/vault/retention', '/vault/retention/new', '/vault/disposals']) {
    expect([path, (await desk.get(path)).status]).toEqual([path, 200])
    expect([path, (await bob.get(path)).status]).toEqual([path, 403])
  }
  expect((await desk.post('/vault/retention', { name: '', years: '5', action: 'review' })).status).toBe(422)
  expect((await desk.post('/vault/retention', { name: 'Both', years: '5', until: '2030-01-01', action: 'review' })).status).toBe(422)
  expect((await desk.post('/vault/retention', { name: 'Short', years: '2', action: 'dispose' })).status).toBe(303)
  const gone = await desk.get(`/vault/${ids[0]}`)
  expect([gone.status, gone.text.includes('The bytes of this document are gone')]).toEqual([200, true])
  const [document] = await listDocuments(db, ids[0]!)
  expect((await desk.get(`/vault/${ids[0]}/documents/${document!.id}/sealed.pdf`)).status).toBe(410)
  expect((await desk.get(`/vault/${ids[0]}/evidence.zip`)).status).toBe(410)
  expect((await desk.get(`/verify/${document!.documentId}`)).text).toContain('Disposed of')
  expect((await desk.get(`/envelopes/${ids[0]}`)).status).toBe(200)
  expect((await desk.post(`/vault/${ids[1]}/details`, { kind: 'Loan', amount: 'many', currency: 'EUR' })).status).toBe(422)
  expect((await desk.post(`/vault/${ids[1]}/details`, { kind: 'Loan', amount: '1 234,50', currency: 'eur' })).status).toBe(303)
  const loan = await desk.get('/vault?kind=Loan&least=1234.5')
  expect(loan.text).toContain('€1,234.50')
  const classes = await db.selectFrom('retentionClass').selectAll().where('name', '=', 'Short').executeTakeFirstOrThrow()
  expect((await desk.get(`/vault/retention/${classes.id}`)).status).toBe(200)
  await desk.post('/vault/retention/assignments', { kind: 'Loan', class: classes.id })
  await house.drain()
  expect((await desk.get('/vault/disposals')).text).toContain(`value="${ids[1]}"`)
  expect((await desk.post('/vault/disposals', { pick: ids[1]!, reason: '' })).status).toBe(422)
  const asked = await desk.post('/vault/disposals', { pick: ids[1]!, reason: 'Over' })
  const path = asked.location!
  expect((await desk.get(path)).text).toContain('You asked.')
  expect((await bob.get(path)).status).toBe(403)
  expect((await desk.post(`${path}/approval`, { reason: 'me' })).status).toBe(403)
  expect((await desk.post(`${path}/refusal`, { reason: '' })).status).toBe(422)
  expect((await desk.post(`${path}/refusal`, { reason: 'back' })).status).toBe(303)
  const done = await db.selectFrom('disposal').select('id').where('certificateDigest', 'is not', null).executeTakeFirstOrThrow()
  const certificate = await desk.get(`/vault/disposals/${done.id}/certificate.pdf`)
  expect([certificate.status, certificate.text.slice(0, 5)]).toEqual([200, '%PDF-'])
}, 60_000)
