import { expect, test } from 'bun:test'
import { DAY, HOUR, instant, later } from '../../src/base/instant.ts'
import { carryOutRun } from '../../src/board/carrying-out.ts'
import { dueAfter } from '../../src/board/delay.ts'
import { moveCard, undoMove } from '../../src/board/moving.ts'
import { type Action, ACTION_KINDS, type Condition } from '../../src/board/rule.ts'
import { addRule, listRules, removeRule, shiftRule, switchRule } from '../../src/board/rules.ts'
import { addStage } from '../../src/board/stages.ts'
import { calendarOf } from '../../src/setting/working-days.ts'
import { readConfig } from '../../src/config/config.ts'
import { visibleTo } from '../../src/envelope/envelope.ts'
import { NOON, SECRET } from '../envelope/support.ts'
import { openTestBoard, RULE_OF } from './support.ts'

const OWN = { names: { en: 'Negotiation' }, colour: 'teal', icon: 'eye', isHidden: false } as const
const tell = (to: 'client' | 'responsible' | 'supervisor' | 'address', over: Partial<Extract<Action, { kind: 'tell' }>> = {}): Action => ({
  kind: 'tell',
  to,
  address: to === 'address' ? 'archive@acme.example' : '',
  subject: { en: 'About {title}', fr: 'À propos de {title}' },
  text: { en: 'Waiting for {waiting}, {progress}.', fr: '' },
  ...over,
})

test('a rule writes to the client, the responsible, the supervisor, an address: once each, in their language', async () => {
  await using board = await openTestBoard([{ side: 'company' }, { side: 'other', language: 'fr' }])
  const { db } = board
  const own = await addStage(db, board.act(), OWN)
  for (const to of ['client', 'responsible', 'supervisor', 'address'] as const)
    await addRule(db, board.act(), own.id, { ...RULE_OF, action: tell(to) })
  await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: own.id, entry: null })
  await board.work()
  const messages = await db
    .selectFrom('message')
    .select(['kind', 'address', 'params'])
    .where('kind', 'like', 'rule%')
    .orderBy('address')
    .execute()
  expect(messages.map(({ kind, address, params }) => [kind, address, (JSON.parse(params) as { subject: string }).subject])).toEqual([
    ['rule-staff', 'ann@acme.example', 'About Lease'],
    ['rule', 'archive@acme.example', 'About Lease'],
    ['rule-staff', 'chief@acme.example', 'About Lease'],
    ['rule-client', 'r2@client.example', 'À propos de Lease'],
  ])
  expect(JSON.parse(messages[0]!.params)).toMatchObject({ text: 'Waiting for R1 Person and R2 Person, 0 of 2.' })
  expect(await board.log()).toEqual(['done', 'done', 'done', 'done'])
  // Once for this entry, whoever asks again.
  const { id } = await db.selectFrom('ruleRun').select('id').executeTakeFirstOrThrow()
  const tools = { db, clock: () => NOON, config: readConfig({ PARAPHE_DATA: '/tmp/none' }), secretKey: SECRET }
  await Promise.all([carryOutRun(tools, id), carryOutRun(tools, id)])
  expect(await db.selectFrom('message').select('id').where('kind', 'like', 'rule%').execute()).toHaveLength(4)
})

test('who is made responsible sees the envelope as their own, and the sender still does', async () => {
  await using board = await openTestBoard()
  const { db, ann, bob } = board
  expect(await visibleTo(db, bob).selectAll('envelope').execute()).toHaveLength(0)
  await addRule(db, board.act(), 'stg_company-signed', { ...RULE_OF, action: { kind: 'responsible', user: bob.id } })
  await board.signs('r1')
  await board.work()
  expect(await visibleTo(db, bob).selectAll('envelope').execute()).toHaveLength(1)
  expect(await visibleTo(db, ann).selectAll('envelope').execute()).toHaveLength(1)
})

test('a note is filled in once: what looks like a place stays as it is, and stays within its line', async () => {
  await using board = await openTestBoard()
  const { db } = board
  await db.updateTable('envelope').set({ title: 'A {sender}\r\nBcc: x <b>' }).execute()
  await addRule(db, board.act(), 'stg_company-signed', { ...RULE_OF, action: { kind: 'note', text: '{title} · {stage}' } })
  await board.signs('r1')
  await board.work()
  const [note] = await db.selectFrom('envelopeNote').selectAll().execute()
  expect(note?.text).toBe('A {sender} Bcc: x <b> · Company signed')
})

