import { expect, test } from 'bun:test'
import { seedEnvelope } from '../../board/seed.ts'
import { openTestHouse, type TestBrowser, type TestHouse } from '../../support/house.ts'

async function openConsole(): Promise<TestHouse & { ann: TestBrowser; bob: TestBrowser }> {
  const house = await openTestHouse()
  const [ann, bob] = [await house.browser(), await house.browser()]
  await ann.signIn('ann@acme.example')
  await bob.signIn('bob@acme.example')
  return Object.assign(house, { ann, bob })
}

const ruleId = async ({ house }: TestHouse): Promise<string> =>
  (await house.db.selectFrom('boardRule').select('id').orderBy('createdAt', 'desc').orderBy('id').executeTakeFirstOrThrow()).id

const MESSAGE = {
  action: 'tell',
  do: 'save',
  wait: '3',
  unit: 'days',
  to: 'responsible',
  'subject-en': 'Still waiting: {title}',
  'subject-fr': '',
  'text-en': 'Nobody has signed since {stage}.',
  'text-fr': '',
}

test.each(['en', 'fr'])(
  'every page of the board’s console is shown, escaped, without inline script (%s)',
  async (language) => {
    await using desk = await openConsole()
    const { ann } = desk
    ann.cookies.set('lang', language)
    await ann.post('/console/board/stages', { 'name-en': '<i>Hot</i>', 'name-fr': '<i>Chaud</i>', colour: 'red', icon: 'warning' })
    await ann.post('/console/board/stages/stg_sent/rules', { ...MESSAGE, 'subject-en': '<i>x</i>' })
    await ann.post('/console/board/triggers/fields', { label: '<i>Amount</i>', value: '', stage: 'stg_sent' })
    const id = await seedEnvelope(desk.house, { title: '<i>Lease</i>' })
    await desk.drain()
    const rule = await ruleId(desk)
    for (const path of [
      '',
      '/stages/new',
      '/stages/stg_sent',
      '/stages/stg_sent/rules/new?action=tell',
      '/stages/stg_sent/rules/new?action=note',
      '/stages/stg_sent/rules/new?action=responsible',
      '/stages/stg_sent/rules/new?action=webhook',
      '/stages/stg_sent/rules/new?action=move',
      `/rules/${rule}`,
      `/rules/${rule}/trial`,
      `/rules/${rule}/trial?envelope=${id}`,
      '/triggers',
      '/log',
      '/log?status=waiting',
    ]) {
      const { status, text } = await ann.get(`/console/board${path}`)
      expect([path, status]).toEqual([path, 200])
      expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=|javascript:|style=|<i>/i)
      expect(text).not.toMatch(/undefined|\[object/)
    }
  },
  30_000,
)

test('a rule is written with conditions that come and go, refused by name, kept, tried and switched', async () => {
  await using desk = await openConsole()
  const { ann } = desk
  const at = '/console/board/stages/stg_sent/rules'
  const added = await ann.post(at, { ...MESSAGE, do: 'add', 'new-condition': 'party' })
  expect([added.status, added.text.includes('name="c0-text"'), added.text.includes('Still waiting: {title}')]).toEqual([200, true, true])
  const two = await ann.post(at, { ...MESSAGE, do: 'add', 'new-condition': 'deadline', 'c0-kind': 'party', 'c0-text': 'Dupont' })
  expect(two.text).toContain('name="c1-days"')
  const less = await ann.post(at, {
    ...MESSAGE,
    do: 'remove-0',
    'c0-kind': 'party',
    'c0-text': 'Dupont',
    'c1-kind': 'deadline',
    'c1-days': '7',
  })
  expect([less.text.includes('name="c0-days"'), less.text.includes('value="7"'), less.text.includes('c1-')]).toEqual([true, true, false])
  const preview = await ann.post(at, { ...MESSAGE, do: 'preview' })
  expect(preview.text).toContain('Still waiting: Consulting agreement')

  for (const [fields, told] of [
    [{ 'text-en': 'Dear {client}' }, '{client} is nothing that can be filled in'],
    [{ 'subject-en': '' }, 'Please enter a subject'],
    [{ wait: 'soon' }, 'whole number'],
    [{ to: 'address', address: 'nowhere' }, 'mail address'],
    [{ 'c0-kind': 'party', 'c0-text': '' }, 'must contain'],
  ] as const) {
    const refused = await ann.post(at, { ...MESSAGE, ...fields })
    expect([fields, refused.status, refused.text.includes(told)]).toEqual([fields, 422, true])
  }
  expect(await desk.house.db.selectFrom('boardRule').select('id').execute()).toEqual([])

  const saved = await ann.post(at, { ...MESSAGE, 'c0-kind': 'party', 'c0-text': 'Dupont' })
  expect([saved.status, saved.location]).toEqual([303, '/console/board/stages/stg_sent#rules'])
  const stage = (await ann.get('/console/board/stages/stg_sent')).text
  expect(stage).toContain(
    'When a card enters “Sent”, after 3 days, if the other party contains “Dupont”, then write to the responsible: “Still waiting: {title}”.',
  )
  const id = await ruleId(desk)
  const form = (await ann.get(`/console/board/rules/${id}`)).text
  for (const value of ['value="3"', 'value="Dupont"', 'value="Still waiting: {title}"']) expect(form).toContain(value)

  const envelope = await seedEnvelope(desk.house, { title: 'Lease', company: 'Dupont SARL' })
  const other = await seedEnvelope(desk.house, { title: 'Loan', company: 'Nord Gaz' })
  const before = await desk.house.db.selectFrom('message').select('id').execute()
  const trial = (await ann.get(`/console/board/rules/${id}/trial?envelope=${envelope}`)).text
  expect(trial).toContain('It would act:')
  expect(trial).toContain('Still waiting: Lease')
  expect((await ann.get(`/console/board/rules/${id}/trial?envelope=${other}`)).text).toContain('It would act:')
  await desk.house.db
    .updateTable('recipient')
    .set({ lastName: 'Durand', email: 'x@nord.example' })
    .where('envelopeId', '=', other)
    .execute()
  expect((await ann.get(`/console/board/rules/${id}/trial?envelope=${other}`)).text).toContain('Condition 1 did not hold.')
  expect((await ann.get(`/console/board/rules/${id}/trial?envelope=env_none`)).status).toBe(404)
  expect(await desk.house.db.selectFrom('message').select('id').execute()).toEqual(before)

  await ann.post(`/console/board/rules/${id}/switch`, { on: '0' })
  expect((await ann.get('/console/board/stages/stg_sent')).text).toContain('Switch on')
  await ann.post(`/console/board/rules/${id}/removal`)
  expect((await ann.get(`/console/board/rules/${id}`)).status).toBe(404)
})

