import { afterAll, beforeAll, expect, test } from 'bun:test'
import { base64 } from '../../../src/base/bytes.ts'
import { type ApiClient, openApi } from '../../support/api.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'
import { CONTRACT } from '../../support/signing.ts'

let house: TestHouse
let api: ApiClient

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  api = await openApi(house)
}, 60_000)
afterAll(() => house[Symbol.asyncDispose]())

const AGREEMENT = {
  title: 'Consulting agreement',
  documents: [{ fileName: 'agreement.pdf', content: base64(CONTRACT) }],
  recipients: [{ key: 'client', firstName: 'Marie', lastName: 'Dupont', email: 'marie@client.example', language: 'fr' }],
  fields: [{ recipient: 'client', kind: 'signature', page: 1, x: 72, y: 640 }],
}
const count = async (table: 'envelope' | 'auditLeaf' | 'message'): Promise<number> =>
  Number(
    (
      await house.house.db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
    ).count,
  )

test('an envelope is made with everything in it and sent in one request', async () => {
  const made = await api.ask('POST', '/api/v1/envelopes', { ...AGREEMENT, send: true })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({ title: 'Consulting agreement', status: 'sending', stage: 'sending' })
  await house.drain()
  const read = await api.ask('GET', made.headers.get('location')!)
  expect(read.json).toMatchObject({
    status: 'sent',
    stage: 'with-them',
    recipients: [{ firstName: 'Marie', status: 'invited' }],
    fields: [{ kind: 'signature', page: 1, x: 72, y: 640, width: 180, height: 50, recipientId: read.json.recipients[0].id }],
  })
  expect(read.json.documents[0].pages.length).toBeGreaterThan(1)
  // Nobody but the signer sees their link.
  expect(JSON.stringify(read.json)).not.toContain('/s/')
  const entry = await house.house.db
    .selectFrom('auditLeaf')
    .select('entry')
    .where('type', '=', 'envelope.sending')
    .orderBy('seq', 'desc')
    .executeTakeFirstOrThrow()
  expect(JSON.parse(entry.entry).actor).toMatchObject({ kind: 'user', token: expect.stringMatching(/^tok_/) })
  const page = await api.ask('GET', '/api/v1/envelopes?group=theirs&search=consulting')
  expect(page.json).toMatchObject({ items: [{ id: made.json.id, signers: 1, signed: 0 }], next: null })
})

test('what does not fit is told by pointer, in the reader’s language, and leaves nothing behind', async () => {
  const before = [await count('envelope'), await count('auditLeaf'), await count('message')]
  const wrong = await api.ask(
    'POST',
    '/api/v1/envelopes',
    { ...AGREEMENT, surprise: 1, recipients: [{ ...AGREEMENT.recipients[0], email: 'nobody' }] },
    { 'accept-language': 'fr' },
  )
  expect(wrong.status).toBe(422)
  expect(wrong.json.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code])).toEqual([
    ['#/recipients/0/email', 'user.address-invalid'],
    ['#/surprise', 'request.unknown-field'],
  ])
  expect(wrong.headers.get('content-language')).toBe('fr')
  for (const [body, pointer, code] of [
    [{ ...AGREEMENT, fields: [...AGREEMENT.fields, { ...AGREEMENT.fields[0], page: 99 }] }, '#/fields/1', 'field.page-unknown'],
    [{ ...AGREEMENT, fields: [{ ...AGREEMENT.fields[0], recipient: 'seller' }] }, '#/fields/0/recipient', 'field.recipient-unknown'],
    [{ ...AGREEMENT, documents: [{ content: base64(new Uint8Array([1, 2, 3])) }] }, '#/documents/0', undefined],
    [{ ...AGREEMENT, documents: [{ content: '***' }] }, '#/documents/0/content', 'upload.base64'],
    [{ ...AGREEMENT, documents: [{}] }, '#/documents/0', 'request.both'],
    [{ ...AGREEMENT, documents: [{ upload: 'upl_nothing' }] }, '#/documents/0/upload', 'upload.unknown'],
    [{ ...AGREEMENT, recipients: [{ ...AGREEMENT.recipients[0], channel: 'sms' }] }, '#/recipients/0', 'recipient.phone-missing'],
  ] as const) {
    const answer = await api.ask('POST', '/api/v1/envelopes', body)
    expect([answer.status, answer.json.errors?.[0].pointer]).toEqual([422, pointer])
    if (code) expect(answer.json.code).toBe(code)
  }
  const unready = await api.ask('POST', '/api/v1/envelopes', { ...AGREEMENT, fields: [], send: true })
  expect([unready.status, unready.json.code]).toEqual([422, 'dispatch.signature-missing'])
  expect([await count('envelope'), await count('auditLeaf'), await count('message')]).toEqual(before)
})

