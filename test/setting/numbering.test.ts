import { expect, test } from 'bun:test'
import { instant } from '../../src/base/instant.ts'
import { addLegalEntity, NO_DETAILS } from '../../src/setting/legal-entity.ts'
import {
  addSeries,
  changeSeries,
  findSeries,
  listSeries,
  nextNumber,
  removeSeries,
  seriesFor,
  takeNumber,
} from '../../src/setting/numbering.ts'
import { DEFAULTS, writeSetting } from '../../src/setting/setting.ts'
import { NOON, openTestDesk, type TestDesk } from '../envelope/support.ts'

const INVOICES = { name: 'Invoices', prefix: 'F-', perYear: true, digits: 3 }
const make = (desk: TestDesk, details = INVOICES, next = 1) =>
  desk.db.transaction().execute((tx) => addSeries(tx, desk.act(), desk.entityId, details, next))
const change = (desk: TestDesk, id: string, details = INVOICES, next: number | null = null) =>
  desk.db.transaction().execute((tx) => changeSeries(tx, desk.act(), id, details, next))
const take = (desk: TestDesk, id: string, envelope: string, at = NOON) =>
  desk.db.transaction().execute(async (tx) => takeNumber(tx, at, await findSeries(tx, id), envelope))
const giveBack = (desk: TestDesk, envelope: string) =>
  desk.db.updateTable('issuedNumber').set({ envelopeId: null }).where('envelopeId', '=', envelope).execute()

test('one after the other, and what came back is given first', async () => {
  await using desk = await openTestDesk()
  const { id } = await make(desk)
  expect(await take(desk, id, 'a')).toBe('F-2026-001')
  expect(await take(desk, id, 'b')).toBe('F-2026-002')
  expect(await take(desk, id, 'c')).toBe('F-2026-003')
  await giveBack(desk, 'a')
  await giveBack(desk, 'b')
  expect(await nextNumber(desk.db, await findSeries(desk.db, id), NOON)).toBe('F-2026-001')
  expect([await take(desk, id, 'd'), await take(desk, id, 'e'), await take(desk, id, 'f')]).toEqual([
    'F-2026-001',
    'F-2026-002',
    'F-2026-004',
  ])
})

test('a year begins at 1, by the clock of the installation, and an earlier year goes on where it was', async () => {
  await using desk = await openTestDesk()
  await desk.db
    .transaction()
    .execute((tx) => writeSetting(tx, desk.act(), 'installation', { ...DEFAULTS.installation, timeZone: 'Europe/Paris' }))
  const { id } = await make(desk)
  expect(await take(desk, id, 'a')).toBe('F-2026-001')
  expect(await take(desk, id, 'b', instant('2026-12-31T23:30:00Z'))).toBe('F-2027-001')
  expect(await take(desk, id, 'c', instant('2026-12-31T22:30:00Z'))).toBe('F-2026-002')
  expect(await take(desk, id, 'd', instant('2027-01-01T12:00:00Z'))).toBe('F-2027-002')
  const plain = await make(desk, { ...INVOICES, prefix: 'N', perYear: false, digits: 5 }, 40)
  expect(await take(desk, plain.id, 'e')).toBe('N00040')
  expect(await take(desk, plain.id, 'f', instant('2030-01-01T12:00:00Z'))).toBe('N00041')
})

test('the next number may go ahead, never back behind one that was given', async () => {
  await using desk = await openTestDesk()
  const { id } = await make(desk)
  await take(desk, id, 'a')
  await change(desk, id, INVOICES, 10)
  expect(await take(desk, id, 'b')).toBe('F-2026-010')
  await expect(change(desk, id, INVOICES, 10)).rejects.toMatchObject({ reason: 'numbering.next-given', params: { number: 'F-2026-010' } })
  await expect(change(desk, id, INVOICES, 0)).rejects.toMatchObject({ reason: 'numbering.next-invalid' })
  await change(desk, id, INVOICES, 11)
  expect(await take(desk, id, 'c')).toBe('F-2026-011')
})

test('two series never tell the same number', async () => {
  await using desk = await openTestDesk()
  const { id } = await make(desk)
  await take(desk, id, 'a')
  const refused = (details: typeof INVOICES) => make(desk, details).catch(({ reason }) => reason as unknown)
  expect(await refused({ ...INVOICES, name: 'Again' })).toBe('numbering.prefix-taken')
  expect(await refused({ ...INVOICES, prefix: 'F-2026-', perYear: false })).toBe('numbering.prefix-taken')
  expect(await refused({ ...INVOICES, prefix: 'F-2' })).toBe('numbering.prefix-digit')
  // What it has given stays its own, whatever it is called now.
  await change(desk, id, { ...INVOICES, prefix: 'G-' })
  expect(await refused(INVOICES)).toBe('numbering.prefix-taken')
  await desk.db.transaction().execute((tx) => removeSeries(tx, desk.act(), id))
  expect(await refused(INVOICES)).toBe('numbering.prefix-taken')
  expect(await make(desk, { ...INVOICES, prefix: 'F-X-' })).toMatchObject({ isDefault: 1 })
})

test('another company has its own; a removed series leaves the usual one to the next', async () => {
  await using desk = await openTestDesk()
  const [one, two] = [await make(desk), await make(desk, { ...INVOICES, prefix: 'B-' })]
  const other = await desk.db
    .transaction()
    .execute((tx) =>
      addLegalEntity(tx, desk.act(), { legalName: 'Other', country: 'FR', address: 'x', details: NO_DETAILS, logoDigest: null }),
    )
  const usual = (entity: string, id: string | null) => desk.db.transaction().execute((tx) => seriesFor(tx, NOON, entity, id))
  expect((await usual(desk.entityId, null)).id).toBe(one.id)
  expect((await usual(desk.entityId, two.id)).id).toBe(two.id)
  // Named by a field that was made for another company: that company's usual one, made where there is none.
  expect(await usual(other.id, two.id)).toMatchObject({ legalEntityId: other.id, prefix: '' })
  await desk.db.transaction().execute((tx) => removeSeries(tx, desk.act(), one.id))
  expect((await listSeries(desk.db, desk.entityId)).map(({ id, isDefault }) => [id, isDefault])).toEqual([[two.id, 1]])
})
