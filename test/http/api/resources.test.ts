import { afterAll, beforeAll, expect, test } from 'bun:test'
import { base64, utf8 } from '../../../src/base/bytes.ts'
import { type ApiClient, openApi } from '../../support/api.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'
import { ann, CLAIRE, CONTRACT, sign } from '../../support/signing.ts'
import { templateFor } from '../../template/support.ts'

let house: TestHouse
let api: ApiClient

beforeAll(async () => {
  house = await openTestHouse({ authority: true })
  api = await openApi(house)
}, 60_000)
afterAll(() => house[Symbol.asyncDispose]())

const form = (name: string, bytes: Uint8Array<ArrayBuffer>): FormData => {
  const data = new FormData()
  data.append('file', new File([bytes], name, { type: 'application/pdf' }))
  return data
}

test('a draft is built piece by piece, sent, corrected, reminded, put off and voided', async () => {
  const made = await api.ask('POST', '/api/v1/envelopes', { title: 'Lease' })
  const at = `/api/v1/envelopes/${made.json.id}`
  const upload = await api.ask('POST', '/api/v1/uploads', form('lease.pdf', CONTRACT))
  expect([upload.status, upload.json.fileName, upload.json.size]).toEqual([201, 'lease.pdf', CONTRACT.length])
  const first = await api.ask('POST', `${at}/documents`, { upload: upload.json.id, title: 'The lease' })
  expect(first.json.items).toMatchObject([{ title: 'The lease', fileName: 'lease.pdf', needsConsent: false }])
  const second = await api.ask('POST', `${at}/documents`, form('annex.pdf', CONTRACT))
  const annex = second.json.items[0].id
  expect((await api.ask('PATCH', `${at}/documents/${annex}`, { title: 'Annex' })).json.title).toBe('Annex')
  expect((await api.ask('POST', `${at}/documents/${annex}/consent`)).status).toBe(200)
  expect((await api.ask('DELETE', `${at}/documents/${annex}`)).status).toBe(204)
  const marie = await api.ask('POST', `${at}/recipients`, {
    firstName: 'Marie',
    lastName: 'Dupont',
    email: 'marie@client.example',
    language: 'fr',
  })
  expect([marie.status, marie.json.status, marie.json.routingOrder]).toEqual([201, 'waiting', 1])
  const changed = await api.ask('PUT', `${at}/recipients/${marie.json.id}`, {
    firstName: 'Marie',
    lastName: 'Durand',
    email: 'marie@client.example',
  })
  expect(changed.json.lastName).toBe('Durand')
  const copy = await api.ask('POST', `${at}/recipients`, { role: 'copy', lastName: 'Archive', email: 'archive@client.example' })
  expect((await api.ask('DELETE', `${at}/recipients/${copy.json.id}`)).status).toBe(204)
  const fields = await api.ask('GET', `${at}/fields`)
  const field = { documentId: first.json.items[0].id, recipientId: marie.json.id, kind: 'signature', page: 1, x: 72, y: 600 }
  const placed = await api.ask('PUT', `${at}/fields`, { fields: [field] }, { 'if-match': fields.headers.get('etag')! })
  expect(placed.json.items).toMatchObject([{ kind: 'signature', page: 1, entry: null }])
  expect((await api.ask('PUT', `${at}/fields`, { fields: [] }, { 'if-match': fields.headers.get('etag')! })).status).toBe(412)
  expect((await api.ask('PUT', `${at}/fields`, { fields: [{ ...field, page: 40 }] })).json.errors[0].pointer).toBe('#/fields/0')
  expect((await api.ask('POST', `${at}/fields/tags`)).json.items.length).toBe(1)
  const stale = await api.ask('POST', `${at}/dispatch`, undefined, { 'if-match': '"other"' })
  expect(stale.status).toBe(412)
  expect((await api.ask('POST', `${at}/dispatch`)).json.status).toBe('sending')
  await house.drain()
  expect((await api.ask('POST', `${at}/dispatch`)).json.code).toBe('envelope.not-a-draft')
  const invited = `${at}/recipients/${marie.json.id}`
  expect((await api.ask('POST', `${invited}/correction`, { email: 'm.durand@client.example' })).json.email).toBe('m.durand@client.example')
  expect((await api.ask('POST', `${invited}/reminders`)).status).toBe(202)
  expect((await api.ask('POST', `${invited}/reminders`)).json.code).toBe('recipient.reminded-lately')
  expect((await api.ask('PUT', `${at}/deadline`, { deadline: '2027-01-01T12:00:00+01:00' })).json.deadline).toBe('2027-01-01T11:00:00.000Z')
  expect((await api.ask('POST', `${at}/voiding`, { reason: ' ' })).json.code).toBe('envelope.reason-missing')
  expect((await api.ask('POST', `${at}/voiding`, { reason: 'Sent twice.' })).json).toMatchObject({
    status: 'voided',
    endReason: 'Sent twice.',
  })
  expect((await api.ask('DELETE', at)).json.code).toBe('envelope.not-a-draft')
}, 60_000)

