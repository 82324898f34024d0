import { expect, test } from 'bun:test'
import { sql } from 'kysely'
import { DAY, HOUR, type Instant, instant, later } from '../../src/base/instant.ts'
import { countedInOrder, type Envelope, visibleInOrder } from '../../src/envelope/envelope.ts'
import { readFigures, readOverview } from '../../src/envelope/overview.ts'
import { lastWeeks, thisMonth } from '../../src/http/spans.ts'
import { onPostgres } from '../support/fresh.ts'
import { NOON, openTestDesk, sentEnvelope, type TestDesk } from './support.ts'

let nth = 0
async function put({ db, ann, entityId }: TestDesk, over: Partial<Envelope>, recipient: { userId?: string | null; status?: string } = {}) {
  const [base] = await db.selectFrom('envelope').selectAll().where('id', '=', 'env_1').execute()
  const id = `env_x${++nth}`
  await db
    .insertInto('envelope')
    .values({ ...base!, senderId: ann.id, legalEntityId: entityId, id, title: id, status: 'sent', ...over })
    .execute()
  const [person] = await db.selectFrom('recipient').selectAll().where('id', '=', 'r1').execute()
  await db
    .insertInto('recipient')
    .values({ ...person!, id: `r${id}`, envelopeId: id, status: 'invited', ...(recipient as object) })
    .execute()
  return id
}
const titles = (list: readonly { title: string }[]) => list.map(({ title }) => title)

test('waiting for others, ending soon, finished lately: in their order, and as far as the reader may see', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  const { db, ann, bob, chief } = desk
  await db
    .updateTable('envelope')
    .set({ dispatchedAt: later(NOON, -DAY), deadline: later(NOON, 30 * DAY) })
    .execute()
  const old = await put(desk, { dispatchedAt: later(NOON, -9 * DAY), deadline: later(NOON, 6 * DAY) })
  const soon = await put(desk, { dispatchedAt: later(NOON, -2 * DAY), deadline: later(NOON, 2 * HOUR) })
  await put(desk, { dispatchedAt: later(NOON, -3 * DAY), deadline: later(NOON, -HOUR) })
  // What only the reader is asked for waits for nobody else.
  await put(desk, { dispatchedAt: later(NOON, -20 * DAY), deadline: later(NOON, 40 * DAY) }, { userId: ann.id })
  const done = await put(desk, { status: 'completed', completedAt: later(NOON, -DAY) }, { status: 'signed' })
  await put(desk, { status: 'completed', completedAt: later(NOON, -31 * DAY) }, { status: 'signed' })
  const bobs = await put(desk, { senderId: bob.id, dispatchedAt: later(NOON, -4 * DAY), deadline: later(NOON, DAY) })

  const own = await readOverview(db, ann, NOON)
  expect(titles(own.others)[0]).toBe(old)
  expect(titles(own.others).length).toBe(4)
  expect(own.others[0]).toMatchObject({ sender: null, waitsFor: ['R1 Person'] })
  expect(titles(own.endingSoon)).toEqual([soon, old])
  expect(titles(own.finished)).toEqual([done])
  const his = await readOverview(db, bob, NOON)
  expect([titles(his.others), titles(his.endingSoon), titles(his.finished), his.hasAny]).toEqual([[bobs], [bobs], [], true])
  const all = await readOverview(db, chief, NOON)
  expect(titles(all.endingSoon)).toEqual([soon, bobs, old])
  expect(all.endingSoon.find(({ title }) => title === bobs)?.sender).toBe('Bob Baker')
})

