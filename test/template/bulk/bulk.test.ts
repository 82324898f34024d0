import { expect, test } from 'bun:test'
import { utf8 } from '../../../src/base/bytes.ts'
import { MINUTE } from '../../../src/base/instant.ts'
import { Refusal } from '../../../src/base/refusal.ts'
import { findEnvelope, listDocuments, listFields, listRecipients } from '../../../src/envelope/envelope.ts'
import { exampleOf } from '../../../src/template/bulk/asking.ts'
import {
  asksOfBulk,
  beginBulk,
  checkRows,
  findBulk,
  listRows,
  mapColumns,
  MOST_ROWS,
  startBulk,
  steerBulk,
} from '../../../src/template/bulk/bulk.ts'
import { progressOf, reportOf } from '../../../src/template/bulk/report.ts'
import { REST, ROWS_AT_ONCE } from '../../../src/template/bulk/sending.ts'
import { listNotifications } from '../../../src/notification/reading.ts'
import { openTestHouse, type TestHouse } from '../../support/house.ts'
import { actOf, ann } from '../../support/signing.ts'
import { bob, CLIENT, templateFor } from '../support.ts'

const HEAD = 'Prénom;Nom;E-mail;Langue;Rent Client'
const rowsOf = (count: number): string =>
  Array.from({ length: count }, (_, at) => `Marie;Dupont ${at + 1};marie${at + 1}@client.example;fr;${900 + at}`).join('\n')

async function started(house: TestHouse, csv: string) {
  const user = await ann(house)
  const template = await templateFor(house, user, [CLIENT])
  const act = actOf(house.house, user)
  const bulk = await startBulk(house.house.db, act, user, template.id, { name: 'people.csv', bytes: utf8(csv) })
  return { user, template, act, bulk, db: house.house.db }
}

async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
  return 'done'
}

/** Everything that is ordered, with the rests between. */
async function toTheEnd(house: TestHouse): Promise<void> {
  for (let at = 0; at < 20; at++) {
    await house.drain()
    house.wait(REST)
  }
}

test('every good line becomes one envelope that names its person and holds its values; a bad one stops all until the sender says otherwise', async () => {
  await using house = await openTestHouse({ authority: true })
  const csv = `${HEAD}\n${rowsOf(2)}\n;;nobody;xx;1\nPaul;Durand;paul@client.example;;`
  const { user, act, bulk, db, template } = await started(house, csv)
  expect(Object.keys(bulk.mapping)).toHaveLength(5)
  const checked = await checkRows(db, user, bulk)
  expect(checked.map(({ line, problems }) => [line, problems.map(({ reason }) => reason)])).toEqual([
    [2, []],
    [3, []],
    [4, ['bulk.name-missing', 'bulk.email-invalid', 'bulk.language-unknown']],
    [5, []],
  ])
  expect(await refused(beginBulk(house.house, act, user, bulk.id, false))).toBe('bulk.not-clean')
  expect(await db.selectFrom('envelope').select('id').where('status', '=', 'sending').execute()).toEqual([])
  await beginBulk(house.house, act, user, bulk.id, true)
  expect(await refused(beginBulk(house.house, act, user, bulk.id, true))).toBe('bulk.moved-on')
  await toTheEnd(house)
  const report = await reportOf(db, await findBulk(db, user, bulk.id))
  expect(report.map(({ line, who, state, problem }) => [line, who, state, problem?.reason ?? null])).toEqual([
    [2, 'Marie Dupont 1', 'sent', null],
    [3, 'Marie Dupont 2', 'sent', null],
    [4, '', 'refused', 'bulk.name-missing'],
    [5, 'Paul Durand', 'sent', null],
  ])
  expect(progressOf(report)).toEqual({ all: 4, sent: 3, refused: 1 })
  const second = report[1]!.envelopeId!
  expect(await findEnvelope(db, second)).toMatchObject({ status: 'sent', senderId: user.id, templateId: template.id, templateVersion: 1 })
  expect((await listRecipients(db, second)).map(({ lastName, email, roleName }) => [lastName, email, roleName])).toEqual([
    ['Archer', 'ann@acme.example', null],
    ['Dupont 2', 'marie2@client.example', 'Client'],
  ])
  const values = async (id: string): Promise<string[]> =>
    (await listFields(db, (await listDocuments(db, id))[0]!.id)).flatMap(({ label, value }) => (label ? [value] : []))
  // An empty cell leaves what the template says.
  expect([await values(second), await values(report[3]!.envelopeId!)]).toEqual([['901'], ['900']])
  expect(await db.selectFrom('bulkSend').select('status').execute()).toEqual([{ status: 'done' }])
  // Whoever sent it is told once, with what came of it and where it stands.
  const news = (await listNotifications(db, user.id, null)).entries.filter(({ kind }) => kind === 'bulk-finished')
  expect(news.map(({ params }) => params)).toEqual([{ name: 'people.csv', sent: 3, failed: 1, path: `/bulk/${bulk.id}` }])
  expect(await db.selectFrom('message').select('kind').where('kind', '=', 'sender-bulk-finished').execute()).toHaveLength(1)
  expect(await refused(findBulk(db, await bob(house), bulk.id))).toBe('bulk.unknown')
})

