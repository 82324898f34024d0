import { afterAll, beforeAll, expect, test } from 'bun:test'
import { inclusionProof } from '../../../src/audit/trail.ts'
import { DAY } from '../../../src/base/instant.ts'
import { vaultLinkUrl } from '../../../src/envelope/vault-link.ts'
import { readObject } from '../../../src/store/object.ts'
import { ORIGIN, openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'

let house: TestHouse
let desk: TestBrowser
let id: string
let documentId: string
let sealed: Blob

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE])
  await send(house, user, draft)
  id = draft.id
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
  await house.drain()
  const { db } = house.house
  const document = await db.selectFrom('document').selectAll().where('envelopeId', '=', id).executeTakeFirstOrThrow()
  documentId = document.documentId
  const head = await db.selectFrom('revision').select('objectDigest').orderBy('number', 'desc').executeTakeFirstOrThrow()
  sealed = new File([await readObject(db, head.objectDigest)], 'contract.pdf', { type: 'application/pdf' })
  desk = await house.browser()
  await desk.signIn('ann@acme.example')
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

const asked = async (reason: string, fields: Record<string, string> = {}) => {
  await desk.get(`/vault/${id}/annulment`)
  return desk.post(`/vault/${id}/annulment`, { reason, ...fields })
}

test('before it is done, the page says what it means; without a reason nothing is done', async () => {
  expect((await desk.get(`/vault/${id}`)).text).toContain(`/vault/${id}/annulment`)
  for (const [language, sentence] of [
    ['en', 'its signatures stay valid'],
    ['fr', 'ses signatures restent valides'],
  ] as const) {
    desk.cookies.set('lang', language)
    const page = await desk.get(`/vault/${id}/annulment`)
    expect(page.status).toBe(200)
    expect(page.text).toContain(sentence)
    expect(page.text).not.toMatch(/undefined|\[object|<script(?![^>]* src=)|\sstyle=/)
  }
  desk.cookies.set('lang', 'en')
  const empty = await asked('   ')
  expect([empty.status, empty.text.includes('Please say why')]).toEqual([422, true])
  // Not annulled: there is nothing to take back.
  expect((await desk.get(`/vault/${id}/reinstatement`)).location).toBe(`/vault/${id}`)
  const early = await desk.post(`/vault/${id}/reinstatement`, { reason: 'x' })
  expect([early.status, early.text.includes('This document is not annulled')]).toEqual([409, true])
  expect(await house.house.db.selectFrom('annulment').selectAll().execute()).toEqual([])
})

test('an employee who sees it may not annul it; a stranger does not find it', async () => {
  const { db } = house.house
  const bob = await db.selectFrom('user').select('id').where('email', '=', 'bob@acme.example').executeTakeFirstOrThrow()
  const other = await house.browser()
  await other.signIn('bob@acme.example')
  expect((await other.post(`/vault/${id}/annulment`, { reason: 'x' })).status).toBe(404)
  const claire = await recipientNamed(house, id, 'Claire')
  await db.updateTable('recipient').set({ userId: bob.id }).where('id', '=', claire.id).execute()
  expect((await other.get(`/vault/${id}`)).text).not.toContain('/annulment')
  expect((await other.get(`/vault/${id}/annulment`)).status).toBe(403)
  expect((await other.post(`/vault/${id}/annulment`, { reason: 'x' })).status).toBe(403)
  const nobody = await house.browser()
  await nobody.get('/sign-in')
  expect((await nobody.post(`/vault/${id}/annulment`, { reason: 'x' })).status).toBe(403)
})

test('annulled: told in the vault, in the list, by ID, by file, in JSON and to the holder of the link; signed into the log', async () => {
  const { db, secretKey } = house.house
  const answer = await asked('Signed twice <by mistake>')
  expect([answer.status, answer.location]).toEqual([303, `/vault/${id}`])
  const row = await db.selectFrom('annulment').selectAll().executeTakeFirstOrThrow()
  expect((await desk.get(`/vault/${id}`)).text).toContain('the next signed state of the log holds it')
  await house.drain()
  const signed = await db.selectFrom('checkpoint').select('size').where('size', '>=', row.seq).executeTakeFirstOrThrow()
  expect((await inclusionProof(db, row.seq, signed.size)).length).toBeGreaterThan(0)

  const shown = await desk.get(`/vault/${id}`)
  for (const told of [
    'Annulled: no longer in force',
    'Signed twice &lt;by mistake&gt;',
    'The reason is not public',
    'Ann Archer',
    `${signed.size} entries`,
  ])
    expect(shown.text).toContain(told)
  expect((await desk.get('/vault')).text).toContain('chip--stop">Annulled')
  expect((await desk.get('/envelopes')).text).toContain('stage--annulled')
  expect((await desk.get(`/envelopes/${id}`)).text).toContain('it has been annulled since')

  const visitor = await house.browser()
  const byId = await visitor.get(`/verify/${documentId}`)
  expect(byId.text).toContain('verdict--stop')
  expect(byId.text).toContain('no longer in force')
  expect(byId.text).not.toContain('Signed twice')
  const json = JSON.parse((await visitor.get(`/verify/${documentId}`, { accept: 'application/json' })).text)
  expect(json).toMatchObject({ state: 'annulled', annulments: [{ kind: 'annulled', at: row.at, reason: null }] })
  const byFile = await visitor.post('/verify', { file: sealed })
  expect(byFile.text).toContain('Annulled on 23 November 2026')
  expect(byFile.text).toContain('but it was annulled on')
  expect(byFile.text).toMatch(/verdict--stop" data-answer="genuine"/)
  visitor.cookies.set('lang', 'fr')
  expect((await visitor.post('/verify', { file: sealed })).text).toContain('Annulé le 23 novembre 2026')

  const link = await db.selectFrom('vaultLink').selectAll().executeTakeFirstOrThrow()
  const holder = await house.browser()
  const first = await holder.get(new URL(vaultLinkUrl(ORIGIN, secretKey, link)).pathname)
  holder.cookies.set('lang', 'en')
  expect((await holder.get(first.location!)).text).toContain('Annulled on')
}, 30_000)

test('the messages say it with the reason, and lead to the register', async () => {
  const { db } = house.house
  const messages = await db.selectFrom('message').select(['id', 'address']).where('kind', '=', 'annulled').execute()
  expect(messages.map(({ address }) => address).sort()).toEqual(['claire@acme.example', 'marie@client.example'])
  await desk.get('/console/outbox')
  const opened = await desk.post(`/console/outbox/${messages[0]!.id}/opening`)
  expect(opened.status).toBe(200)
  expect(opened.text).toContain(`/verify/${documentId}`)
  expect(opened.text).toContain('Signed twice')
})

test('taken back with a public reason: in force again, both stay to be read', async () => {
  house.wait(DAY / 2)
  await desk.signIn('ann@acme.example')
  await desk.get(`/vault/${id}/reinstatement`)
  const answer = await desk.post(`/vault/${id}/reinstatement`, { reason: 'It was the right one', public: '1' })
  expect(answer.location).toBe(`/vault/${id}`)
  const visitor = await house.browser()
  const byId = await visitor.get(`/verify/${documentId}`)
  for (const told of ['verdict--good', 'Annulled 23 Nov 2026', 'Annulment taken back 24 Nov 2026', 'It was the right one'])
    expect(byId.text).toContain(told)
  const byFile = await visitor.post('/verify', { file: sealed })
  for (const told of ['Genuine and unchanged', 'verdict--good', 'Annulment taken back']) expect(byFile.text).toContain(told)
  expect((await desk.get('/vault')).text).not.toContain('chip--stop">Annulled')
  expect((await desk.get(`/vault/${id}`)).text).toContain('an annulment was taken back')
}, 30_000)