test('a key makes one envelope, however often and at once it is sent; another body is refused', async () => {
  const before = await count('envelope')
  const key = { 'idempotency-key': '"order-4711"' }
  const many = await Promise.all(Array.from({ length: 5 }, () => api.ask('POST', '/api/v1/envelopes', AGREEMENT, key)))
  expect(await count('envelope')).toBe(before + 1)
  expect(many.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
  expect(many.every(({ status, json }) => status === 201 || json.code === 'idempotency.under-way')).toBe(true)
  const again = await api.ask('POST', '/api/v1/envelopes', AGREEMENT, key)
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
  expect(again.json.id).toBe(many.find(({ status }) => status === 201)!.json.id)
  expect(again.headers.get('location')).toBe(`/api/v1/envelopes/${again.json.id}`)
  const other = await api.ask('POST', '/api/v1/envelopes', { ...AGREEMENT, title: 'Another' }, key)
  expect([other.status, other.json.code]).toEqual([422, 'idempotency.other-request'])
  // What was refused frees its key.
  const fresh = { 'idempotency-key': 'order-4712' }
  expect((await api.ask('POST', '/api/v1/envelopes', { ...AGREEMENT, recipients: 1 }, fresh)).status).toBe(422)
  expect((await api.ask('POST', '/api/v1/envelopes', AGREEMENT, fresh)).status).toBe(201)
})

test('a request that was cut off is carried out again by its key, and makes nothing twice', async () => {
  const key = { 'idempotency-key': 'order-cut' }
  const { json } = await api.ask('POST', '/api/v1/envelopes', AGREEMENT, key)
  await house.house.db.updateTable('apiAnswer').set({ status: null, body: '', headers: '{}' }).where('key', '=', 'order-cut').execute()
  expect((await api.ask('POST', '/api/v1/envelopes', AGREEMENT, key)).json.code).toBe('idempotency.under-way')
  house.wait(11 * 60_000)
  const again = await api.ask('POST', '/api/v1/envelopes', AGREEMENT, key)
  expect([again.status, again.json.id]).toEqual([201, json.id])
})

test('a draft is changed by whoever has seen it as it is, and discarded', async () => {
  const made = await api.ask('POST', '/api/v1/envelopes', { title: 'Lease' })
  const path = `/api/v1/envelopes/${made.json.id}`
  const read = await api.ask('GET', path)
  const etag = read.headers.get('etag')!
  expect(made.headers.get('etag')).toBe(etag)
  expect((await api.ask('GET', path, undefined, { 'if-none-match': etag })).status).toBe(304)
  const changed = await api.ask('PATCH', path, { subject: 'Please sign' }, { 'if-match': etag })
  expect(changed.json).toMatchObject({ title: 'Lease', subject: 'Please sign' })
  const stale = await api.ask('PATCH', path, { subject: 'Too late' }, { 'if-match': etag })
  expect([stale.status, stale.json.code]).toEqual([412, 'request.changed'])
  expect((await api.ask('PATCH', path, { deadline: '2020-01-01T00:00:00Z' })).json.code).toBe('envelope.deadline-too-soon')
  expect((await api.ask('DELETE', path)).status).toBe(204)
  expect((await api.ask('GET', path)).status).toBe(404)
})

test('pages go on where the last one ended', async () => {
  const all = new Set<string>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const { json } = await api.ask('GET', `/api/v1/envelopes?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
    for (const { id } of json.items) all.add(id)
    cursor = json.next
  }
  const { json } = await api.ask('GET', '/api/v1/envelopes?limit=100')
  expect([...all]).toEqual(json.items.map(({ id }: { id: string }) => id))
  expect((await api.ask('GET', '/api/v1/envelopes?cursor=nonsense')).json.errors).toMatchObject([
    { parameter: 'cursor', code: 'request.cursor' },
  ])
  expect((await api.ask('GET', '/api/v1/envelopes?limit=1000')).json.errors).toMatchObject([{ parameter: 'limit' }])
})