test('paused, it sends nothing more; continued, the rest; stopped, what is left is left out; refused lines can be tried again', async () => {
  await using house = await openTestHouse({ authority: true })
  const count = ROWS_AT_ONCE * 2 + 3
  const { user, act, bulk, db } = await started(house, `${HEAD}\n${rowsOf(count)}`)
  await beginBulk(house.house, act, user, bulk.id, false)
  const waiting = async (): Promise<number> => (await listRows(db, bulk.id)).filter(({ status }) => status === 'waiting').length
  await house.drain()
  expect(await waiting()).toBe(count - ROWS_AT_ONCE)
  await steerBulk(house.house, act, user, bulk.id, 'pause')
  await toTheEnd(house)
  expect(await waiting()).toBe(count - ROWS_AT_ONCE)
  expect(await refused(steerBulk(house.house, act, user, bulk.id, 'pause'))).toBe('bulk.moved-on')
  await steerBulk(house.house, act, user, bulk.id, 'resumption')
  await house.drain()
  expect(await waiting()).toBe(3)
  await steerBulk(house.house, act, user, bulk.id, 'cancellation')
  house.wait(MINUTE)
  await toTheEnd(house)
  const report = progressOf(await reportOf(db, await findBulk(db, user, bulk.id)))
  expect(report).toEqual({ all: count, sent: ROWS_AT_ONCE * 2, refused: 0 })
  expect(await refused(steerBulk(house.house, act, user, bulk.id, 'retries'))).toBe('bulk.moved-on')
}, 60_000)

test('what lost its right in the middle is refused line by line, and sent once the right is back', async () => {
  await using house = await openTestHouse({ authority: true })
  const { user, act, bulk, db, template } = await started(house, `${HEAD}\n${rowsOf(2)}`)
  await beginBulk(house.house, act, user, bulk.id, false)
  await db.updateTable('template').set({ archivedAt: act.at }).where('id', '=', template.id).execute()
  await toTheEnd(house)
  expect((await listRows(db, bulk.id)).map(({ status, reason }) => [status, reason])).toEqual([
    ['refused', 'template.archived'],
    ['refused', 'template.archived'],
  ])
  await db.updateTable('template').set({ archivedAt: null }).where('id', '=', template.id).execute()
  await steerBulk(house.house, act, user, bulk.id, 'retries')
  await toTheEnd(house)
  expect(progressOf(await reportOf(db, await findBulk(db, user, bulk.id)))).toEqual({ all: 2, sent: 2, refused: 0 })
  expect(await refused(steerBulk(house.house, act, user, bulk.id, 'retries'))).toBe('bulk.nothing-to-retry')
})

test('the example is understood as it is; a table that is none, is empty or too long is refused whole', async () => {
  await using house = await openTestHouse({ authority: true })
  const { user, act, bulk, db, template } = await started(house, `${HEAD}\n${rowsOf(1)}`)
  for (const language of ['en', 'fr'] as const) {
    const example = exampleOf(await asksOfBulk(db, bulk), language)
    const again = await startBulk(db, act, user, template.id, { name: 'example.csv', bytes: utf8(example) })
    expect((await checkRows(db, user, again)).map(({ problems }) => problems)).toEqual([[]])
    expect(Object.keys(again.mapping)).toHaveLength(7)
  }
  for (const [csv, reason] of [
    [HEAD, 'bulk.empty'],
    ['', 'bulk.empty'],
    [`${HEAD}\n"open`, 'csv.quote-open'],
    [`${HEAD}\n${rowsOf(MOST_ROWS + 1)}`, 'csv.too-many'],
    ['a\0b,c\nd,e', 'bulk.unreadable'],
  ] as const)
    expect([csv.slice(0, 20), await refused(startBulk(db, act, user, template.id, { name: 'x.csv', bytes: utf8(csv) }))]).toEqual([
      csv.slice(0, 20),
      reason,
    ])
  const [first, second] = Object.keys(bulk.mapping)
  expect(await refused(mapColumns(db, user, bulk.id, { [first!]: 0, [second!]: 0 }))).toBe('bulk.column-twice')
  await mapColumns(db, user, bulk.id, { [first!]: 1, [second!]: 0, strange: 2 })
  expect((await findBulk(db, user, bulk.id)).mapping).toEqual({ [first!]: 1, [second!]: 0 })
  const stranger = await bob(house)
  expect(await refused(startBulk(db, actOf(house.house, stranger), stranger, template.id, { name: 'x.csv', bytes: utf8(HEAD) }))).toBe(
    'template.unknown',
  )
})
