import { expect, test } from 'bun:test'
import { systemAct } from '../../../src/audit/act.ts'
import { addLegalEntity, NO_DETAILS } from '../../../src/setting/legal-entity.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, draftFor, MARIE } from '../../support/signing.ts'
import { prepareDraft } from './draft.ts'

const as = async (test: TestHouse, name = 'ann'): Promise<TestBrowser> => {
  const browser = await test.browser()
  await browser.signIn(`${name}@acme.example`)
  return browser
}
const JSON_PLEASE = { accept: 'application/json' }
const draftOf = ({ house }: TestHouse, id: string) =>
  house.db.selectFrom('envelope').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

test('a new draft has four parts and says in each language what is missing', async () => {
  await using test = await openTestHouse()
  const browser = await as(test)
  const { location } = await browser.post('/envelopes')
  for (const [language, sentences] of [
    ['en', ['Choose files', 'There is no document yet.', 'Ann Archer has no signature field yet.']],
    ['fr', ['Choisir des fichiers', 'Ann Archer n’a pas encore de champ de signature.']],
  ] as const) {
    browser.cookies.set('lang', language)
    const { status, text } = await browser.get(location!)
    expect(status).toBe(200)
    for (const part of ['documents', 'people', 'fields', 'send']) expect(text).toContain(`<section class="part" id="${part}"`)
    for (const sentence of sentences) expect(text).toContain(sentence)
    expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=|javascript:|\sstyle=|undefined|\[object/)
  }
  const bob = await as(test, 'bob')
  const own = await bob.post('/envelopes')
  expect((await bob.get(own.location!)).text).toContain('Nobody yet. Who signs?')
})

test('details are saved one form at a time; what a form does not have stays', async () => {
  await using test = await openTestHouse()
  const { envelope } = await prepareDraft(test)
  const browser = await as(test)
  const path = `/envelopes/${envelope.id}/draft`
  const title = await browser.post(path, { title: ' A  new title ' }, JSON_PLEASE)
  expect(JSON.parse(title.text)).toEqual({ version: envelope.version + 1, saved: '13:00' })
  const send = {
    subject: 'Please sign',
    message: 'Dear Marie,\r\n\r\nhere it is.',
    deadlineDay: '2026-12-24',
    deadlineTime: '',
    reminders: '1',
    remind: '1',
    firstAfterDays: '2',
    everyDays: '4',
    most: '5',
  }
  expect((await browser.post(path, send)).location).toBe(`${path}#send`)
  expect(await draftOf(test, envelope.id)).toMatchObject({
    title: 'A new title',
    subject: 'Please sign',
    message: 'Dear Marie,\n\nhere it is.',
    deadline: '2026-12-24T22:59:00.000Z',
    reminders: '{"firstAfterDays":2,"everyDays":4,"most":5}',
    version: envelope.version + 2,
  })
  const { text } = await browser.get(path)
  expect(text).toContain('value="2026-12-24"')
  await browser.post(path, { reminders: '1', firstAfterDays: '2', everyDays: '4', most: '5' })
  expect((await draftOf(test, envelope.id)).reminders).toBe('{"firstAfterDays":2,"everyDays":4,"most":0}')
})

test('the deadline that is shown before anybody has chosen is not chosen; chosen back, it is none again', async () => {
  await using test = await openTestHouse()
  const { envelope } = await prepareDraft(test)
  const browser = await as(test)
  const path = `/envelopes/${envelope.id}/draft`
  const { text } = await browser.get(path)
  const shown = /name="deadlineShown" value="([^"]+)"/.exec(text)?.[1] ?? ''
  expect(shown).toBe('2027-02-22 ')
  await browser.post(path, { deadlineDay: '2027-02-22', deadlineTime: '', deadlineShown: shown })
  expect((await draftOf(test, envelope.id)).deadline).toBeNull()
  await browser.post(path, { deadlineDay: '2026-12-01', deadlineTime: '08:30', deadlineShown: shown })
  expect((await draftOf(test, envelope.id)).deadline).toBe('2026-12-01T07:30:00.000Z' as never)
  await browser.post(path, { deadlineDay: '2027-02-22', deadlineTime: '', deadlineShown: shown })
  expect((await draftOf(test, envelope.id)).deadline).toBeNull()
})

test.each([
  [{ deadlineDay: '2020-01-01', deadlineTime: '' }, 'deadlineDay', 'at least five minutes from now'],
  [{ deadlineDay: '2026-11-23', deadlineTime: '13:04' }, 'deadlineDay', 'at least five minutes from now'],
  [{ deadlineDay: 'tomorrow', deadlineTime: '' }, 'deadlineDay', 'Please enter a day and a time.'],
  [{ subject: 'x'.repeat(201) }, 'subject', 'This is too long.'],
  [{ reminders: '1', remind: '1', everyDays: '0' }, 'everyDays', 'whole number'],
  [{ reminders: '1', remind: '1', most: '11' }, 'most', 'whole number'],
] as [Record<string, string>, string, string][])('%p is told beside %s and changes nothing', async (fields, name, sentence) => {
  await using test = await openTestHouse()
  const { envelope } = await prepareDraft(test)
  const browser = await as(test)
  const path = `/envelopes/${envelope.id}/draft`
  const page = await browser.post(path, fields)
  expect(page.status).toBe(422)
  expect(page.text).toContain(`id="${name}-error"`)
  expect(page.text).toContain(sentence)
  const told = await browser.post(path, fields, JSON_PLEASE)
  expect([told.status, (JSON.parse(told.text) as { fields: Record<string, string> }).fields[name]]).toEqual([
    422,
    expect.stringContaining(sentence),
  ])
  expect(await draftOf(test, envelope.id)).toEqual(envelope)
})

