import { expect, test } from 'bun:test'
import { copyAsDraft, discardDraft } from '../../src/envelope/drafting.ts'
import { carryOutDispatch, dispatch } from '../../src/envelope/dispatch.ts'
import { fieldsOf, placeFields } from '../../src/envelope/fields.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { addSeries } from '../../src/setting/numbering.ts'
import { putObject } from '../../src/store/object.ts'
import { prepareDraft } from '../http/envelopes/draft.ts'
import { openTestHouse } from '../support/house.ts'

test('fifty sent at once, some of which fail: no gap, no double, and what failed keeps its number or gives it back', async () => {
  await using test = await openTestHouse({ authority: true })
  const { db } = test.house
  const { ann, act, envelope, document, us, marie } = await prepareDraft(test)
  const field = {
    documentId: document.id,
    page: 0,
    width: 120,
    height: 30,
    required: true,
    readOnly: false,
    label: '',
    value: '',
    fontSize: 10,
  }
  const second = await db
    .transaction()
    .execute((tx) => addSeries(tx, act, envelope.legalEntityId, { name: 'Second', prefix: 'S-', perYear: false, digits: 2 }))
  await db.updateTable('numberingSeries').set({ isDefault: 0 }).where('id', '=', second.id).execute()
  const first = await db
    .transaction()
    .execute((tx) => addSeries(tx, act, envelope.legalEntityId, { name: 'First', prefix: 'F-', perYear: true, digits: 4 }))
  await db.updateTable('numberingSeries').set({ isDefault: 1 }).where('id', '=', first.id).execute()
  await placeFields(db, act, ann, envelope.id, {
    version: envelope.version,
    fields: [
      { ...field, id: '1', recipientId: us.id, kind: 'signature', x: 60, y: 600 },
      { ...field, id: '2', recipientId: marie.id, kind: 'signature', x: 300, y: 600 },
      { ...field, id: '3', recipientId: null, kind: 'number', x: 60, y: 60 },
      { ...field, id: '4', recipientId: null, kind: 'number', x: 60, y: 100 },
      { ...field, id: '5', recipientId: null, kind: 'number', x: 60, y: 140, seriesId: second.id },
    ],
  })
  const copies = [envelope]
  while (copies.length < 50) copies.push(await copyAsDraft(db, act, ann, envelope.id))
  const version = async (id: string) =>
    (await db.selectFrom('envelope').select('version').where('id', '=', id).executeTakeFirstOrThrow()).version

  // Every fifth was changed meanwhile, and is refused.
  const versions = await Promise.all(copies.map(({ id }) => version(id)))
  const results = await Promise.allSettled(
    copies.map(({ id }, at) => dispatch(test.house, act, ann, id, at % 5 === 4 ? versions[at]! + 1 : versions[at]!)),
  )
  expect(results.filter(({ status }) => status === 'rejected').length).toBe(10)
  const issued = () =>
    db
      .selectFrom('issuedNumber')
      .select(['seriesId', 'year', 'number', 'envelopeId', 'value'])
      .orderBy('seriesId')
      .orderBy('number')
      .execute()
  const numbersOf = async (seriesId: string) => (await issued()).filter((one) => one.seriesId === seriesId)
  const upTo = (most: number) => Array.from({ length: most }, (_, at) => at + 1)
  for (const { id } of [first, second]) {
    expect((await numbersOf(id)).map(({ number }) => number)).toEqual(upTo(40))
    expect(new Set((await numbersOf(id)).map(({ envelopeId }) => envelopeId)).size).toBe(40)
  }

  // One cannot be prepared: it comes back with its number, and goes out again under the same one.
  const failing = copies[0]!.id
  const { digest } = await putObject(db, utf8('no PDF'))
  const sound = await db.selectFrom('document').select('sourceDigest').where('envelopeId', '=', failing).executeTakeFirstOrThrow()
  await db.updateTable('document').set({ sourceDigest: digest }).where('envelopeId', '=', failing).execute()
  await carryOutDispatch(test.house, { envelope: failing, by: ann.id })
  const status = async (id: string) => (await db.selectFrom('envelope').select('status').where('id', '=', id).executeTakeFirst())?.status
  expect(await status(failing)).toBe('draft')
  const told = async (id: string) => (await fieldsOf(db, { id })).flatMap(({ kind, value }) => (kind === 'number' ? [value] : []))
  const before = await told(failing)
  expect([before[0], before.length, before[2]]).toEqual([before[1], 3, expect.stringMatching(/^S-\d\d$/)])
  await db.updateTable('document').set(sound).where('envelopeId', '=', failing).execute()
  await dispatch(test.house, act, ann, failing, await version(failing))
  expect(await told(failing)).toEqual(before)

  // Another is prepared and comes back without its second series: that number goes back, and so do all of a discarded one.
  const [less, gone] = [copies[1]!.id, copies[2]!.id]
  await db.updateTable('envelope').set({ status: 'draft' }).where('id', 'in', [less, gone]).execute()
  const kept = (await fieldsOf(db, { id: less })).filter(({ seriesId }) => seriesId !== second.id)
  await placeFields(db, act, ann, less, { version: await version(less), fields: kept })
  await dispatch(test.house, act, ann, less, await version(less))
  await discardDraft(db, act, ann, gone)
  const free = (await issued()).filter(({ envelopeId }) => envelopeId === null)
  expect(free.map(({ seriesId }) => seriesId === first.id).toSorted()).toEqual([false, false, true])
  // The next ones take them.
  for (const at of [4, 9]) await dispatch(test.house, act, ann, copies[at]!.id, versions[at]!)
  expect((await issued()).filter(({ envelopeId }) => envelopeId === null)).toEqual([])
  expect([(await numbersOf(first.id)).length, (await numbersOf(second.id)).length]).toEqual([41, 40])
  expect((await numbersOf(first.id)).map(({ number }) => number)).toEqual(upTo(41))
}, 120_000)
