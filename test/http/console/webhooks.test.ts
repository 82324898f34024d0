import { expect, test } from 'bun:test'
import { openTestHouse } from '../../support/house.ts'
import { openTarget } from '../../support/webhook-target.ts'

test('declared with a key that is shown once, changed, tried, paused, renewed and removed', async () => {
  using target = openTarget([() => new Response('ok'), () => new Response('', { status: 500 })])
  await using desk = await openTestHouse({ environment: { PARAPHE_WEBHOOK_HOSTS: target.host } })
  const ann = await desk.browser()
  await ann.signIn('ann@acme.example')
  expect((await ann.get('/console/webhooks')).text).toContain('Nobody is told anything')
  for (const url of ['http://crm.example.com/', 'https://127.0.0.1/', 'https://intranet/', 'nonsense', ''])
    expect([url, (await ann.post('/console/webhooks', { name: 'CRM', url })).status]).toEqual([url, 422])
  expect((await ann.post('/console/webhooks', { name: '', url: 'https://crm.example.com/' })).text).toContain(
    'Please give the webhook a name',
  )
  const made = await ann.post('/console/webhooks', { name: 'CRM', url: `http://${target.host}/`, 'recipient.signed': '1', nonsense: '1' })
  const secret = /recovery__secret">([\w-]{43})</.exec(made.text)?.[1]
  expect([made.status, typeof secret]).toEqual([200, 'string'])
  const stored = await desk.house.db.selectFrom('webhookTarget').selectAll().executeTakeFirstOrThrow()
  expect(stored.events).toBe('recipient.signed')
  expect(JSON.stringify(stored)).not.toContain(secret!)
  const here = `/console/webhooks/${stored.id}`
  expect((await ann.get(here)).text).not.toContain(secret!)
  await ann.post(`${here}/trial`)
  expect((await ann.get(here)).text).toContain('“CRM” took it: 200.')
  await ann.post(`${here}/trial`)
  expect((await ann.get(here)).text).toContain('“CRM” did not take it: 500.')
  expect((await ann.post(here, { name: 'ERP', url: 'https://erp.example.com/', namesPeople: '1' })).status).toBe(303)
  expect(await desk.house.db.selectFrom('webhookTarget').select(['name', 'events', 'namesPeople']).executeTakeFirstOrThrow()).toEqual({
    name: 'ERP',
    events: '',
    namesPeople: 1,
  })
  expect((await ann.post(`${here}/pause`)).status).toBe(303)
  expect((await ann.get(here)).text).toContain('Paused since')
  expect((await ann.post(`${here}/resumption`)).status).toBe(303)
  expect((await ann.post(`${here}/key`)).text).toMatch(/recovery__secret">[\w-]{43}</)
  expect((await ann.post(`${here}/deliveries/dlv_none`)).status).toBe(404)
  expect((await ann.post(`${here}/removal`)).status).toBe(303)
  expect((await ann.get(here)).status).toBe(404)
})

test('what it was told stands on its page, is filtered by state and told again', async () => {
  await using desk = await openTestHouse()
  const ann = await desk.browser()
  await ann.signIn('ann@acme.example')
  await ann.post('/console/webhooks', { name: 'CRM', url: 'https://crm.example.com/', 'envelope.created': '1' })
  const { id } = await desk.house.db.selectFrom('webhookTarget').select('id').executeTakeFirstOrThrow()
  await desk.house.db
    .insertInto('webhookDelivery')
    .values({
      id: 'dlv_1',
      targetId: id,
      event: 'envelope.created',
      seq: 1,
      envelopeId: null,
      recipientId: null,
      happenedAt: desk.house.clock(),
      status: 'failed',
      attempts: 12,
      answer: '503',
      dueAt: desk.house.clock(),
      toldAt: desk.house.clock(),
    })
    .execute()
  expect((await ann.get('/console/webhooks')).text).toContain('1 not taken')
  expect(
    (await ann.get('/console/webhooks', { cookie: [...ann.cookies, ['lang', 'fr']].map((pair) => pair.join('=')).join('; ') })).text,
  ).toContain('1 non accepté')
  expect((await ann.get(`/console/webhooks/${id}?status=failed`)).text).toContain('503 · 12 tries')
  expect((await ann.get(`/console/webhooks/${id}?status=taken`)).text).toContain('Nothing in this state')
  expect((await ann.post(`/console/webhooks/${id}/deliveries/dlv_1`)).status).toBe(303)
  expect((await desk.house.db.selectFrom('webhookDelivery').select('status').executeTakeFirstOrThrow()).status).toBe('waiting')
})