test('what is finished is found in the vault, taken out and verified, and the log proves it', async () => {
  const { email, firstName, lastName } = CLAIRE
  const { json } = await api.ask('POST', '/api/v1/envelopes', {
    title: 'Agreement of Claire',
    documents: [{ fileName: 'agreement.pdf', content: base64(CONTRACT) }],
    recipients: [{ side: 'company', firstName, lastName, email }],
    fields: [
      { recipient: 0, kind: 'signature', page: 1, x: 72, y: 600 },
      { recipient: 0, kind: 'full-name', page: 1, x: 72, y: 560 },
    ],
    send: true,
  })
  await house.drain()
  await sign(house, json.recipients[0].id)
  await house.drain()
  expect((await api.ask('GET', `/api/v1/envelopes/${json.id}`)).json).toMatchObject({
    status: 'completed',
    recipients: [{ status: 'signed' }],
  })
  const found = await api.ask('GET', '/api/v1/vault?search=claire&limit=1')
  expect(found.json.items).toMatchObject([{ id: json.id, title: 'Agreement of Claire' }])
  const entry = await api.ask('GET', `/api/v1/vault/${json.id}`)
  const document = `/api/v1/vault/${json.id}/documents/${entry.json.documents[0].id}`
  const sealed = await api.ask('GET', `${document}/sealed.pdf`)
  expect(new TextDecoder().decode(sealed.bytes.subarray(0, 5))).toBe('%PDF-')
  expect((await api.ask('GET', `${document}/original`)).bytes).toEqual(CONTRACT)
  expect((await api.ask('GET', `${document}/certificate.pdf`)).bytes.length).toBeGreaterThan(1_000)
  expect((await api.ask('GET', `/api/v1/vault/${json.id}/evidence.zip`)).bytes.subarray(0, 2)).toEqual(utf8('PK'))
  expect((await api.ask('GET', '/api/v1/vault/folders')).json.items).toEqual([])
  const verdict = await api.ask('POST', '/api/v1/verifications', form('sealed.pdf', sealed.bytes))
  expect(verdict.json.report).toMatchObject({ answer: 'genuine', indication: 'passed', profile: 'ours' })
  const broken = sealed.bytes.slice()
  broken[600]! ^= 1
  expect((await api.ask('POST', '/api/v1/verifications', { content: base64(broken) })).json.report.indication).not.toBe('passed')
  const log = await api.ask('GET', '/api/v1/audit/entries?limit=3&type=document.downloaded', undefined, { 'accept-language': 'fr' })
  expect(log.json.items[0]).toMatchObject({
    type: 'document.downloaded',
    envelopeId: json.id,
    actor: { kind: 'user', token: expect.stringMatching(/^tok_/) },
  })
  const older = await api.ask(
    'GET',
    `/api/v1/audit/entries?limit=3&cursor=${(await api.ask('GET', '/api/v1/audit/entries?limit=3')).json.next}`,
  )
  expect(older.json.items[0].seq).toBeGreaterThan(0)
  const proven = await api.ask('GET', `/api/v1/audit/entries/${log.json.items[0].seq}`)
  expect(JSON.parse(proven.json.entry).type).toBe('document.downloaded')
  expect((await api.ask('GET', '/api/v1/audit/entries/99999999')).json.code).toBe('audit.entry-unknown')
}, 120_000)

