import { expect, test } from 'bun:test'
import { followTrail } from '../../src/board/following.ts'
import { moveCard, UNDO, undoMove } from '../../src/board/moving.ts'
import { addFieldTrigger, listTriggers, setTriggers } from '../../src/board/triggers.ts'
import { addStage, removeStage, shiftStage, listStages } from '../../src/board/stages.ts'
import { later } from '../../src/base/instant.ts'
import { NOON } from '../envelope/support.ts'
import { openTestBoard } from './support.ts'

const OWN = { names: { en: 'Negotiation' }, colour: 'teal', icon: 'eye', isHidden: false } as const

test('a card follows what happens: sent, the company signed, the other side signed, completed', async () => {
  await using board = await openTestBoard([{ side: 'company' }, { side: 'company' }, { side: 'other', routingOrder: 2 }])
  expect(await board.stage()).toBe('stg_sent')
  await board.signs('r1')
  await board.work()
  expect(await board.stage()).toBe('stg_sent')
  await board.signs('r2')
  await board.work()
  expect(await board.stage()).toBe('stg_company-signed')
  await board.signs('r3')
  await board.work()
  expect(await board.stage()).toBe('stg_other-signed')
  await board.happens('envelope.completed')
  await board.work()
  expect(await board.stage()).toBe('stg_completed')
})

test('what was written late is read as it was: each side once, in its order', async () => {
  await using board = await openTestBoard()
  await board.signs('r2')
  await board.signs('r1')
  await board.work()
  const moves = await board.db.selectFrom('cardMove').select('toStage').where('byKind', '=', 'trigger').orderBy('toEntry').execute()
  expect(moves.map(({ toStage }) => toStage)).toEqual(['stg_sent', 'stg_other-signed', 'stg_company-signed'])
})

test('two followers do each entry once', async () => {
  await using board = await openTestBoard()
  await board.signs('r1')
  await board.happens('ceremony.declined', 'r2')
  const tools = { db: board.db, clock: () => NOON }
  await Promise.all([followTrail(tools), followTrail(tools), followTrail(tools)])
  while (await followTrail(tools));
  expect(await board.stage()).toBe('stg_declined')
  const moves = await board.db.selectFrom('cardMove').select('toStage').execute()
  expect(moves).toHaveLength(3)
})

test('triggers are a table: another stage, none, and a field that is filled in', async () => {
  await using board = await openTestBoard()
  const own = await addStage(board.db, board.act(), OWN)
  const rich = await addStage(board.db, board.act(), { ...OWN, names: { en: 'Large' } })
  await setTriggers(board.db, board.act(), { opened: own.id, 'company-signed': null })
  await addFieldTrigger(board.db, board.act(), { label: 'Amount', value: '', stageId: rich.id })
  await board.happens('ceremony.opened', 'r1')
  await board.work()
  expect(await board.stage()).toBe(own.id)
  await board.signs('r1')
  await board.work()
  expect(await board.stage()).toBe(own.id)
  await board.db
    .insertInto('field')
    .values({
      id: 'fld_1',
      documentId: 'doc_1',
      recipientId: 'r2',
      kind: 'text',
      page: 0,
      x: 0,
      y: 0,
      width: 10,
      height: 10,
      required: 1,
      readOnly: 0,
      label: 'amount ',
      value: '',
      fontSize: 10,
    } as never)
    .execute()
  await board.db.insertInto('fieldEntry').values({ fieldId: 'fld_1', recipientId: 'r2', value: '12 000', updatedAt: NOON }).execute()
  await setTriggers(board.db, board.act(), { 'other-signed': null })
  await board.signs('r2')
  await board.work()
  expect(await board.stage()).toBe(rich.id)
  expect((await listTriggers(board.db)).filter(({ event }) => event === 'company-signed')).toEqual([])
})

test('a person moves a card only where the stage is true of it, and takes the move back', async () => {
  await using board = await openTestBoard()
  const { db, ann, bob } = board
  const own = await addStage(db, board.act(), OWN)
  for (const kind of ['draft', 'company-signed', 'other-signed', 'completed', 'declined', 'voided', 'expired'])
    expect(moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: `stg_${kind}`, entry: null })).rejects.toThrow(
      `board.not-${kind}`,
    )
  expect(moveCard(db, board.act(bob), bob, { envelopeId: 'env_1', stageId: own.id, entry: null })).rejects.toThrow('envelope.unknown')
  expect(moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: own.id, entry: 1 })).rejects.toThrow('board.card-moved')
  expect(await board.stage()).toBe('stg_sent')

  const before = await db.selectFrom('boardCard').selectAll().executeTakeFirstOrThrow()
  const move = await moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: own.id, entry: before.entry })
  expect(await board.stage()).toBe(own.id)
  expect(undoMove(db, board.act(bob), bob, move!.id)).rejects.toThrow('board.move-unknown')
  await undoMove(db, board.act(), ann, move!.id)
  const after = await db.selectFrom('boardCard').selectAll().executeTakeFirstOrThrow()
  expect({ ...after, entries: 0, change: 0 }).toEqual({ ...before, entries: 0, change: 0 })
  expect(undoMove(db, board.act(), ann, move!.id)).rejects.toThrow('board.undo-over')

  // And back into a built-in stage whose fact holds; later than that it is not taken back.
  await moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: own.id, entry: null })
  const back = await moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: 'stg_sent', entry: null })
  expect(undoMove(db, board.act(ann, later(NOON, UNDO + 1)), ann, back!.id)).rejects.toThrow('board.undo-over')
  expect(await moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: 'stg_sent', entry: null })).toBeNull()
})

test('of two people who move one card at once, one is told', async () => {
  await using board = await openTestBoard()
  const { db, ann } = board
  const one = await addStage(db, board.act(), OWN)
  const other = await addStage(db, board.act(), { ...OWN, names: { fr: 'Perdu' } })
  const { entry } = await db.selectFrom('boardCard').selectAll().executeTakeFirstOrThrow()
  const both = await Promise.allSettled(
    [one, other].map(({ id }) => moveCard(db, board.act(), ann, { envelopeId: 'env_1', stageId: id, entry })),
  )
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('stages are ordered; a built-in, a full and a led-to one stay', async () => {
  await using board = await openTestBoard()
  const { db } = board
  const own = await addStage(db, board.act(), OWN)
  await shiftStage(db, board.act(), own.id, -1)
  expect((await listStages(db)).at(-2)?.id).toBe(own.id)
  expect(removeStage(db, board.act(), 'stg_sent')).rejects.toThrow('board.stage-built-in')
  await setTriggers(db, board.act(), { opened: own.id })
  expect(removeStage(db, board.act(), own.id)).rejects.toThrow('board.stage-has-trigger')
  await setTriggers(db, board.act(), { opened: null })
  await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: own.id, entry: null })
  expect(removeStage(db, board.act(), own.id)).rejects.toThrow('board.stage-not-empty')
  await moveCard(db, board.act(), board.ann, { envelopeId: 'env_1', stageId: 'stg_sent', entry: null })
  await removeStage(db, board.act(), own.id)
  expect((await listStages(db)).some(({ id }) => id === own.id)).toBe(false)
  expect(addStage(db, board.act(), { ...OWN, names: {} })).rejects.toThrow('board.name-missing')
})