test('another of the own companies is chosen, and its people sign for it', async () => {
  await using test = await openTestHouse()
  const { envelope, us } = await prepareDraft(test)
  const { db } = test.house
  const { id } = await db.transaction().execute((tx) =>
    addLegalEntity(tx, systemAct(test.house.clock()), {
      legalName: 'Acme Homes',
      country: 'FR',
      address: 'Lyon',
      details: { ...NO_DETAILS, vatNumber: 'FR1' },
      logoDigest: null,
    }),
  )
  const browser = await as(test)
  expect((await browser.get(`/envelopes/${envelope.id}/draft`)).text).toContain('Sent in the name of')
  expect((await browser.post(`/envelopes/${envelope.id}/draft`, { legalEntityId: id })).location).toContain('#people')
  expect((await draftOf(test, envelope.id)).legalEntityId).toBe(id)
  const people = await db.selectFrom('recipient').select(['id', 'company', 'companyDetails']).execute()
  expect(people.find((one) => one.id === us.id)).toMatchObject({ company: 'Acme Homes', companyDetails: 'Acme Homes\nLyon\nTVA FR1' })
  expect(people.find((one) => one.id !== us.id)?.company).toBe('Dupont SARL')
  expect((await browser.post(`/envelopes/${envelope.id}/draft`, { legalEntityId: 'ent_unknown' })).status).toBe(404)
})

test('why it came back stands at the top', async () => {
  await using test = await openTestHouse()
  const { envelope } = await prepareDraft(test)
  await test.house.db.updateTable('envelope').set({ dispatchFailure: 'dispatch.failed' }).execute()
  const { text } = await (await as(test)).get(`/envelopes/${envelope.id}/draft`)
  expect(text).toContain('It could not be sent')
  expect(text).toContain('The document could not be prepared for signature.')
})

test('sent with what was typed last; the page waits, then shows how it stands', async () => {
  await using test = await openTestHouse({ authority: true })
  const user = await ann(test)
  const draft = await draftFor(test, user, [CLAIRE, MARIE])
  const browser = await as(test)
  const page = await browser.get(`/envelopes/${draft.id}/draft`)
  expect(page.text).toContain('Everything is in place.')
  const answer = await browser.post(`/envelopes/${draft.id}/dispatch`, { version: String(draft.version), subject: 'Typed last' })
  expect([answer.status, answer.location]).toEqual([303, `/envelopes/${draft.id}`])
  const waiting = await browser.get(`/envelopes/${draft.id}`)
  expect(waiting.text).toContain('data-status="sending"')
  expect(JSON.parse((await browser.get(`/envelopes/${draft.id}/status`)).text)).toEqual({ status: 'sending' })
  await test.drain()
  expect(JSON.parse((await browser.get(`/envelopes/${draft.id}/status`)).text)).toEqual({ status: 'sent' })
  expect((await browser.get(`/envelopes/${draft.id}`)).text).toContain('With us')
  expect(await draftOf(test, draft.id)).toMatchObject({ status: 'sent', subject: 'Typed last' })
  expect((await browser.get(`/envelopes/${draft.id}/draft`)).location).toBe(`/envelopes/${draft.id}`)
  // What has left is no draft any more, for no form.
  for (const [path, fields] of [
    ['draft', { title: 'x' }],
    ['discarding', {}],
    ['dispatch', { version: String(draft.version + 1) }],
    ['recipients', { lastName: 'X', email: 'x@x.example', role: 'signer', side: 'other', channel: 'email', language: 'en' }],
    ['documents/order', { ids: 'x' }],
  ] as [string, Record<string, string>][])
    expect([path, (await browser.post(`/envelopes/${draft.id}/${path}`, fields)).status]).toEqual([path, 409])
}, 30_000)

test('what is missing, or was changed by somebody since, stops it; what was typed is kept', async () => {
  await using test = await openTestHouse({ authority: true })
  const user = await ann(test)
  const draft = await draftFor(test, user, [CLAIRE, MARIE])
  const { db } = test.house
  const browser = await as(test)
  const stale = await browser.post(`/envelopes/${draft.id}/dispatch`, { version: String(draft.version - 1), subject: 'Mine' })
  expect(stale.status).toBe(409)
  expect(stale.text).toContain('Something changed here in the meantime.')
  expect(await draftOf(test, draft.id)).toEqual(draft)
  for (const version of ['', 'x', '-1', '1e3'])
    expect((await browser.post(`/envelopes/${draft.id}/dispatch`, { version })).status).toBe(409)
  await db.deleteFrom('field').execute()
  const incomplete = await browser.post(`/envelopes/${draft.id}/dispatch`, { version: String(draft.version), subject: 'Mine' })
  expect(incomplete.status).toBe(422)
  expect(incomplete.text).toContain('Claire Martin has no signature field yet.')
  expect(incomplete.text).toContain('value="Mine"')
  expect((await draftOf(test, draft.id)).status).toBe('draft')
  const wrong = await browser.post(`/envelopes/${draft.id}/dispatch`, { version: String(draft.version + 1), deadlineDay: '2020-01-01' })
  expect(wrong.text).toContain('id="deadlineDay-error"')
  expect(await db.selectFrom('job').selectAll().where('kind', '=', 'envelope.dispatch').execute()).toEqual([])
}, 30_000)