test('contacts are added, found, changed and removed', async () => {
  const made = await api.ask('POST', '/api/v1/contacts', {
    firstName: 'Zoé',
    lastName: 'Petit',
    phone: '+33 6 12 34 56 78',
    company: 'Petit SARL',
  })
  expect([made.status, made.json.phone]).toEqual([201, '+33612345678'])
  const at = made.headers.get('location')!
  expect((await api.ask('GET', '/api/v1/contacts?search=petit')).json).toMatchObject({ items: [{ lastName: 'Petit' }], next: null })
  const etag = (await api.ask('GET', at)).headers.get('etag')!
  expect((await api.ask('GET', at, undefined, { 'if-none-match': etag })).status).toBe(304)
  expect((await api.ask('PATCH', at, { email: 'zoe@petit.example' }, { 'if-match': etag })).json).toMatchObject({
    email: 'zoe@petit.example',
    lastName: 'Petit',
  })
  expect((await api.ask('PATCH', at, { company: 'Late' }, { 'if-match': etag })).status).toBe(412)
  expect((await api.ask('POST', '/api/v1/contacts', { lastName: 'Nobody', phone: '12' })).json.errors[0].pointer).toBe('#/phone')
  for (const name of ['Abel', 'Bernard', 'Carré'])
    await api.ask('POST', '/api/v1/contacts', { lastName: name, email: `${name.length}${name[0]}@x.example` })
  const names: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { json } = await api.ask('GET', `/api/v1/contacts?limit=1${cursor ? `&cursor=${cursor}` : ''}`)
    names.push(...json.items.map(({ lastName }: { lastName: string }) => lastName))
    cursor = json.next
  }
  expect(names).toEqual(['Abel', 'Bernard', 'Carré', 'Petit'])
  expect((await api.ask('DELETE', at)).status).toBe(204)
  expect((await api.ask('GET', at)).status).toBe(404)
})

test('a template is used with its roles filled, for one and for many', async () => {
  const template = await templateFor(house, await ann(house))
  expect((await api.ask('GET', '/api/v1/templates')).json.items).toMatchObject([{ id: template.id, version: 1 }])
  const at = `/api/v1/templates/${template.id}`
  const asks = (await api.ask('GET', at)).json
  const [role] = asks.roles.filter(({ side }: { side: string }) => side === 'other')
  const filled = (name: string) => ({ role: role.role, firstName: 'Marie', lastName: name, email: `${name.toLowerCase()}@client.example` })
  const used = await api.ask(
    'POST',
    `${at}/uses`,
    { title: 'Of a template', roles: [filled('Dupont')], send: true },
    { 'idempotency-key': 'use-1' },
  )
  expect([used.status, used.json.status, used.json.templateId, used.json.title]).toEqual([201, 'sending', template.id, 'Of a template'])
  expect((await api.ask('POST', `${at}/uses`, { roles: [{ ...filled('Dupont'), role: 'Nobody' }] })).json.errors).toMatchObject([
    { pointer: '#/roles/0/role', code: 'template.role-unknown' },
  ])
  expect((await api.ask('POST', `${at}/uses`, { values: { Nothing: '1' } })).json.code).toBe('template.value-unknown')
  expect((await api.ask('POST', `${at}/uses`, { send: true })).json.code).toBe('dispatch.role-open')
  const bulk = await api.ask('POST', `${at}/bulk`, { rows: [{ roles: [filled('Durand')] }, { roles: [filled('Martin')] }] })
  expect([bulk.status, bulk.json.all]).toEqual([202, 2])
  await house.drain()
  const done = await api.ask('GET', bulk.headers.get('location')!)
  expect(done.json).toMatchObject({ status: 'done', sent: 2, refused: 0, rows: [{ number: 1 }, { number: 2 }] })
  expect((await api.ask('POST', `${at}/bulk`, { rows: [{ roles: [{ ...filled('X'), email: null }] }] })).json.code).toBe('bulk.nobody-good')
}, 60_000)

test('every answer that the API gives when all is well has been held against its description', () => {
  const wanted = Object.entries(api.document.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { responses }]) =>
      Object.keys(responses)
        .filter((status) => Number(status) < 300)
        .map((status) => `${method.toUpperCase()} ${path} ${status}`),
    ),
  )
  const elsewhere = [
    'GET /api/v1/me 200',
    'GET /api/v1/token 200',
    'DELETE /api/v1/token 204',
    'GET /api/v1/envelopes 200',
    'PATCH /api/v1/envelopes/{id} 200',
    'DELETE /api/v1/envelopes/{id} 204',
    // In the journey of embedding, by the same client.
    'POST /api/v1/envelopes/{id}/recipients/{recipient}/signing-links 201',
  ]
  expect(wanted.filter((one) => !api.seen.has(one)).toSorted()).toEqual(elsewhere.toSorted())
})