test('a delay is counted, and ends with the stage unless the rule stays; off is off', async () => {
  await using board = await openTestBoard()
  const { db } = board
  const own = await addStage(db, board.act(), OWN)
  const note = (text: string): Action => ({ kind: 'note', text })
  await addRule(db, board.act(), own.id, { ...RULE_OF, wait: 3, unit: 'days', action: note('left') })
  await addRule(db, board.act(), own.id, { ...RULE_OF, wait: 3, unit: 'days', stays: true, action: note('stays') })
  const off = await addRule(db, board.act(), own.id, { ...RULE_OF, wait: 3, unit: 'days', stays: true, action: note('off') })
  await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: own.id, entry: null })
  await board.work(later(NOON, 2 * DAY))
  expect(await board.log()).toEqual(['waiting', 'waiting', 'waiting'])
  await switchRule(db, board.act(), off, false)
  await board.signs('r1')
  await board.work(later(NOON, 2 * DAY))
  await board.work(later(NOON, 3 * DAY + 1))
  expect((await board.log()).toSorted()).toEqual(['done', 'dropped left', 'skipped off'])
  expect((await db.selectFrom('envelopeNote').select('text').execute()).map(({ text }) => text)).toEqual(['stays'])
})

test('a move that is taken back lets the rules of the former stage wait on', async () => {
  await using board = await openTestBoard()
  const { db } = board
  const own = await addStage(db, board.act(), OWN)
  await addRule(db, board.act(), 'stg_company-signed', { ...RULE_OF, wait: 1, unit: 'hours', action: { kind: 'note', text: 'late' } })
  await addRule(db, board.act(), own.id, { ...RULE_OF, wait: 1, unit: 'hours', action: { kind: 'note', text: 'never' } })
  await board.signs('r1')
  await board.work()
  const move = await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: own.id, entry: null })
  expect((await board.log()).toSorted()).toEqual(['dropped left', 'waiting'])
  await undoMove(db, board.act(), board.ann, move!.id)
  await board.work(later(NOON, HOUR))
  expect((await board.log()).toSorted()).toEqual(['done', 'dropped undone'])
  expect((await db.selectFrom('envelopeNote').select('text').execute()).map(({ text }) => text)).toEqual(['late'])
})

test('rules that lead in a circle are cut, and the log says so', async () => {
  await using board = await openTestBoard()
  const { db } = board
  const stages: string[] = []
  for (const name of ['A', 'B', 'C']) stages.push((await addStage(db, board.act(), { ...OWN, names: { en: name } })).id)
  for (const [at, id] of stages.entries())
    await addRule(db, board.act(), id, { ...RULE_OF, action: { kind: 'move', stage: stages[(at + 1) % 3]! } })
  await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: stages[0]!, entry: null })
  await board.work()
  expect(await board.stage()).toBe(stages[2])
  expect((await board.log()).toSorted()).toEqual(['done', 'done', 'skipped loop'])
})

test('a long chain is cut by its depth, and a rule moves no card into what is not true', async () => {
  await using board = await openTestBoard()
  const { db } = board
  const stages: string[] = []
  for (let at = 0; at < 12; at++) stages.push((await addStage(db, board.act(), { ...OWN, names: { en: `S${at}` } })).id)
  for (let at = 0; at < 11; at++)
    await addRule(db, board.act(), stages[at]!, { ...RULE_OF, action: { kind: 'move', stage: stages[at + 1]! } })
  await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: stages[0]!, entry: null })
  await board.work()
  expect(await board.stage()).toBe(stages[8])
  expect(await board.log()).toContain('skipped too-deep')
  await addRule(db, board.act(), stages[11]!, { ...RULE_OF, action: { kind: 'move', stage: 'stg_completed' } })
  await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: stages[11]!, entry: null })
  await board.work()
  expect(await board.stage()).toBe(stages[11])
  expect(await board.log()).toContain('skipped not-a-fact')
})

