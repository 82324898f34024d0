import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE, recipientNamed, send, sign } from '../../support/signing.ts'

let house: TestHouse
let desk: TestBrowser
let id: string

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  const user = await ann(house)
  const draft = await draftFor(house, user, [CLAIRE, MARIE])
  await send(house, user, draft)
  id = draft.id
  for (const name of ['Claire', 'Marie']) await sign(house, (await recipientNamed(house, id, name)).id)
  await house.drain()
  desk = await house.browser()
  await desk.signIn('ann@acme.example')
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

const found = async (search: string): Promise<boolean> =>
  (await desk.get(`/vault?search=${encodeURIComponent(search)}`)).text.includes(`/vault/${id}`)

test('words of the pages are found by their beginning, without accents, and shown with the page', async () => {
  const rows = await house.house.db.selectFrom('vaultEntry').selectAll().execute()
  expect(rows).toMatchObject([{ envelopeId: id, indexFailure: null, stage: 'in-force', partyKey: 'marie dupont' }])
  expect(rows[0]!.indexedAt).not.toBeNull()
  const { text } = await desk.get('/vault?search=agreem')
  expect(text).toContain('<mark>agreement</mark>')
  expect(text).toContain('Found on page 1')
  for (const search of ['CONSULT', 'maison dup', '"Maison Dupont"', 'claire@acme.example'])
    expect([search, await found(search)]).toEqual([search, true])
  for (const search of ['"Maison Marie"', 'xylophone', '%', '*', '"', 'NEAR(a b)', "' or zzz=1 --", 'keys:uann'])
    expect([search, await found(search)]).toEqual([search, false])
})

test('the page of the document tells every place, and each place is a link to the page', async () => {
  const { text } = await desk.get(`/vault/${id}?search=agreement`)
  const places = [...text.matchAll(/#(page-doc_[a-z0-9]+-\d+)"/g)].map(([, place]) => place)
  expect(places.length).toBeGreaterThan(0)
  for (const place of places) expect(text).toContain(`id="${place}"`)
})

test('what was looked for is recorded, once for a search and not for its pages', async () => {
  const { db } = house.house
  const searches = async () => (await db.selectFrom('auditLeaf').select('seq').where('type', '=', 'vault.searched').execute()).length
  const before = await searches()
  await desk.get('/vault')
  expect(await searches()).toBe(before)
  await desk.get('/vault?search=rent')
  await desk.get(`/vault?search=rent&after=${encodeURIComponent('9~x')}`)
  expect(await searches()).toBe(before + 1)
})

test('filters narrow the register; an odd address shows everything rather than fail', async () => {
  const shows = async (query: string): Promise<boolean> => {
    const { status, text } = await desk.get(`/vault?${query}`)
    expect(status).toBe(200)
    return text.includes(`href="/vault/${id}`)
  }
  const { db } = house.house
  await db.updateTable('vaultEntry').set({ kind: 'Contract', amount: 123_456, currency: 'EUR' }).execute()
  for (const query of [
    'party=dupont',
    'stage=in-force',
    'kind=Contract',
    'least=1234.56&most=1%20234,56',
    'from=2026-11-23&to=2026-11-23',
    'sort=title',
    'sort=party',
    'sort=size',
    'sort=oldest',
    'from=nonsense&stage=nonsense&least=abc&sort=x&after=zzz',
  ])
    expect([query, await shows(query)]).toEqual([query, true])
  for (const query of [
    'party=martinez',
    'stage=annulled',
    'stage=held',
    'kind=Lease',
    'least=1234.57',
    'most=1234.55',
    'to=2026-11-22',
    'from=2026-11-24',
    'folder=fld_none',
  ])
    expect([query, await shows(query)]).toEqual([query, false])
  await desk.post(`/vault/${id}/annulment`, { reason: 'Signed twice' })
  expect([await shows('stage=annulled'), await shows('stage=in-force')]).toEqual([true, false])
  await desk.post(`/vault/${id}/legal-hold`, { reason: 'Lawsuit' })
  expect(await shows('stage=held')).toBe(true)
})