test('figures: counted week by week in the time of the house, the month’s median and share, by right', async () => {
  await using desk = await openTestDesk()
  await sentEnvelope(desk)
  const { db, ann, bob, chief } = desk
  const at = (day: string): Instant => instant(`2026-11-${day}`)
  await db.updateTable('envelope').set({ dispatchedAt: null }).execute()
  // Monday, 16 November, begins in Paris an hour before it does in Greenwich.
  await put(desk, { status: 'completed', dispatchedAt: at('15T22:59:59Z'), completedAt: at('15T23:00:00Z') })
  await put(desk, { status: 'completed', dispatchedAt: at('16T08:00:00Z'), completedAt: at('16T18:00:00Z') })
  await put(desk, { status: 'completed', dispatchedAt: at('16T08:00:00Z'), completedAt: at('18T08:00:00Z') })
  await put(desk, { status: 'declined', dispatchedAt: at('17T08:00:00Z'), endedAt: at('17T09:00:00Z') })
  await put(desk, { status: 'voided', dispatchedAt: at('17T08:00:00Z'), endedAt: at('17T09:00:00Z') })
  await put(desk, { senderId: bob.id, dispatchedAt: at('23T08:00:00Z') })
  const weeks = lastWeeks(NOON, 'Europe/Paris', 3)
  const spans = [...weeks, thisMonth(NOON, 'Europe/Paris')]
  const own = await readFigures(db, ann, spans)
  expect(own).toEqual({
    counted: [
      { sent: 1, completed: 0, declined: 0 },
      { sent: 4, completed: 3, declined: 1 },
      { sent: 0, completed: 0, declined: 0 },
      { sent: 5, completed: 3, declined: 1 },
    ],
    ended: 5,
    median: 10 * HOUR,
  })
  expect((await readFigures(db, bob, spans)).counted[2]).toEqual({ sent: 1, completed: 0, declined: 0 })
  expect((await readFigures(db, bob, spans)).median).toBeNull()
  expect((await readFigures(db, chief, spans)).counted[3]).toEqual({ sent: 6, completed: 3, declined: 1 })
})

test('weeks begin on Monday and months on the first, by the clock of the house, when it changes too', () => {
  const [first, , last] = lastWeeks(instant('2026-11-01T10:00:00Z'), 'Europe/Paris', 3)
  expect([first!.from, last!.from, last!.to]).toEqual([
    '2026-10-11T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
    '2026-11-01T23:00:00.000Z',
  ] as Instant[])
  // Still October where the house stands.
  expect(thisMonth(instant('2026-11-01T03:00:00Z'), 'America/New_York')).toEqual({
    from: '2026-10-01T04:00:00.000Z',
    to: '2026-11-01T04:00:00.000Z',
  } as never)
  expect(thisMonth(instant('2026-12-31T23:30:00Z'), 'Europe/Paris').from).toBe('2026-12-31T23:00:00.000Z' as Instant)
})

test.skipIf(onPostgres)('among very many the lists and counts walk the index of their order, whoever reads', async () => {
  await using desk = await openTestDesk()
  for (const [column, index] of [
    ['dispatched_at', 'envelope_by_dispatched_at_sender_id'],
    ['completed_at', 'envelope_by_completed_at_sender_id'],
    ['ended_at', 'envelope_by_ended_at_status'],
  ] as const) {
    const rows = await countedInOrder(desk.db, desk.ann)
      .select(sql<number>`count(*)`.as('count'))
      .where(sql<boolean>`${sql.ref(`envelope.${column}`)} >= '2026-11-01' and ${sql.ref(`envelope.${column}`)} < '2026-11-08'`)
      .explain<{ detail: string }>(undefined, sql`query plan`)
    expect(rows.map(({ detail }) => detail).join()).toContain(`USING COVERING INDEX ${index}`)
    const listed = await visibleInOrder(desk.db, desk.ann)
      .select('envelope.title')
      .where(sql<boolean>`${sql.ref(`envelope.${column}`)} >= '2026-11-01' and ${sql.ref(`envelope.${column}`)} < '2026-11-08'`)
      .explain<{ detail: string }>(undefined, sql`query plan`)
    const plan = listed.map(({ detail }) => detail).join()
    expect([column, plan.includes(`INDEX ${index} (`), plan.includes('SCAN envelope'), plan.includes('SCAN vault_entry')]).toEqual([
      column,
      true,
      false,
      false,
    ])
  }
})