test('conditions: party, field, days to the deadline, sender, company; all must hold', async () => {
  await using board = await openTestBoard([{ side: 'company' }, { side: 'other', company: 'Dupont SARL' }])
  const { db, ann, bob, entityId } = board
  await db
    .insertInto('field')
    .values({
      id: 'f',
      documentId: 'doc_1',
      recipientId: null,
      kind: 'text',
      page: 0,
      x: 0,
      y: 0,
      width: 9,
      height: 9,
      required: 0,
      readOnly: 1,
      label: 'Amount',
      value: '1 250,50 €',
      fontSize: 9,
    } as never)
    .execute()
  const field = (compare: Extract<Condition, { kind: 'field' }>['compare'], value: string): Condition => ({
    kind: 'field',
    label: 'amount',
    compare,
    value,
  })
  const cases: [Condition[], boolean][] = [
    [[{ kind: 'party', text: 'dupont' }], true],
    [[{ kind: 'party', text: 'acme' }], false],
    [[field('at-least', '1250.5')], true],
    [[field('at-least', '1,251')], false],
    [[field('at-most', '1.250,50')], true],
    [[field('filled', '')], true],
    [[field('empty', '')], false],
    [[field('contains', '250')], true],
    [[{ kind: 'deadline', compare: 'at-most', days: 30 }], true],
    [[{ kind: 'deadline', compare: 'at-least', days: 31 }], false],
    [
      [
        { kind: 'sender', user: ann.id },
        { kind: 'entity', entity: entityId },
      ],
      true,
    ],
    [
      [
        { kind: 'sender', user: ann.id },
        { kind: 'responsible', user: bob.id },
      ],
      false,
    ],
  ]
  for (const [conditions, holds] of cases) {
    const own = await addStage(db, board.act(), OWN)
    await addRule(db, board.act(), own.id, { ...RULE_OF, conditions, action: { kind: 'note', text: 'x' } })
    await moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: own.id, entry: null })
    await board.work()
    const { status } = await db.selectFrom('ruleRun').select('status').where('stageId', '=', own.id).executeTakeFirstOrThrow()
    expect([conditions, status]).toEqual([conditions, holds ? 'done' : 'skipped'])
  }
})

test('what nobody understands is refused while it is saved, and nothing is kept', async () => {
  await using board = await openTestBoard()
  const { db } = board
  const refused: [Partial<typeof RULE_OF> & { action: Action }, string][] = [
    [{ action: tell('client', { text: { en: 'Dear {client}', fr: '' } }) }, 'board.place-unknown'],
    [{ action: tell('client', { subject: { en: '{it.page}', fr: '' } }) }, 'board.place-unknown'],
    [{ action: tell('client', { text: { en: '', fr: '' } }) }, 'board.text-missing'],
    [{ action: { kind: 'note', text: '{secret}' } }, 'board.place-unknown'],
    [{ action: { kind: 'move', stage: 'stg_sent' } }, 'board.move-to-itself'],
    [{ action: { kind: 'move', stage: 'stg_none' } }, 'board.stage-unknown'],
    [{ action: { kind: 'webhook', target: 'tgt_none' } }, 'webhook.unknown'],
    [{ action: { kind: 'responsible', user: 'usr_none' } }, 'board.choice-missing'],
    [{ wait: 400, unit: 'days', action: { kind: 'note', text: 'x' } }, 'board.wait-invalid'],
    [
      { conditions: [{ kind: 'field', label: 'a', compare: 'at-least', value: 'many' }], action: { kind: 'note', text: 'x' } },
      'board.condition-number-missing',
    ],
  ]
  for (const [details, reason] of refused) expect(addRule(db, board.act(), 'stg_sent', { ...RULE_OF, ...details })).rejects.toThrow(reason)
  expect(await listRules(db, 'stg_sent')).toEqual([])
  expect(ACTION_KINDS).toHaveLength(6)
})

test('rules are ordered, switched and removed', async () => {
  await using board = await openTestBoard()
  const { db } = board
  const ids: string[] = []
  for (const text of ['a', 'b', 'c']) ids.push(await addRule(db, board.act(), 'stg_sent', { ...RULE_OF, action: { kind: 'note', text } }))
  await shiftRule(db, board.act(), ids[2]!, -1)
  await removeRule(db, board.act(), ids[0]!)
  expect((await listRules(db, 'stg_sent')).map(({ id }) => id)).toEqual([ids[2]!, ids[1]!])
})

test('working days leave out weekends and holidays, where the company is', () => {
  const calendar = calendarOf({ french: true, own: [] }, 'Europe/Paris')
  // A Friday, in Paris.
  const friday = instant('2026-11-27T10:00:00Z')
  expect(dueAfter(friday, 1, 'working-days', calendar)).toBe(instant('2026-11-30T10:00:00Z'))
  expect(dueAfter(friday, 5, 'working-days', calendar)).toBe(instant('2026-12-04T10:00:00Z'))
  // Christmas 2026 is a Friday.
  expect(dueAfter(instant('2026-12-24T10:00:00Z'), 1, 'working-days', calendar)).toBe(instant('2026-12-28T10:00:00Z'))
  expect(dueAfter(friday, 2, 'hours', calendar)).toBe(instant('2026-11-27T12:00:00Z'))
  expect(dueAfter(friday, 0, 'working-days', calendar)).toBe(friday)
})
