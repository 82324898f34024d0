import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { signedElsewhere } from '../../support/signed-elsewhere.ts'
import { CONTRACT } from '../../support/signing.ts'
import { sweepEverything } from '../../../src/vault/sweep.ts'

let house: TestHouse
let desk: TestBrowser
const signed = signedElsewhere()
const together = signedElsewhere({ kind: 'stream' })

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  desk = await house.browser()
  await desk.signIn('ann@acme.example')
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

const pdf = (bytes: Uint8Array<ArrayBuffer>, name: string): File => new File([bytes], name, { type: 'application/pdf' })
const kept = async (): Promise<number> => (await house.house.db.selectFrom('vaultImport').select('digest').execute()).length

test('bad files are refused by name and reason, all or none', async () => {
  expect((await desk.get('/vault/imports')).status).toBe(200)
  const cases: [string, File[], Record<string, string>, number, string][] = [
    ['none', [], {}, 422, 'Choose at least one PDF'],
    ['no PDF', [pdf(new TextEncoder().encode('hello'), 'note.pdf')], {}, 422, '“note.pdf” cannot be read'],
    ['unsigned', [pdf(signed, 'good.pdf'), pdf(CONTRACT, 'plain.pdf')], {}, 422, '“plain.pdf” bears no digital signature'],
    ['twice', [pdf(signed, 'a.pdf'), pdf(signed, 'b.pdf')], {}, 422, '“b.pdf” is there twice'],
    ['future', [pdf(signed, 'a.pdf')], { day: '2030-01-01' }, 422, 'Enter a day in the past'],
    ['no day', [pdf(signed, 'a.pdf')], { day: 'yesterday' }, 422, 'Enter a day in the past'],
  ]
  for (const [name, files, fields, status, sentence] of cases) {
    const answer = await desk.post('/vault/imports', { ...fields, files })
    expect([name, answer.status, answer.text.includes(sentence)]).toEqual([name, status, true])
  }
  const changed = Uint8Array.from(signed)
  changed[changed.indexOf(0x41, 300)]! ^= 1
  const answer = await desk.post('/vault/imports', { files: [pdf(changed, 'changed.pdf')] })
  expect(answer.status).toBe(422)
  expect(await kept()).toBe(0)
})

test('a signed file is kept with its report, found by its words, and claimed by nobody to be issued here; twice is noticed', async () => {
  const { db } = house.house
  const made = await desk.post('/vault/imports', {
    title: 'Framework <1998>',
    parties: 'Sven Svensson, Nord AB\nAnn Archer',
    day: '2019-05-31',
    kind: 'Framework',
    files: [pdf(signed, 'framework.pdf')],
  })
  expect(made.status).toBe(303)
  const id = made.location!.slice('/vault/'.length)
  await house.drain()
  const { text } = await desk.get(`/vault/${id}`)
  for (const told of ['Framework &lt;1998&gt;', 'Imported, and verified on entry', 'Not ours, but intact', 'nothing of it was issued here'])
    expect([told, text.includes(told)]).toEqual([told, true])
  expect(text).not.toContain('/annulment')
  expect((await desk.get(`/vault/${id}/import-report`)).text).toContain('Sven Svensson')
  for (const query of [
    'search=agreed',
    'search=svensson',
    'stage=imported',
    'kind=Framework',
    'from=2019-05-31&to=2019-05-31',
    'party=nord',
  ])
    expect([query, (await desk.get(`/vault?${query}`)).text.includes(`/vault/${id}`)]).toEqual([query, true])
  const document = await db.selectFrom('document').selectAll().where('envelopeId', '=', id).executeTakeFirstOrThrow()
  const file = await desk.get(`/vault/${id}/documents/${document.id}/sealed.pdf`)
  expect(Buffer.from(file.bytes).equals(Buffer.from(signed))).toBe(true)
  expect((await desk.get(`/verify/${document.documentId}`)).status).toBe(404)
  expect((await desk.get('/envelopes')).text).not.toContain('Framework')
  expect((await desk.get(`/vault/${id}/evidence.zip`)).status).toBe(200)
  expect((await desk.post(`/vault/${id}/annulment`, { reason: 'x' })).status).toBe(409)
  const again = await desk.post('/vault/imports', { files: [pdf(signed, 'other-name.pdf')] })
  expect([again.status, again.text.includes('lies in the vault already')]).toEqual([409, true])
  const bob = await house.browser()
  await bob.signIn('bob@acme.example')
  expect((await bob.get(`/vault/${id}/import-report`)).status).toBe(404)
  expect(await db.selectFrom('auditLeaf').select('envelopeId').where('type', '=', 'vault.imported').execute()).toEqual([{ envelopeId: id }])
})

test('what cannot be verified is kept by explicit choice, and marked', async () => {
  const made = await desk.post('/vault/imports', { keepsUnverified: '1', files: [pdf(CONTRACT, 'scan.pdf')] })
  expect(made.status).toBe(303)
  const { text } = await desk.get(made.location!)
  expect([text.includes('Imported, and not verified'), text.includes('Not signed')]).toEqual([true, true])
  expect((await desk.get('/vault?stage=unverified')).text).toContain('Not verified')
  expect(await sweepEverything(house.house)).toMatchObject({ documents: 2, faults: 0 })
})

test('brought in several times at once, one file is one document', async () => {
  const files = (): { files: File[] } => ({ files: [pdf(together, 'together.pdf')] })
  const before = await kept()
  const answers = await Promise.all([1, 2, 3, 4].map(() => desk.post('/vault/imports', files())))
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409, 409])
  expect(answers.find(({ status }) => status === 409)!.text).toContain('together.pdf')
  expect(await kept()).toBe(before + 1)
})
