import { expect, test } from 'bun:test'
import type { PlacedField } from '../../../src/envelope/fields.ts'
import { fieldsOf } from '../../../src/envelope/fields.ts'
import { addRecipient } from '../../../src/envelope/recipients.ts'
import { addSeries } from '../../../src/setting/numbering.ts'
import { NEW_FIELDS } from '../../../src/envelope/new-fields.ts'
import { editorView } from '../../../src/http/envelopes/fields.ts'
import type { Ctx } from '../../../src/http/env.ts'
import { openTestHouse, ORIGIN, type TestBrowser, type TestHouse } from '../../support/house.ts'
import { prepareDraft } from './draft.ts'

interface Told {
  readonly version: number
  readonly fields: PlacedField[]
  readonly code: string
  readonly message: string
  readonly fieldId: string
  readonly faults: { readonly fieldId: string; readonly message: string }[]
}

async function deskOf(house: TestHouse, email = 'ann@acme.example') {
  const browser = await house.browser()
  await browser.signIn(email)
  return { browser, ...json(house, browser, await tokenOf(browser)) }
}

const tokenOf = async (browser: TestBrowser): Promise<string> =>
  /<meta name="csrf" content="([^"]+)"/.exec((await browser.get('/account')).text)?.[1] ?? ''

const json = ({ server }: TestHouse, { cookies }: TestBrowser, token: string) => {
  const send = async (path: string, method: string, body?: unknown, csrf = token) => {
    const response = await server.fetch(
      new Request(`${ORIGIN}${path}`, {
        method,
        headers: {
          host: new URL(ORIGIN).host,
          accept: 'application/json',
          'content-type': 'application/json',
          'sec-fetch-site': 'same-origin',
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          'x-csrf': csrf,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
      '192.0.2.7',
    )
    return { status: response.status, body: (await response.json()) as Told }
  }
  return { read: (path: string) => send(path, 'GET'), put: (path: string, body: unknown, csrf?: string) => send(path, 'PUT', body, csrf) }
}

const field = (documentId: string, recipientId: string | null, over: Partial<PlacedField> = {}): PlacedField => ({
  id: 'new-1',
  documentId,
  recipientId,
  kind: 'signature',
  page: 1,
  x: 68.25,
  y: 502,
  width: 200,
  height: 62,
  required: true,
  readOnly: false,
  label: '',
  value: '',
  fontSize: 10,
  ...over,
})

test('fields are saved by version, keep the names they were given, and are answered as they stand', async () => {
  await using house = await openTestHouse()
  const { envelope, document, us, marie } = await prepareDraft(house)
  const { read, put } = await deskOf(house)
  const path = `/envelopes/${envelope.id}/fields`
  expect((await read(path)).body).toEqual({ version: envelope.version, fields: [], faults: [] } as never)

  const first = await put(path, {
    version: envelope.version,
    fields: [
      field(document.id, us.id, { x: 68.251_9 }),
      field(document.id, marie.id, { id: 'new-2', kind: 'text', page: 0, value: ' <b>x</b> ' }),
    ],
  })
  expect(first.status).toBe(200)
  expect(first.body.version).toBe(envelope.version + 1)
  expect(first.body.fields).toMatchObject([
    { kind: 'text', recipientId: marie.id, value: '<b>x</b>', page: 0 },
    { kind: 'signature', recipientId: us.id, x: 68.25, y: 502, width: 200, height: 62 },
  ])
  expect(first.body.fields.map(({ id }) => id)).toEqual([expect.stringMatching(/^fld_/), expect.stringMatching(/^fld_/)])

  const [text, signature] = first.body.fields
  const second = await put(path, { version: first.body.version, fields: [{ ...signature!, y: 500 }] })
  expect(second.body.fields).toEqual([{ ...signature!, y: 500 }])
  expect((await read(path)).body.fields).toEqual([{ ...signature!, y: 500 }])
  expect(text).toBeDefined()
})

test('rules are kept as they were sent, empty ones left out, and speak of fields by the names that the server gives', async () => {
  await using house = await openTestHouse()
  const { envelope, document, marie } = await prepareDraft(house)
  const { put } = await deskOf(house)
  const path = `/envelopes/${envelope.id}/fields`
  const box = field(document.id, marie.id, { id: 'new-box', kind: 'checkbox', page: 0 })
  const list = field(document.id, marie.id, { id: 'new-list', kind: 'drop-down', page: 0, y: 600 })
  const rules = { help: ' Which one? ', placeholder: '', options: ['a', ' ', 'b', 'a'], show: { field: 'new-box', is: 'ticked' } } as const
  const { status, body } = await put(path, { version: envelope.version, fields: [box, { ...list, rules }] })
  expect(status).toBe(200)
  expect(body.fields.map(({ rules: kept }) => kept)).toEqual([
    {},
    { help: 'Which one?', options: ['a', 'b'], show: { field: body.fields[0]!.id, is: 'ticked' } },
  ])
  for (const [wrong, code] of [
    [{ format: { type: 'amount', currency: 'euro' } }, 'field.currency'],
    [{ format: { type: 'number', min: '1,5' } }, 'field.limit'],
    [{ format: { type: 'colour' } }, 'form.invalid'],
    [{ maxLength: 0 }, 'field.length'],
    [{ options: Array.from({ length: 201 }, String) }, 'field.too-many-options'],
    [{ help: 'x'.repeat(301) }, 'text.too-long'],
    [{ source: 'shoe-size' }, 'form.invalid'],
  ] as const) {
    const refused = await put(path, { version: body.version, fields: [{ ...list, rules: wrong }] })
    expect([wrong, refused.status, refused.body.code, refused.body.fieldId]).toEqual([wrong, 422, code, 'new-list'] as never)
  }
})

test('numbers of defaults and conditions are kept as every language reads them; a detail that nobody could fill in must be known', async () => {
  await using house = await openTestHouse({ authority: true })
  const { envelope, document, us, marie } = await prepareDraft(house)
  const { put } = await deskOf(house)
  const amount = { type: 'amount', currency: 'EUR', max: '1000' } as const
  const { body } = await put(`/envelopes/${envelope.id}/fields`, {
    version: envelope.version,
    fields: [
      field(document.id, us.id, { id: 'price', kind: 'text', page: 0, y: 100, value: '1,234.5 €', rules: { format: amount } }),
      field(document.id, marie.id, {
        id: 'more',
        kind: 'text',
        page: 0,
        y: 200,
        rules: { show: { field: 'price', is: 'equals', value: '1 234,5' } },
      }),
      field(document.id, marie.id, { id: 'vat', kind: 'contact', page: 0, y: 300, readOnly: true, rules: { source: 'vat-number' } }),
      field(document.id, marie.id, { id: 'late', kind: 'text', page: 0, y: 400, rules: { show: { field: 'none', is: 'filled' } } }),
      field(document.id, us.id, { id: 'early', kind: 'text', page: 0, y: 500, rules: { require: { field: 'late', is: 'filled' } } }),
    ],
  })
  expect(body.fields.map(({ value, rules }) => value || rules?.show?.value || '')).toEqual(['1234.50', '1234.50', '', '', ''])
  expect(body.faults.map(({ message }) => message)).toEqual([
    '“1234.50” is set beforehand, but the field itself would refuse it.',
    'Of Marie Dupont this detail is not known, and nobody could fill it in.',
    'The condition speaks of a field that is no longer there.',
    'The condition speaks of “Text”, which is filled in later or by somebody at the same time.',
  ])
})

test('what cannot be meant is saved, told at its field, and never sent', async () => {
  await using house = await openTestHouse({ authority: true })
  const { envelope, document, us, marie } = await prepareDraft(house)
  const { browser, read, put } = await deskOf(house)
  const path = `/envelopes/${envelope.id}/fields`
  const list = field(document.id, marie.id, { id: 'new-list', kind: 'drop-down', page: 0, label: 'Colour' })
  const sum = field(document.id, marie.id, { id: 'new-sum', kind: 'calculation', page: 0, y: 600, rules: { formula: 'price *' } })
  const { status, body } = await put(path, {
    version: envelope.version,
    fields: [field(document.id, us.id), field(document.id, marie.id, { id: 'new-2', x: 320 }), list, sum],
  })
  const faults = [
    { fieldId: body.fields.find(({ kind }) => kind === 'drop-down')!.id, message: 'This list has nothing to choose from.' },
    { fieldId: body.fields.find(({ kind }) => kind === 'calculation')!.id, message: 'The formula stops in the middle.' },
  ]
  expect([status, body.faults]).toEqual([200, faults])
  expect((await read(path)).body.faults).toEqual(faults)
  const page = await browser.get(`/envelopes/${envelope.id}/draft`)
  expect(page.text).toContain('Drop-down list, page 1: Colour: This list has nothing to choose from.')
  const sent = await browser.post(`/envelopes/${envelope.id}/dispatch`, { version: String(body.version) })
  expect(sent.status).toBe(422)
  const row = await house.house.db.selectFrom('envelope').select('status').where('id', '=', envelope.id).executeTakeFirstOrThrow()
  expect(row.status).toBe('draft')
})

test('whoever saves with an old version is told how it stands, and nothing is changed', async () => {
  await using house = await openTestHouse()
  const { envelope, document, us } = await prepareDraft(house)
  const { put } = await deskOf(house)
  const path = `/envelopes/${envelope.id}/fields`
  const { body: now } = await put(path, { version: envelope.version, fields: [field(document.id, us.id)] })
  const late = await put(path, { version: envelope.version, fields: [] })
  expect(late.status).toBe(409)
  expect(late.body).toMatchObject({ code: 'envelope.moved-on', message: expect.any(String), version: now.version, fields: now.fields })
  expect(await fieldsOf(house.house.db, envelope)).toEqual(now.fields)
})

test('a field that does not fit is refused by its id, and then none is saved', async () => {
  await using house = await openTestHouse()
  const { envelope, document, us, ann, act, marie } = await prepareDraft(house)
  const copy = await addRecipient(house.house.db, act, ann, envelope.id, { ...marie, role: 'copy', email: 'c@dupont.example' })
  const { put } = await deskOf(house)
  const path = `/envelopes/${envelope.id}/fields`
  for (const [over, code] of [
    [{ x: 500 }, 'field.outside'],
    [{ y: -1 }, 'field.outside'],
    [{ width: 2 }, 'field.outside'],
    [{ width: 1e9 }, 'field.outside'],
    [{ x: null }, 'field.outside'],
    [{ page: 2 }, 'field.page-unknown'],
    [{ page: -1 }, 'field.page-unknown'],
    [{ page: 0.5 }, 'field.page-unknown'],
    [{ documentId: 'doc_of_another' }, 'field.page-unknown'],
    [{ recipientId: 'rcp_of_another' }, 'field.nobody'],
    [{ recipientId: null }, 'field.nobody'],
    [{ recipientId: copy.id }, 'field.of-a-copy'],
    [{ fontSize: 400 }, 'field.size'],
    [{ label: 'x'.repeat(201) }, 'text.too-long'],
    [{ kind: 'hologram' }, 'form.invalid'],
  ] as const) {
    const { status, body } = await put(path, {
      version: envelope.version + 1,
      fields: [field(document.id, us.id), { ...field(document.id, us.id), id: 'new-2', ...over }],
    })
    expect([over, status, body.code, body.fieldId]).toEqual([over, 422, code, 'new-2'])
    expect(body.message).not.toMatch(/^$|\{|^field\./)
  }
  expect(await fieldsOf(house.house.db, envelope)).toEqual([])
  for (const body of ['', '[]', '{', '{"version":"x","fields":[]}', '{"version":1}', '{"version":3,"fields":[null]}'])
    expect([body, (await put(path, body)).status]).toEqual([body, 422])
})

test('nobody else reads or writes them, and not without the token', async () => {
  await using house = await openTestHouse()
  const { envelope, document, us } = await prepareDraft(house)
  const path = `/envelopes/${envelope.id}/fields`
  const bob = await deskOf(house, 'bob@acme.example')
  expect((await bob.read(path)).status).toBe(404)
  expect((await bob.put(path, { version: envelope.version, fields: [] })).status).toBe(404)
  const ann = await deskOf(house)
  expect((await ann.put(path, { version: envelope.version, fields: [field(document.id, us.id)] }, 'x')).status).toBe(403)
  expect(await fieldsOf(house.house.db, envelope)).toEqual([])
  await house.house.db.updateTable('envelope').set({ status: 'sent' }).where('id', '=', envelope.id).execute()
  const sent = await ann.put(path, { version: envelope.version, fields: [] })
  expect([sent.status, sent.body.code]).toEqual([409, 'envelope.not-a-draft'])
})

test('without JavaScript a field is put at one of nine places, clear of what stands there, and taken away again', async () => {
  await using house = await openTestHouse()
  const { envelope, document, us, marie } = await prepareDraft(house)
  const { browser } = await deskOf(house)
  const path = `/envelopes/${envelope.id}/fields`
  const asked = { documentId: document.id, kind: 'signature', recipientId: us.id, page: '2', place: 'bottom-left' }
  for (const over of [{}, {}, { recipientId: marie.id, place: 'bottom-right' }, { kind: 'number', place: 'top', page: '1' }]) {
    const answer = await browser.post(path, { ...asked, ...over })
    expect([answer.status, answer.location]).toEqual([303, `/envelopes/${envelope.id}/draft#fields`])
  }
  const fields = await fieldsOf(house.house.db, envelope)
  expect(fields).toHaveLength(4)
  const [number, ...signatures] = fields
  expect(number).toMatchObject({ kind: 'number', page: 0, recipientId: null, y: 48 })
  expect(signatures.map(({ x, recipientId }) => [x < 300, recipientId])).toEqual([
    [true, us.id],
    [true, us.id],
    [false, marie.id],
  ])
  const { height } = NEW_FIELDS.signature
  const [above, below] = signatures.filter(({ recipientId }) => recipientId === us.id)
  expect(below!.y - above!.y).toBeGreaterThan(height)

  expect((await browser.post(path, { remove: number!.id })).status).toBe(303)
  expect((await fieldsOf(house.house.db, envelope)).map(({ id }) => id)).toEqual(signatures.map(({ id }) => id))
  // Told on the next page, by its cookie.
  const refused = await browser.post(path, { ...asked, page: '9' })
  expect([refused.status, decodeURIComponent(browser.cookies.get('flash') ?? '')]).toEqual([303, expect.stringContaining('"stop"')])
  for (const over of [{ place: 'nowhere' }, { kind: 'hologram' }, { page: 'x' }])
    expect((await browser.post(path, { ...asked, ...over })).status).toBe(422)
  expect(await fieldsOf(house.house.db, envelope)).toHaveLength(3)
})

test.each(['en', 'fr'])(
  'the page of a draft holds a form for every document and every field, without inline style or script (%s)',
  async (language) => {
    await using house = await openTestHouse()
    const { envelope, document, us } = await prepareDraft(house)
    const { browser, put } = await deskOf(house)
    browser.cookies.set('lang', language)
    const { body } = await put(`/envelopes/${envelope.id}/fields`, {
      version: envelope.version,
      fields: [field(document.id, us.id, { label: '"><script>alert(1)</script>' })],
    })
    const { status, text } = await browser.get(`/envelopes/${envelope.id}/draft`)
    expect(status).toBe(200)
    expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=|style=/i)
    expect(text).toContain(`name="remove" value="${body.fields[0]!.id}"`)
    expect(text).toContain(`<input type="hidden" name="documentId" value="${document.id}">`)
    expect(text).toContain(`<rect data-hue="0" x="68.25" y="502" width="200" height="62"/>`)
  },
)

test('the editor is given those who act, each with a letter and a hue of their own', async () => {
  await using house = await openTestHouse()
  const { envelope, document, ann, act, marie } = await prepareDraft(house)
  await addRecipient(house.house.db, act, ann, envelope.id, { ...marie, role: 'copy', email: 'c@dupont.example', routingOrder: 1 })
  for (let n = 0; n < 26; n++)
    await addRecipient(house.house.db, act, ann, envelope.id, { ...marie, email: `p${n}@dupont.example`, routingOrder: 3 })
  const view = await editorView({ var: { house: house.house } } as unknown as Ctx, envelope)
  expect(view.documents).toEqual([
    {
      id: document.id,
      title: document.title,
      pages: JSON.parse(document.pages),
      digest: document.sourceDigest,
      received: null,
      covers: [],
    },
  ])
  expect(view.documents[0]!.pages).toHaveLength(2)
  expect(view.recipients).toHaveLength(28)
  expect(view.recipients.slice(0, 2)).toMatchObject([
    { name: 'Ann Archer', side: 'company', letter: 'A', hue: 0 },
    { name: 'Marie Dupont', side: 'other', letter: 'B', hue: 1 },
  ])
  expect(view.recipients.slice(25).map(({ letter, hue }) => `${letter}${hue}`)).toEqual(['Z1', 'AA2', 'AB3'])
})

test('an automatic number keeps the series that it was given, of its company; the editor offers them with their next numbers', async () => {
  await using house = await openTestHouse()
  const { envelope, document, act, marie } = await prepareDraft(house)
  const { read, put, browser } = await deskOf(house)
  const path = `/envelopes/${envelope.id}/fields`
  const number = field(document.id, null, { kind: 'number', page: 0 })
  const draft = () => browser.get(`/envelopes/${envelope.id}/draft`)
  expect((await draft()).text).not.toContain('data-property="seriesId"')
  const [, quotes] = await house.house.db
    .transaction()
    .execute(async (tx) => [
      await addSeries(tx, act, envelope.legalEntityId, { name: 'Invoices', prefix: 'F-', perYear: true, digits: 4 }),
      await addSeries(tx, act, envelope.legalEntityId, { name: 'Quotes', prefix: 'Q-', perYear: false, digits: 3 }, 12),
    ])
  expect((await draft()).text).toContain(`<option value="${quotes!.id}">Quotes (Q-012)</option>`)
  const { body } = await put(path, { version: envelope.version, fields: [{ ...number, seriesId: quotes!.id }] })
  expect(body.fields).toMatchObject([{ kind: 'number', seriesId: quotes!.id }])
  // Of another kind it says nothing; one that is not known is the usual one when it is sent.
  const text = await put(path, { version: body.version, fields: [{ ...body.fields[0]!, kind: 'text', recipientId: marie.id }] })
  expect(text.body.fields).toMatchObject([{ kind: 'text', seriesId: null }])
  expect((await put(path, { version: text.body.version, fields: [{ ...number, seriesId: 'x'.repeat(61) }] })).status).toBe(422)
  expect((await read(path)).body.version).toBe(text.body.version)
})