test('what a rule did stands in its log', async () => {
  await using desk = await openConsole()
  await desk.ann.post('/console/board/stages/stg_sent/rules', {
    action: 'note',
    do: 'save',
    wait: '0',
    unit: 'days',
    note: 'Sent to {party}',
  })
  await desk.ann.post('/console/board/stages/stg_sent/rules', { ...MESSAGE })
  const id = await seedEnvelope(desk.house, { title: 'Lease' })
  await desk.drain()
  const log = (await desk.ann.get('/console/board/log')).text
  expect(log).toContain('Added a note.')
  expect(log).toContain('It acts when its time has come.')
  expect((await desk.ann.get('/console/board/log?status=failed')).text).toContain('No rule has done that.')
  expect((await desk.ann.get(`/envelopes/${id}`)).text).toContain('Note: Sent to Dupont SARL')
})

test('triggers are chosen, a field trigger added and taken out', async () => {
  await using desk = await openConsole()
  const { ann } = desk
  const shown = (await ann.get('/console/board/triggers')).text
  expect(shown).toContain('A recipient opens it')
  const chosen = { drafted: 'stg_draft', sent: 'stg_sent', opened: 'stg_sent', completed: 'stg_completed' }
  expect((await ann.post('/console/board/triggers', chosen)).status).toBe(303)
  const triggers = await desk.house.db.selectFrom('boardTrigger').select(['event', 'stageId']).orderBy('event').execute()
  expect(Object.fromEntries(triggers.map(({ event, stageId }) => [event, stageId]))).toEqual(chosen)
  expect((await ann.post('/console/board/triggers', { sent: 'stg_none' })).status).toBe(404)
  expect((await ann.post('/console/board/triggers/fields', { label: '', value: '', stage: 'stg_sent' })).status).toBe(422)
  await ann.post('/console/board/triggers/fields', { label: 'Amount', value: '', stage: 'stg_sent' })
  const id = /fields\/(\w+)\/removal/.exec((await ann.get('/console/board/triggers')).text)?.[1] ?? ''
  expect((await ann.post(`/console/board/triggers/fields/${id}/removal`)).status).toBe(303)
  expect((await ann.post(`/console/board/triggers/fields/${id}/removal`)).status).toBe(404)
})

test('the console of the board is for those who may change settings', async () => {
  await using desk = await openConsole()
  for (const path of [
    '',
    '/stages/new',
    '/stages/stg_sent',
    '/stages/stg_sent/rules/new',
    '/rules/x',
    '/rules/x/trial',
    '/triggers',
    '/log',
  ])
    expect([path, (await desk.bob.get(`/console/board${path}`)).status]).toEqual([path, 403])
  for (const path of [
    '/stages',
    '/stages/stg_sent',
    '/stages/stg_sent/place',
    '/stages/stg_sent/removal',
    '/stages/stg_sent/rules',
    '/rules/x',
    '/rules/x/switch',
    '/rules/x/place',
    '/rules/x/removal',
    '/triggers',
    '/triggers/fields',
    '/triggers/fields/x/removal',
  ])
    expect([path, (await desk.bob.post(`/console/board${path}`, { by: '1', on: '1' })).status]).toEqual([path, 403])
})
